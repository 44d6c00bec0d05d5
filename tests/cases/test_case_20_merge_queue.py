"""A merge queue waits for the checks that main requires: they run for its groups, without credentials."""

import shutil
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gitops.commands.validate import validate
from gitops.settings.requirements import CHECKS
from tests.workflows.definitions import jobs, workflows
from tests.workflows.scheduler.expressions import value
from tests.workflows.test_policy import name_of

COMPARING = {"check/declarations": "validate", "plan/synthesise": "plan"}
"""The jobs that compare with what a change is merged into, and their commands."""

PAST = Path(__file__).parents[1] / "fixtures/environments/valid/past-expiry-is-a-warning/environments"
TODAY = date(2026, 11, 23)
ALPHA = "environments/dev/alpha.yaml"


def test_what_a_merge_queue_requires_runs_for_its_groups() -> None:
    required = {
        job["name"].partition("${{")[0]: name
        for name, workflow in workflows().items()
        for job in workflow["jobs"].values()
    }
    started = {name for name, workflow in workflows().items() if "merge_group" in workflow["on"]}

    assert {required[check] for check in CHECKS} == started
    writing = [name_of(job) for job in jobs() if job.workflow in started and "write" in job.permissions.values()]
    conditions = {name_of(job): job.definition["if"] for job in jobs() if name_of(job) in writing}
    assert writing != []
    # A merge group is no pull request, so what has credentials or writes is skipped for it.
    assert all(
        "github.event.pull_request.head.repo.full_name == github.repository" in text for text in conditions.values()
    )


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=octocat", "-c", "user.email=octocat@example.com", "-c", "init.defaultBranch=main"]
    done = subprocess.run(["git", *identity, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def compared_with(name: str, event: dict[str, Any], event_name: str) -> tuple[str, str]:
    """Return the revision with which a job compares in a run, and how many commits it checks out."""
    (job,) = (job for job in jobs() if name_of(job) == name)
    (step,) = (step for step in job.steps if f"gitops {COMPARING[name]} " in step.get("run", ""))
    (checkout,) = (step for step in job.steps if step.get("uses", "").startswith("actions/checkout@"))
    contexts = {"github": {"event": event, "event_name": event_name}}

    assert '--base "$BASE"' in step["run"]  # by the environment: nothing of an event is put into a shell's text
    return value(step["env"]["BASE"], contexts), value(checkout["with"]["fetch-depth"], contexts)


@pytest.mark.parametrize("name", COMPARING)
def test_a_merge_group_is_compared_with_its_base_whatever_number_of_commits_it_has(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The method "rebase" makes a commit for each of a pull request's; HEAD^ would show the last of them alone."""
    origin, clone = tmp_path / "origin", tmp_path / "clone"
    shutil.copytree(PAST, origin / "environments")
    git(origin, "init")
    git(origin, "add", ".")
    git(origin, "commit", "--message", "base")
    base = git(origin, "rev-parse", "HEAD")
    (origin / ALPHA).write_text(f"{(origin / ALPHA).read_text()}# changed\n")
    git(origin, "commit", "--all", "--message", "first")
    git(origin, "commit", "--allow-empty", "--message", "second")
    event = {"action": "checks_requested", "merge_group": {"base_sha": base, "base_ref": "refs/heads/main"}}

    revision, depth = compared_with(name, event, "merge_group")
    git(tmp_path, "clone", *(["--depth", depth] if int(depth) else []), origin.as_uri(), str(clone))
    monkeypatch.chdir(clone)
    arguments: dict[str, Any] = {"paths": (), "output_format": "text", "issue": False, "today": TODAY}

    assert validate(folder=Path("environments"), base=revision, **arguments) == 1  # alpha's past day is an error
    assert validate(folder=Path("environments"), base="HEAD^", **arguments) == 0


@pytest.mark.parametrize("name", COMPARING)
def test_a_pull_request_is_compared_with_the_branch_that_it_would_be_merged_into(name: str) -> None:
    assert compared_with(name, {"pull_request": {"number": 1}}, "pull_request") == ("HEAD^", "2")
