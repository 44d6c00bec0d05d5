"""Deployments in a job: what GitHub hears, what is written down, what is left to a newer run."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import LOCKED_EXIT
from tests.fake_github.faults import Outcome
from tests.gitops.jobs import RUN_URL, Jobs

LOCK = "lock: {by: monalisa, reason: a demonstration}\n"


def deployed(jobs: Jobs, *names: str) -> None:
    """Deploy before the test begins, without GitHub."""
    result = jobs.checkout.gitops("deploy", *names)
    assert result.returncode == 0, result.stderr


def record(jobs: Jobs, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((jobs.checkout.root / "results" / f"{slug}.json").read_text())
    return found


def newest(jobs: Jobs) -> Path:
    """A checkout of the default branch that is as ours is now."""
    root = jobs.checkout.root
    folder = root / "newest"
    folder.mkdir()
    for name in ("app.py", "cdk.json", "constructs_lib", "uv.lock"):
        (folder / name).symlink_to((root / name).resolve())
    shutil.copytree(root / "environments", folder / "environments")
    return folder


def test_github_shows_the_deployment_with_its_address_and_log(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev")

    result = jobs.run("deploy", "dev/alpha", "--github", "--results", "results")

    assert result.returncode == 0, result.stderr
    (deployment,) = jobs.github.deployments("dev/alpha")
    assert [status.state for status in deployment.statuses] == ["in_progress", "success"]
    assert deployment.statuses[-1].environment_url == "https://alpha.dev.example.com"
    assert {status.log_url for status in deployment.statuses} == {RUN_URL}
    assert (deployment.sha, deployment.production) == (jobs.github.head(), False)
    assert record(jobs, "dev-alpha")["outcome"] == "created"
    assert record(jobs, "dev-alpha")["url"] == "https://alpha.dev.example.com"


def test_a_job_makes_as_many_requests_as_operations_say(jobs: Jobs) -> None:
    """All jobs of a repository share 1,000 requests an hour: this number limits how much one push may change."""
    said = (Path(__file__).parents[3] / "docs" / "operations.md").read_text()
    jobs.checkout.app("dev/alpha")
    jobs.push()
    deployed(jobs, "dev")

    counts = {}
    for step in (("doctor", "--job", "deploy"), ("doctor", "--job", "production"), ("deploy", "dev/alpha", "--github")):
        jobs.github.forget_calls()
        assert jobs.run(*step).returncode == 0
        counts[step[-1]] = len(jobs.github.calls)
    settings, of_production, deploying = counts.values()

    assert f"a deployment needs {settings + deploying} of them ({settings} for *Settings of GitHub*, " in said
    assert f"{deploying} for *Deploy*), one of production {of_production + deploying}," in said


def test_production_is_shown_as_such(jobs: Jobs) -> None:
    jobs.checkout.base("prod", cidr="10.40.0.0/16")

    jobs.run("deploy", "prod", "--github")

    (deployment,) = jobs.github.deployments("prod/base")
    assert (deployment.production, deployment.state) == (True, "success")


def test_a_failure_is_told_with_its_reason(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha", behaviour="fails")
    deployed(jobs, "dev")

    result = jobs.run("deploy", "dev/alpha", "--github", "--results", "results")

    assert result.returncode == 1
    (deployment,) = jobs.github.deployments("dev/alpha")
    assert deployment.state == "failure"
    assert record(jobs, "dev-alpha")["outcome"] == "failed"
    assert "Second" in record(jobs, "dev-alpha")["reason"]


def test_what_stops_everything_is_a_failure_too(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha")

    result = jobs.run("deploy", "dev/alpha", "--github", "--results", "results")

    assert result.returncode == 1
    assert jobs.github.deployments("dev/alpha")[0].state == "failure"
    assert "dev/alpha cannot be deployed: dev/base is not" in record(jobs, "dev-alpha")["reason"]
    assert jobs.checkout.cloudformation().describe_stacks()["Stacks"] == []


@pytest.mark.parametrize("path", ["/deployments", "/deployments/*/statuses"])
@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.RATE_LIMIT, Outcome.CLOSED])
def test_that_github_cannot_be_told_is_said_and_stops_nothing(jobs: Jobs, path: str, outcome: Outcome) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev")
    jobs.github.fault("POST", path, outcome)

    result = jobs.run("deploy", "dev/alpha", "--github", "--results", "results")

    assert result.returncode == 0, result.stderr
    assert "could not report to GitHub" in result.stderr
    assert jobs.checkout.statuses()["dev-alpha"] == "CREATE_COMPLETE"
    assert record(jobs, "dev-alpha")["outcome"] == "created"


def test_a_locked_environment_is_not_deployed_and_others_are(jobs: Jobs) -> None:
    for name in ("dev/alpha", "dev/beta"):
        jobs.checkout.app(name)
    file = jobs.checkout.root / "environments/dev/alpha.yaml"
    file.write_text(file.read_text() + LOCK)

    result = jobs.run("deploy", "dev", "dev/alpha", "dev/beta", "--github", "--results", "results")

    assert result.returncode == LOCKED_EXIT
    assert "locked by monalisa: a demonstration" in result.stderr
    assert set(jobs.checkout.statuses()) == {"dev-base", "dev-beta"}
    assert record(jobs, "dev-alpha")["outcome"] == "locked"
    assert jobs.github.deployments("dev/alpha")[0].state == "inactive"
    assert jobs.github.deployments("dev/beta")[0].state == "success"


@pytest.mark.parametrize("locked", [True, False])
def test_the_lock_of_the_newest_default_branch_decides(jobs: Jobs, *, locked: bool) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev", "dev/alpha")
    file = jobs.checkout.root / "environments/dev/alpha.yaml"
    text = file.read_text().replace("image: v1", "image: v2")
    lock = LOCK.replace("reason", "since: 2026-11-23, reason")
    jobs.github.commit({"environments/dev/alpha.yaml": text + (lock if locked else "")})
    file.write_text(text + ("" if locked else lock))  # as it was when the job was started

    result = jobs.run("deploy", "dev/alpha", "--github", "--results", "results")

    assert result.returncode == (LOCKED_EXIT if locked else 0), result.stderr
    assert record(jobs, "dev-alpha")["outcome"] == ("locked" if locked else "updated")
    assert ("locked by monalisa since 2026-11-23: a demonstration" in result.stderr) is locked
    assert jobs.checkout.statuses()["dev-alpha"] == ("CREATE_COMPLETE" if locked else "UPDATE_COMPLETE")


def test_nothing_is_deployed_while_it_is_not_known_whether_it_is_locked(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev")
    jobs.github.fault("GET", "/contents/*", Outcome.SERVER_ERROR)

    result = jobs.run("deploy", "dev/alpha", "--github")

    assert result.returncode == 1
    assert "GitHub answered 500" in result.stderr
    assert set(jobs.checkout.statuses()) == {"dev-base"}


def test_a_lock_holds_without_github_and_does_not_mind_that_nothing_changes(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev", "dev/alpha")
    file = jobs.checkout.root / "environments/dev/alpha.yaml"
    file.write_text(file.read_text() + LOCK)

    unchanged = jobs.checkout.gitops("deploy", "--all")
    file.write_text(file.read_text().replace("image: v1", "image: v2"))
    changed = jobs.checkout.gitops("deploy", "--all")

    assert unchanged.returncode == 0, unchanged.stderr
    assert changed.returncode == LOCKED_EXIT
    assert "dev/alpha locked" in changed.stderr


def test_a_newer_change_of_the_environment_is_left_to_the_newer_run(jobs: Jobs) -> None:
    for name in ("dev/alpha", "dev/beta", "dev/gamma"):
        jobs.checkout.app(name)
    deployed(jobs, "dev")
    folder = newest(jobs)
    changed = folder / "environments/dev/alpha.yaml"
    changed.write_text(changed.read_text().replace("image: v1", "image: v2"))
    (folder / "environments/dev/gamma.yaml").unlink()

    result = jobs.run(
        *("deploy", "dev/alpha", "dev/beta", "dev/gamma", "--github"),
        *("--unless-superseded-by", "newest", "--results", "results"),
    )

    assert result.returncode == 0, result.stderr
    assert set(jobs.checkout.statuses()) == {"dev-base", "dev-beta"}
    assert [record(jobs, f"dev-{app}")["outcome"] for app in ("alpha", "beta", "gamma")] == [
        "superseded",
        "created",
        "superseded",
    ]
    assert "changed on the default branch since" in result.stderr
    assert "gone from the default branch" in result.stderr
    assert jobs.github.deployments("dev/alpha") == []


def test_only_what_changes_the_template_counts_as_newer(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev")
    file = newest(jobs) / "environments/dev/alpha.yaml"
    file.write_text(file.read_text() + LOCK)

    result = jobs.run("deploy", "dev/alpha", "--github", "--unless-superseded-by", "newest")

    assert result.returncode == 0, result.stderr
    assert jobs.checkout.statuses()["dev-alpha"] == "CREATE_COMPLETE"


def test_what_is_wrong_on_the_newest_branch_is_not_left_to_it(jobs: Jobs) -> None:
    jobs.checkout.app("dev/alpha")
    deployed(jobs, "dev")
    file = newest(jobs) / "environments/dev/alpha.yaml"
    file.write_text("kind: nonsense\n")

    result = jobs.run("deploy", "dev/alpha", "--github", "--unless-superseded-by", "newest")

    assert result.returncode == 0, result.stderr
    assert jobs.checkout.statuses()["dev-alpha"] == "CREATE_COMPLETE"


def test_what_is_wrong_is_a_result_of_its_own(jobs: Jobs) -> None:
    jobs.checkout.write("dev/alpha.yaml", "kind: ad-hoc-app\n")

    result = jobs.run("deploy", "dev/alpha", "--github", "--results", "results")

    assert result.returncode == 1
    assert record(jobs, "dev-alpha")["outcome"] == "failed"
    assert "dev/alpha.yaml:1:1: expires: is missing" in record(jobs, "dev-alpha")["reason"]


def test_outside_of_a_job_github_is_refused_before_anything_happens(jobs: Jobs) -> None:
    result = jobs.checkout.gitops("deploy", "dev", "--github")

    assert result.returncode == 1
    assert "works in a job of GitHub Actions" in result.stderr
    assert jobs.checkout.cloudformation().describe_stacks()["Stacks"] == []
