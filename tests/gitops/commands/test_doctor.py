"""`gitops doctor` with a GitHub of the test's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.fake_github.faults import Outcome
from tests.fake_github.settings import Settings

if TYPE_CHECKING:
    import subprocess

    from tests.fake_github.fake import FakeGitHub
    from tests.gitops.checkouts import CommandLine
    from tests.gitops.jobs import Jobs


def _doctor(checkout: CommandLine, github: FakeGitHub) -> subprocess.CompletedProcess[str]:
    return checkout.gitops(
        "doctor",
        "--github",
        GITHUB_API_URL=github.url,
        GITHUB_TOKEN=github.all_permissions_token,
        GITHUB_REPOSITORY=github.repository,
    )


def test_good_settings_are_listed(bare_checkout: CommandLine, fake_github: FakeGitHub) -> None:
    done = _doctor(bare_checkout, fake_github)

    assert (done.returncode, done.stderr) == (0, "36 settings: 0 too weak, 0 not readable\n")
    assert "environment deploy: branches and tags" in done.stdout
    assert fake_github.writes == []


def test_a_weak_setting_is_named_with_its_page(bare_checkout: CommandLine, fake_github: FakeGitHub) -> None:
    fake_github.state.settings.environments["production-approval"].admins_bypass = True
    done = _doctor(bare_checkout, fake_github)

    (line,) = [line for line in done.stdout.splitlines() if "  weak  " in line]
    assert done.returncode == 1
    assert line.startswith("environment production-approval: administrators bypass the rules")
    assert line.endswith("https://github.com/example/environments/settings/environments/7/edit")
    assert "1 too weak" in done.stderr


def test_what_cannot_be_read_is_not_good(bare_checkout: CommandLine, fake_github: FakeGitHub) -> None:
    fake_github.fault("GET", "/actions/permissions*", Outcome.FORBIDDEN)
    done = _doctor(bare_checkout, fake_github)

    assert done.returncode == 1
    assert 'not readable with this token: needs "Administration" (read)' in done.stdout
    assert "0 too weak, 4 not readable" in done.stderr


def test_the_repository_of_an_application_is_asked_too(bare_checkout: CommandLine, fake_github: FakeGitHub) -> None:
    application = "application: {repository: example/shop, owner_id: 1, repository_id: 2}"
    github = (
        f"github: {{repository: {fake_github.repository}, owner_id: 583231, repository_id: 1296269, {application}}}"
    )
    account = bare_checkout.root / "environments" / "accounts" / "main.yaml"
    account.parent.mkdir(parents=True, exist_ok=True)
    account.write_text(f'kind: account\nid: "111111111111"\nregion: us-east-1\n{github}\n')
    fake_github.state.applications["example/shop"] = Settings()
    fake_github.state.applications["example/shop"].environments["publish"].refs = None
    done = _doctor(bare_checkout, fake_github)

    (line,) = [line for line in done.stdout.splitlines() if line.startswith("example/shop, environment publish")]
    assert done.returncode == 1
    assert "  weak  " in line
    assert line.endswith("https://github.com/example/shop/settings/environments/5/edit")


def test_without_a_token_nothing_is_asked(bare_checkout: CommandLine, fake_github: FakeGitHub) -> None:
    done = bare_checkout.gitops("doctor", "--github", GITHUB_API_URL=fake_github.url)

    assert done.returncode == 1
    assert 'export GITHUB_TOKEN="$(gh auth token)"' in done.stderr
    assert fake_github.calls == []


def test_a_job_goes_on(jobs: Jobs) -> None:
    done = jobs.run("doctor", "--job", "production")

    assert (done.returncode, done.stdout) == (0, "")
    assert done.stderr == "the settings of GitHub that guard production are as required\n"


def test_a_job_stops_and_names_the_setting(jobs: Jobs) -> None:
    jobs.github.state.settings.environments["production-approval"].prevent_self_review = False
    done = jobs.run("doctor", "--job", "production")

    assert done.returncode == 1
    assert "environment production-approval: prevent self-review: off; must be: on" in done.stderr
    assert "this job stops before it takes credentials" in done.stderr


def test_a_job_says_what_it_could_not_check(jobs: Jobs) -> None:
    jobs.github.state.settings.branch_rules.clear()
    jobs.github.state.settings.protection = {}
    jobs.github.fault("GET", "/branches/*/protection", Outcome.FORBIDDEN)
    done = jobs.run("doctor", "--job", "deploy")

    assert done.returncode == 0
    assert "main: approval by code owners: not checked" in done.stderr


def test_an_approval_that_no_job_waits_for_is_an_error(jobs: Jobs) -> None:
    done = jobs.run("doctor", "--job", "destroy", "--approval", "reviewers")

    assert done.returncode == 1
    assert "--approval: no job waits in 'reviewers'; give one of production-approval, destroy-approval" in done.stderr


def test_a_job_of_an_unknown_environment_stops(jobs: Jobs) -> None:
    done = jobs.run("doctor", "--job", "staging")

    assert done.returncode == 1
    assert "staging" in done.stderr


def _shop(checkout: CommandLine, settings: str) -> None:
    checkout.account("111111111111")
    checkout.base("dev")
    checkout.app("dev/alpha")
    config = checkout.root / "shop" / "config"
    config.mkdir(parents=True, exist_ok=True)
    (config / "settings.py").write_text(settings)


GOOD_SETTINGS = """\
ALLOWED_HOSTS = ["*"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
"""


def test_settings_of_an_application_are_listed_with_remedies(bare_checkout: CommandLine) -> None:
    _shop(bare_checkout, GOOD_SETTINGS.replace('"*"', ""))
    wrong = bare_checkout.gitops("doctor", "--application", "dev/alpha", "--source", "shop")
    _shop(bare_checkout, GOOD_SETTINGS)
    good = bare_checkout.gitops("doctor", "--application", "dev/alpha", "--source", "shop")

    assert (wrong.returncode, good.returncode) == (1, 0)
    assert "6 checks of config.settings: 1 wrong, 0 not judged" in wrong.stderr
    assert "6 checks of config.settings: 0 wrong, 0 not judged" in good.stderr
    (line,) = [line for line in wrong.stdout.splitlines() if "  wrong  " in line]
    assert line.startswith("ALLOWED_HOSTS ")
    assert 'ALLOWED_HOSTS = ["*"]' in line
    assert "  wrong  " not in good.stdout


def test_the_source_is_the_folder_that_stands_for_the_image(bare_checkout: CommandLine) -> None:
    _shop(bare_checkout, GOOD_SETTINGS)
    mapped = bare_checkout.root / ".gitops" / "images.json"

    mapped.write_text("{}")
    without = bare_checkout.gitops("doctor", "--application", "dev/alpha")
    mapped.write_text(json.dumps({"microblog": str(bare_checkout.root / "shop")}))
    found = bare_checkout.gitops("doctor", "--application", "dev/alpha")

    assert without.returncode == 1
    assert "no folder stands for the image microblog; give --source DIR" in without.stderr
    assert (found.returncode, "0 wrong" in found.stderr) == (0, True)


def test_what_is_no_application_is_refused(bare_checkout: CommandLine) -> None:
    _shop(bare_checkout, GOOD_SETTINGS)
    base = bare_checkout.gitops("doctor", "--application", "dev", "--source", "shop")
    alone = bare_checkout.gitops("doctor", "--github", "--source", "shop")

    assert (base.returncode, alone.returncode) == (1, 1)
    assert "dev/base is no app, but ad-hoc-base" in base.stderr
    assert "--source is the folder of an application" in alone.stderr
