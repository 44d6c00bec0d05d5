"""The one path of removal: out of the default branch first, then out of AWS, and nothing on a guess."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops.errors import LOCKED_EXIT
from tests.fake_github.faults import Outcome
from tests.gitops.jobs import Jobs

if TYPE_CHECKING:
    import subprocess

ALPHA = "environments/dev/alpha.yaml"
DELETE = "DELETE /contents/environments/dev/alpha.yaml"
UNREADABLE = [
    Outcome.SERVER_ERROR,
    Outcome.RATE_LIMIT,
    Outcome.FORBIDDEN,
    Outcome.CUT_OFF,
    Outcome.NOT_JSON,
    Outcome.CLOSED,
]


@pytest.fixture
def alpha(jobs: Jobs) -> Jobs:
    """dev/alpha, declared on the default branch and deployed."""
    jobs.checkout.app("dev/alpha")
    jobs.push()
    jobs.checkout.create_stack("dev/base", kind="ad-hoc-base")
    jobs.checkout.create_stack("dev/alpha")
    jobs.github.forget_calls()
    return jobs


def destroy(
    jobs: Jobs, *options: str, name: str = "dev/alpha", job: str = "reap/destroy"
) -> subprocess.CompletedProcess[str]:
    """Destroy in a job that may commit; deploy.yml's own may not, since the file is gone before it begins."""
    return jobs.run("destroy", name, "--yes", "--confirm", name, "--github", "--results", "results", *options, job=job)


def record(jobs: Jobs, slug: str = "dev-alpha") -> dict[str, Any]:
    found: dict[str, Any] = json.loads((jobs.checkout.root / "results" / f"{slug}.json").read_text())
    return found


def assert_untouched(jobs: Jobs) -> None:
    assert set(jobs.checkout.statuses()) == {"dev-alpha", "dev-base"}
    assert jobs.github.read(ALPHA) is not None


def test_the_file_goes_first_then_the_stack_then_github_hears_of_it(alpha: Jobs) -> None:
    alpha.run("deploy", "dev/alpha", "--github")
    alpha.github.forget_calls()

    result = destroy(alpha)

    assert result.returncode == 0, result.stderr
    assert alpha.github.read(ALPHA) is None
    assert set(alpha.checkout.statuses()) == {"dev-base"}
    (deployment,) = alpha.github.deployments("dev/alpha")
    assert deployment.state == "inactive"
    assert alpha.github.writes == [DELETE, f"POST /deployments/{deployment.id}/statuses"]
    assert record(alpha)["outcome"] == "destroyed"
    assert "still declares it" not in result.stderr


def test_what_a_pull_request_has_removed_is_destroyed_without_a_commit(alpha: Jobs) -> None:
    alpha.github.commit({ALPHA: None})
    (alpha.checkout.root / ALPHA).unlink()

    result = destroy(alpha, job="deploy/removed-apps")
    again = destroy(alpha, job="deploy/removed-apps")

    assert (result.returncode, again.returncode) == (0, 0), result.stderr
    assert set(alpha.checkout.statuses()) == {"dev-base"}
    assert alpha.github.writes == []
    assert record(alpha)["outcome"] == "not deployed"


@pytest.mark.parametrize("more", ["", "lock: {by: octocat, reason: demo, since: 2026-11-01T00:00:00Z}\n"])
def test_what_main_declares_again_while_its_destruction_waits_stays(alpha: Jobs, more: str) -> None:
    text = alpha.github.read(ALPHA)
    assert text is not None
    alpha.github.commit({ALPHA: None})
    (alpha.checkout.root / ALPHA).unlink()
    alpha.github.commit({ALPHA: text + more})
    alpha.github.forget_calls()

    result = destroy(alpha, job="deploy/removed-apps")

    assert result.returncode == 0, result.stderr
    assert_untouched(alpha)
    assert alpha.github.writes == []
    assert record(alpha)["outcome"] == "superseded"
    assert "dev/alpha is superseded: a newer commit of the default branch declares it again" in result.stderr


