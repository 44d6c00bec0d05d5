"""`gitops promote` on the embedded AWS and a GitHub of the test's own."""

from __future__ import annotations

import hashlib
import json
import re
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from gitops.github.proposals import requesters_in
from tests.fake_github.faults import Outcome
from tests.fake_github.state import APP, BOT
from tests.workflows.harness.permissions import proposing_job, token_of

if TYPE_CHECKING:
    from tests.fake_github.fake import FakeGitHub
    from tests.fake_github.state import PullRequest
    from tests.gitops.checkouts import Checkout

BRANCH = "gitops/promote-dev-beta"


@dataclass(frozen=True)
class Promotion:
    """A checkout with dev/alpha, dev/beta and prod/app, its default branch on GitHub, and images in ECR."""

    checkout: Checkout
    github: FakeGitHub

    def push(self, **changes: str) -> None:
        """Commit all declarations of the checkout, as a merged pull request would."""
        folder = self.checkout.root / "environments"
        files = {f"environments/{file.relative_to(folder)}": file.read_text() for file in folder.glob("*/*.yaml")}
        self.github.commit({**files, **changes})

    def image(self, tag: str, *, region: str = "us-east-1", platform: str = "arm64") -> str:
        """Put an image into ECR, and return its digest."""
        ecr = self.checkout.client("ecr", region)
        known = [repository["repositoryName"] for repository in ecr.describe_repositories()["repositories"]]
        if "microblog" not in known:
            ecr.create_repository(repositoryName="microblog")
        manifest = json.dumps({"schemaVersion": 2, "manifests": [{"platform": {"architecture": platform}}], "tag": tag})
        ecr.put_image(repositoryName="microblog", imageManifest=manifest, imageTag=tag)
        return f"sha256:{hashlib.sha256(manifest.encode()).hexdigest()}"

    def promote(self, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
        variables = {
            "GITHUB_API_URL": self.github.url,
            "GITHUB_TOKEN": token_of(self.github, proposing_job()),
            "COMMIT_APP_TOKEN": self.github.issue_app_token(),
            "GITHUB_ACTIONS": "",
        }
        return self.checkout.gitops("promote", *arguments, **{**variables, **environ})

    @property
    def pulls(self) -> list[PullRequest]:
        return [self.github.pull_request(number) for number in self.github.state.issues]

    def declared(self, name: str, branch: str = BRANCH) -> str:
        text = self.github.read(f"environments/{name}.yaml", branch)
        assert text is not None
        (line,) = re.findall("^image: (.*)$", text, re.MULTILINE)
        return str(line)


@pytest.fixture
def promotion(checkout: Checkout, fake_github: FakeGitHub) -> Promotion:
    checkout.base("dev")
    checkout.base("prod", cidr="10.40.0.0/16")
    checkout.app("dev/alpha", image="v2")
    checkout.app("dev/beta", image="v1")
    checkout.app("prod/app", image="v1")
    made = Promotion(checkout, fake_github)
    made.push()
    return made


def test_a_pull_request_copies_the_digest_of_the_image(promotion: Promotion) -> None:
    digest = promotion.image("v2")
    promotion.image("v1")

    result = promotion.promote("dev/alpha", "prod/app", GITHUB_ACTOR="octocat")

    assert result.returncode == 0, result.stderr
    (pull,) = promotion.pulls
    # Outside of a job the pull request is of a person, who is its author.
    assert requesters_in(promotion.github.git.message(pull.head_sha)) == []
    assert result.stdout == f"https://github.com/example/environments/pull/{pull.number}\n"
    assert "prod/app: v1 -> v2" in result.stderr
    branch = "gitops/promote-prod-app"
    assert promotion.declared("prod/app", branch) == f"{digest} # v2"
    assert promotion.declared("dev/alpha", branch) == "v2"
    assert pull.title == "Deploy v2 to prod/app, as on dev/alpha"
    assert "| `prod/app` | `v1` | `v2` |" in pull.body
    assert "Approve workflows to run" not in pull.body
    assert promotion.declared("prod/app", "main") == "v1"


@pytest.mark.parametrize("has_app", [True, False])
def test_a_given_version_goes_to_all_that_are_named_in_one_commit_and_aws_is_not_asked(
    promotion: Promotion, *, has_app: bool
) -> None:
    main = promotion.github.head()
    promotion.github.state.jobs_may_propose = not has_app
    environ = {"GITHUB_ACTIONS": "true", "GITHUB_ACTOR": "octocat", "GITHUB_TRIGGERING_ACTOR": "monalisa"}
    environ |= {} if has_app else {"COMMIT_APP_TOKEN": ""}

    result = promotion.promote("--image", "v3", "dev/alpha", "dev/beta", "--target", "aws", **environ)

    assert result.returncode == 0, result.stderr
    branch = "gitops/promote-dev-alpha-dev-beta"
    assert [promotion.declared(name, branch) for name in ("dev/alpha", "dev/beta")] == ["v3", "v3"]
    assert promotion.github.git.tree_and_parents(branch)[1] == [main]
    (pull,) = promotion.pulls
    assert ("Approve workflows to run" in pull.body) == (not has_app)
    assert pull.author == (APP if has_app else BOT)
    assert requesters_in(promotion.github.git.message(pull.head_sha)) == ["octocat", "monalisa"]


def test_asking_again_changes_nothing_and_a_newer_version_updates_the_same_pull_request(promotion: Promotion) -> None:
    promotion.promote("--image", "v3", "dev/beta")
    promotion.github.forget_calls()

    again = promotion.promote("--image", "v3", "dev/beta")

    assert again.returncode == 0, again.stderr
    assert "proposes that already" in again.stderr
    assert promotion.github.writes == []

    newer = promotion.promote("--image", "v4", "dev/beta")

    assert newer.returncode == 0, newer.stderr
    assert newer.stdout == again.stdout
    (pull,) = promotion.pulls
    assert (pull.state, pull.title) == ("open", "Deploy v4 to dev/beta")
    assert "`v4`" in pull.body
    assert promotion.declared("dev/beta") == "v4"


def test_the_pull_request_follows_the_default_branch(promotion: Promotion) -> None:
    promotion.promote("--image", "v3", "dev/beta")
    promotion.checkout.app("dev/beta", image="v2", behaviour="changed meanwhile")
    promotion.push()

    result = promotion.promote("--image", "v3", "dev/beta")

    assert result.returncode == 0, result.stderr
    assert promotion.declared("dev/beta") == "v3"
    assert "changed meanwhile" in (promotion.github.read("environments/dev/beta.yaml", BRANCH) or "")
    (pull,) = promotion.pulls
    promotion.github.merge(pull.number)
    assert promotion.declared("dev/beta", "main") == "v3"


def test_a_branch_that_is_left_over_is_used_again(promotion: Promotion) -> None:
    promotion.promote("--image", "v3", "dev/beta")
    (first,) = promotion.pulls
    promotion.github.merge(first.number)

    result = promotion.promote("--image", "v4", "dev/beta")

    assert result.returncode == 0, result.stderr
    assert [pull.state for pull in promotion.pulls] == ["closed", "open"]
    assert promotion.declared("dev/beta") == "v4"


def test_nothing_is_opened_when_the_image_is_declared_already(promotion: Promotion) -> None:
    promotion.image("v2")
    same = promotion.promote("--image", "v1", "dev/beta", "prod/app")
    promotion.checkout.app("dev/beta", image="v2")
    promotion.push()
    copied = promotion.promote("dev/alpha", "dev/beta")

    for result in (same, copied):
        assert (result.returncode, result.stdout) == (0, ""), result.stderr
        assert "dev/beta declares that image already; nothing to change" in result.stderr
    assert promotion.github.writes == []
    assert promotion.pulls == []


def test_what_would_not_be_valid_is_not_pushed(promotion: Promotion) -> None:
    invalid = promotion.promote("--image", "not a tag", "dev/beta")
    base = promotion.promote("--image", "v3", "dev")
    missing = promotion.promote("--image", "v3", "dev/gamma")
    nowhere = promotion.promote("dev/alpha")

    assert {result.returncode for result in (invalid, base, missing, nowhere)} == {1}
    assert re.search(r"environments/dev/beta.yaml:\d+:\d+: image: ", invalid.stderr)
    assert "dev/base is not an application" in base.stderr
    assert "environments/dev/gamma.yaml is not on the branch main; nothing was changed" in missing.stderr
    assert "name where the image goes as well" in nowhere.stderr
    assert promotion.github.writes == []


def test_an_image_that_ecr_does_not_have_is_not_promoted(promotion: Promotion) -> None:
    promotion.image("v1")

    result = promotion.promote("dev/alpha", "prod/app")

    assert result.returncode == 1
    assert "has no image microblog v2, which dev/alpha declares" in result.stderr
    assert promotion.github.writes == []


def test_without_credentials_of_aws_a_tag_is_copied_as_it_is(promotion: Promotion) -> None:
    result = promotion.promote("dev/alpha", "dev/beta", "--target", "aws")

    assert result.returncode == 0, result.stderr
    assert "stays a tag, since AWS could not be asked for its digest: no AWS credentials" in result.stderr
    assert promotion.declared("dev/beta") == "v2"


def test_a_service_keeps_an_image_of_its_own_and_the_pull_request_says_so(promotion: Promotion) -> None:
    text = promotion.github.read("environments/dev/beta.yaml") or ""
    services = "services: {web: {}, worker: {image: v9}}"
    promotion.push(**{"environments/dev/beta.yaml": f"{text}{services}\n"})
    promotion.image("v2")

    copied = promotion.promote("dev/alpha", "dev/beta")
    (pull,) = promotion.pulls
    named = promotion.promote("--image", "v3", "prod/app")

    assert (copied.returncode, named.returncode) == (0, 0), copied.stderr + named.stderr
    kept = "dev/beta: services with an image of their own keep it: worker v9"
    assert kept in copied.stderr
    assert kept in pull.body.replace("\\", "")
    assert services in (promotion.github.read("environments/dev/beta.yaml", BRANCH) or "")
    assert promotion.declared("dev/beta").endswith(" # v2")
    assert "of their own" not in named.stderr + promotion.pulls[1].body


def test_a_locked_environment_is_proposed_with_a_warning(promotion: Promotion) -> None:
    text = promotion.github.read("environments/dev/beta.yaml") or ""
    locked = text + "lock: {by: monalisa, reason: the *demo* is today}\n"
    promotion.push(**{"environments/dev/beta.yaml": locked})

    result = promotion.promote("--image", "v3", "dev/beta")

    assert result.returncode == 0, result.stderr
    assert "warning: dev/beta is locked by monalisa" in result.stderr
    (pull,) = promotion.pulls
    assert r"the \*demo\* is today" in pull.body


def test_github_needs_a_token(promotion: Promotion) -> None:
    result = promotion.promote("--image", "v3", "dev/beta", GITHUB_TOKEN="")

    assert result.returncode == 1
    assert "GITHUB_TOKEN is not set" in result.stderr


def test_a_failure_of_github_half_way_opens_nothing_and_the_same_again_finishes(promotion: Promotion) -> None:
    promotion.github.fault("POST", "/pulls", Outcome.SERVER_ERROR, times=1)

    failed = promotion.promote("--image", "v3", "dev/beta")
    again = promotion.promote("--image", "v3", "dev/beta")

    assert failed.returncode == 1
    assert again.returncode == 0, again.stderr
    (pull,) = promotion.pulls
    assert pull.head_ref == BRANCH
    assert promotion.declared("dev/beta") == "v3"
