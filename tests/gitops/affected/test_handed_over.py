"""Which commit a push is compared with: pushes that were lost are made up for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops.affected.handed_over import JOB, WORKFLOW, last_handed_over
from gitops.affected.tree import NO_COMMIT
from gitops.github.transport import GitHubError, Transport
from gitops.github.workflow_runs import WorkflowRuns
from tests.fake_github.faults import Outcome
from tests.workflows.definitions import GITHUB, load

if TYPE_CHECKING:
    from tests.fake_github.fake import FakeGitHub


@pytest.fixture
def runs(fake_github: FakeGitHub) -> WorkflowRuns:
    return WorkflowRuns(Transport(fake_github.url, fake_github.all_permissions_token), fake_github.repository)


def commits(github: FakeGitHub, number: int) -> list[str]:
    """Push commits; return them, oldest first."""
    return [github.commit({f"environments/dev/app{index}.yaml": "kind: ad-hoc-app\n"}) for index in range(number)]


def compared_with(github: FakeGitHub, runs: WorkflowRuns, *, own_run: int = 0, head: str | None = None) -> str:
    """Return what the newest commit is compared with."""
    return last_handed_over(runs, "main", head or github.head(), Path(github.git_url), own_run=own_run)


def test_the_push_before_is_what_a_push_is_compared_with(fake_github: FakeGitHub, runs: WorkflowRuns) -> None:
    first, second, third = commits(fake_github, 3)
    fake_github.record_run(first)
    fake_github.record_run(second)
    own = fake_github.record_run(third, conclusion="", Affected="in_progress")

    assert compared_with(fake_github, runs, own_run=own) == second


def test_a_push_without_a_run_is_made_up_for(fake_github: FakeGitHub, runs: WorkflowRuns) -> None:
    first, _, third = commits(fake_github, 3)
    fake_github.record_run(first)
    own = fake_github.record_run(third, conclusion="", Affected="in_progress")

    assert compared_with(fake_github, runs, own_run=own) == first


@pytest.mark.parametrize(
    ("conclusion", "compared"),
    [
        ("failure", "failure"),
        ("cancelled", "success"),
        ("startup_failure", "skipped"),
        ("", "in_progress"),
        ("success", "failure"),
    ],
)
def test_a_push_whose_changes_nobody_was_given_is_made_up_for(
    conclusion: str, compared: str, fake_github: FakeGitHub, runs: WorkflowRuns
) -> None:
    first, second, _ = commits(fake_github, 3)
    fake_github.record_run(first)
    fake_github.record_run(second, conclusion=conclusion, Affected=compared)

    assert compared_with(fake_github, runs) == first


@pytest.mark.parametrize("conclusion", ["failure", "", "timed_out"])
def test_what_was_handed_over_is_not_handed_over_again(
    conclusion: str, fake_github: FakeGitHub, runs: WorkflowRuns
) -> None:
    first, second, _ = commits(fake_github, 3)
    fake_github.record_run(first)
    fake_github.record_run(second, conclusion=conclusion, Affected="success", Report="failure")

    assert compared_with(fake_github, runs) == second


def test_a_commit_that_the_branch_no_longer_has_is_left_for_an_older_one(
    fake_github: FakeGitHub, runs: WorkflowRuns, capsys: pytest.CaptureFixture[str]
) -> None:
    first, forced_away = commits(fake_github, 2)
    fake_github.record_run(first)
    fake_github.record_run(forced_away)
    fake_github.git.set_ref("refs/heads/main", first)
    fake_github.commit({"environments/dev/other.yaml": "kind: ad-hoc-app\n"})

    assert compared_with(fake_github, runs) == first
    assert f"{forced_away[:7]}, which the branch no longer has" in capsys.readouterr().err


def test_a_commit_that_git_does_not_have_is_left_for_an_older_one(fake_github: FakeGitHub, runs: WorkflowRuns) -> None:
    first, _ = commits(fake_github, 2)
    fake_github.record_run(first)
    fake_github.record_run("1" * 40)

    assert compared_with(fake_github, runs) == first


def test_a_run_that_is_started_again_compares_with_what_came_before_it(
    fake_github: FakeGitHub, runs: WorkflowRuns
) -> None:
    first, second, third = commits(fake_github, 3)
    fake_github.record_run(first)
    own = fake_github.record_run(second)
    fake_github.record_run(third)

    assert compared_with(fake_github, runs, own_run=own, head=second) == first


def test_without_an_earlier_run_everything_is_new(fake_github: FakeGitHub, runs: WorkflowRuns) -> None:
    commits(fake_github, 1)

    assert compared_with(fake_github, runs) == NO_COMMIT


def test_a_github_that_fails_hands_over_nothing(
    fake_github: FakeGitHub, runs: WorkflowRuns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitops.github.transport.time.sleep", lambda _: None)
    (first,) = commits(fake_github, 1)
    fake_github.record_run(first)
    fake_github.fault("GET", "/actions/runs/*/jobs", Outcome.SERVER_ERROR)

    with pytest.raises(GitHubError):
        compared_with(fake_github, runs)


def test_its_names_are_those_of_the_workflow() -> None:
    workflow = load(GITHUB / "workflows" / WORKFLOW)

    assert workflow["jobs"]["affected"]["name"] == JOB