def test_what_is_declared_again_in_a_file_that_cannot_be_read_stays(alpha: Jobs) -> None:
    alpha.github.commit({ALPHA: "kind: [\n"})
    (alpha.checkout.root / ALPHA).unlink()

    result = destroy(alpha, job="deploy/removed-apps")

    assert result.returncode == 1
    assert "Nothing was destroyed" in result.stderr
    assert_untouched(alpha)


@pytest.mark.parametrize("path", ["", "/contents/*"])
@pytest.mark.parametrize("outcome", UNREADABLE)
def test_nothing_is_destroyed_when_github_cannot_be_read(alpha: Jobs, path: str, outcome: Outcome) -> None:
    alpha.github.fault("GET", path, outcome)

    result = destroy(alpha)

    assert result.returncode == 1
    assert "GitHub" in result.stderr
    assert_untouched(alpha)
    assert alpha.github.writes == []
    assert record(alpha)["outcome"] == "failed"


def test_a_repository_that_may_not_be_read_is_not_one_without_the_file(alpha: Jobs) -> None:
    for path in ("/contents/*", "/git/ref/*"):
        alpha.github.fault("GET", path, Outcome.NOT_FOUND)

    result = destroy(alpha)

    assert result.returncode == 1
    assert_untouched(alpha)


@pytest.mark.parametrize(
    "outcome", [Outcome.SERVER_ERROR, Outcome.RATE_LIMIT, Outcome.CLOSED, Outcome.TOO_MANY_REQUESTS]
)
def test_nothing_is_destroyed_when_the_file_cannot_be_removed(alpha: Jobs, outcome: Outcome) -> None:
    alpha.github.fault("DELETE", "/contents/*", outcome)
    alpha.github.fault("POST", "/git/refs", Outcome.SERVER_ERROR)

    result = destroy(alpha)

    assert result.returncode == 1
    assert_untouched(alpha)


def test_an_answer_that_got_lost_is_finished_by_the_same_again(alpha: Jobs) -> None:
    alpha.github.fault("DELETE", "/contents/*", Outcome.ANSWER_LOST, times=1)

    first = destroy(alpha)
    between = set(alpha.checkout.statuses())
    second = destroy(alpha)

    assert (first.returncode, second.returncode) == (1, 0), second.stderr
    assert between == {"dev-alpha", "dev-base"}
    assert set(alpha.checkout.statuses()) == {"dev-base"}


def test_where_the_branch_is_protected_a_pull_request_waits_and_nothing_is_destroyed(alpha: Jobs) -> None:
    alpha.github.protect()

    result = destroy(alpha)

    assert result.returncode == 1
    assert "the default branch is protected" in result.stderr
    assert_untouched(alpha)
    assert record(alpha)["outcome"] == "proposed"
    assert record(alpha)["url"].endswith("/pull/1")


def test_that_github_cannot_be_told_of_the_end_is_said_and_no_failure(alpha: Jobs) -> None:
    alpha.github.fault("GET", "/deployments", Outcome.SERVER_ERROR)

    result = destroy(alpha)

    assert result.returncode == 0
    assert "could not report to GitHub that dev/alpha is destroyed" in result.stderr
    assert set(alpha.checkout.statuses()) == {"dev-base"}


@pytest.mark.parametrize("options", [(), ("--only-expired",)])
def test_a_locked_environment_stays_whatever_the_checkout_says(alpha: Jobs, options: tuple[str, ...]) -> None:
    text = alpha.github.read(ALPHA)
    alpha.github.commit({ALPHA: f"{text}lock: {{by: monalisa, reason: a demonstration}}\n"})

    result = destroy(alpha, *options)

    assert result.returncode == LOCKED_EXIT
    assert "dev/alpha is locked by monalisa: a demonstration" in result.stderr
    assert record(alpha)["outcome"] == "locked"
    assert alpha.github.writes == []
    assert_untouched(alpha)


