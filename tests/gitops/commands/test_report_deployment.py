"""`gitops report deployment`: one comment of the pull request turns from the plan into what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops.report import results
from gitops.report.results import EnvironmentResult
from tests.fake_github.faults import Outcome
from tests.fake_github.state import BOT
from tests.gitops.jobs import Jobs

if TYPE_CHECKING:
    import subprocess

PLAN = "<!-- gitops:environments -->\n### Plan\n\nwhat would be"


@pytest.fixture
def merged(jobs: Jobs) -> int:
    """A merged pull request with a plan, and the result of its deployment; its number."""
    results.write(
        jobs.checkout.root / "results",
        [
            EnvironmentResult(
                environment="dev/alpha", outcome="created", seconds=3.0, url="https://alpha.dev.example.com"
            )
        ],
    )
    jobs.github.commit({"environments/dev/alpha.yaml": "kind: ad-hoc-app\n"}, branch="alpha")
    number = jobs.github.open_pull_request(branch="alpha")
    jobs.github.comment(number, BOT, PLAN)
    jobs.github.merge(number)
    return number


def report(jobs: Jobs, event: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    before, after = jobs.github.head("alpha"), jobs.github.head()
    return jobs.run("report", "deployment", "results", event=event or jobs.github.push_event(before, after))


def test_the_comment_with_the_plan_becomes_the_report(jobs: Jobs, merged: int) -> None:
    first = report(jobs)
    again = report(jobs)

    assert (first.returncode, again.returncode) == (0, 0), first.stderr
    (comment,) = jobs.github.comments_of_ours(merged)
    assert comment.startswith("<!-- gitops:environments -->\n### 1 environment: 1 created")
    assert "<https://alpha.dev.example.com>" in comment
    assert comment.count("what would be") == 1
    assert "dev/alpha" in jobs.summary


def test_a_commit_of_no_pull_request_has_the_summary_alone(jobs: Jobs, merged: int) -> None:
    jobs.github.commit({"README.md": "a direct push\n"})

    result = report(jobs)

    assert result.returncode == 0
    assert "no pull request was merged as this commit" in result.stderr
    assert jobs.github.comments_of_ours(merged) == [PLAN]
    assert "dev/alpha" in jobs.summary


def test_a_run_by_hand_says_nothing_in_the_newest_pull_request(jobs: Jobs, merged: int) -> None:
    report(jobs, jobs.github.dispatch_event("deploy", environment="dev/alpha"))

    assert jobs.github.comments_of_ours(merged) == [PLAN]
    assert "dev/alpha" in jobs.summary


@pytest.mark.parametrize("listing", ["/commits/*/pulls", "/issues/*/comments"])
@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.RATE_LIMIT, Outcome.NOT_JSON])
def test_github_that_cannot_be_listed_gets_no_second_comment(
    jobs: Jobs, merged: int, listing: str, outcome: Outcome
) -> None:
    jobs.github.fault("GET", listing, outcome)

    result = report(jobs)

    assert result.returncode == 1
    assert "GitHub" in result.stderr
    assert jobs.github.comments_of_ours(merged) == [PLAN]
    assert "dev/alpha" in jobs.summary