def test_a_lock_holds_without_github(alpha: Jobs) -> None:
    file = alpha.checkout.root / ALPHA
    file.write_text(f"{file.read_text()}lock: {{by: monalisa, reason: a demonstration}}\n")

    result = alpha.checkout.gitops("destroy", "dev/alpha", "--yes")

    assert result.returncode == LOCKED_EXIT
    assert "locked by monalisa" in result.stderr
    assert_untouched(alpha)


@pytest.mark.parametrize("consent", ["", "destroy_by_comment: false\n", "destroy_by_comment: true\n"])
def test_production_goes_only_when_its_file_says_that_it_may(jobs: Jobs, consent: str) -> None:
    jobs.checkout.base("prod", cidr="10.40.0.0/16")
    jobs.checkout.app("prod/app")
    file = jobs.checkout.root / "environments/prod/app.yaml"
    file.write_text(file.read_text() + consent)
    jobs.push()
    jobs.checkout.create_stack("prod/app", kind="prod-app")

    result = destroy(jobs, name="prod/app")

    if "true" in consent:
        assert result.returncode == 0, result.stderr
        assert jobs.checkout.cloudformation().describe_stacks()["Stacks"] == []
    else:
        assert result.returncode == 1
        assert "destroy_by_comment" in result.stderr
        assert set(jobs.checkout.statuses()) == {"prod-app"}
        assert jobs.github.read("environments/prod/app.yaml") is not None


def test_a_base_with_apps_and_an_account_stay(alpha: Jobs) -> None:
    base = destroy(alpha, name="dev/base")
    account = destroy(alpha, name="accounts/main")

    assert (base.returncode, account.returncode) == (1, 1)
    assert "while other environments depend on it" in base.stderr
    assert "gitops does not destroy accounts/main" in account.stderr
    assert alpha.github.writes == []
    assert_untouched(alpha)


def test_a_destruction_that_fails_half_way_says_so_and_the_same_again_finishes_it(alpha: Jobs) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": f"full-{alpha.checkout.account_id}"}}
    alpha.checkout.app("dev/beta")
    alpha.push()
    alpha.checkout.create_stack("dev/beta", {"Bucket": bucket})
    s3 = alpha.checkout.client("s3")
    s3.put_object(Bucket=f"full-{alpha.checkout.account_id}", Key="upload", Body=b"data")

    first = destroy(alpha, name="dev/beta")
    status = alpha.checkout.statuses()["dev-beta"]
    s3.delete_object(Bucket=f"full-{alpha.checkout.account_id}", Key="upload")
    second = destroy(alpha, name="dev/beta")

    assert first.returncode == 1
    assert status == "DELETE_FAILED"
    assert "was removed from the default branch but its stack still exists" in first.stderr
    assert record(alpha, "dev-beta")["outcome"] == "destroyed"
    assert second.returncode == 0, second.stderr
    assert "dev-beta" not in alpha.checkout.statuses()


def test_aws_out_of_reach_touches_neither_git_nor_stacks(alpha: Jobs) -> None:
    dead = {**alpha.checkout.environ(), "AWS_ENDPOINT_URL": "http://127.0.0.1:9"}

    result = alpha.run("destroy", "dev/alpha", "--yes", "--github", "--target", "aws", environ=dead)

    assert result.returncode == 1
    assert "cannot reach AWS" in result.stderr
    assert alpha.github.writes == []
    assert_untouched(alpha)


def test_only_what_has_expired_goes_when_a_sweep_asks(alpha: Jobs) -> None:
    text = alpha.github.read(ALPHA) or ""
    extended = destroy(alpha, "--only-expired")
    expired = "\n".join("expires: 2020-01-01" if "expires" in line else line for line in text.splitlines())
    alpha.github.commit({ALPHA: f"{expired}\n"})

    result = destroy(alpha, "--only-expired")

    assert extended.returncode == 1
    assert "has not expired" in extended.stderr
    assert result.returncode == 0, result.stderr
    assert set(alpha.checkout.statuses()) == {"dev-base"}
