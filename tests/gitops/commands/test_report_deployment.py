"""`gitops report deployment`: one comment of the pull request turns from the plan into what became of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from gitops.report import results
from gitops.report.deployment import MOST_COMMITS
from gitops.report.results import EnvironmentResult
from tests.fake_github.faults import Outcome
from tests.fake_github.state import BOT
from tests.gitops.jobs import Jobs

if TYPE_CHECKING:
    import subprocess

PLAN = "<!-- gitops:environments -->\n### Plan\n\nwhat would be"


@pytest.fixture(autouse=True)
def deployed(jobs: Jobs) -> None:
    """Write the result of a deployment."""
    results.write(
        jobs.checkout.root / "results",
        [
            EnvironmentResult(
                environment="dev/alpha", outcome="created", seconds=3.0, url="https://alpha.dev.example.com"
            )
        ],
    )


@pytest.fixture
def merged(jobs: Jobs) -> int:
    """A merged pull request with a plan; its number."""
    jobs.github.commit({"environments/dev/alpha.yaml": "kind: ad-hoc-app\n"}, branch="alpha")
    number = jobs.github.open_pull_request(branch="alpha")
    jobs.github.comment(number, BOT, PLAN)
    jobs.github.merge(number)
    return number


def report(jobs: Jobs, event: dict[str, Any] | None = None) -> subprocess.CompletedProcess[str]:
    after = jobs.github.head()
    before = jobs.github.git.tree_and_parents(after)[1][0]
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


def test_each_pull_request_of_a_merge_group_gets_the_report_of_its_push(jobs: Jobs, merged: int) -> None:
    """A merge queue merges a group at once: one push with the commits of all."""
    before = jobs.github.head()
    numbers = [jobs.merge({f"environments/dev/{name}.yaml": "kind: ad-hoc-app\n"}) for name in ("beta", "gamma")]
    numbers.append(_merged_with_two_commits(jobs))
    after = jobs.github.head()

    result = report(jobs, jobs.github.push_event(before, after))

    assert result.returncode == 0, result.stderr
    for number in numbers:
        (comment,) = jobs.github.comments_of_ours(number)
        assert "1 environment: 1 created" in comment
        assert f"Commit `{after[:7]}`" in comment
    assert jobs.github.comments_of_ours(merged) == [PLAN]  # merged by an earlier push


def test_a_pull_request_into_another_branch_gets_no_report_when_that_is_merged(jobs: Jobs) -> None:
    before = jobs.github.head()
    jobs.github.commit({"one.txt": "1\n"}, branch="feature")
    jobs.github.commit({"two.txt": "2\n"}, branch="part")
    inner = jobs.github.open_pull_request(branch="part", into="feature")
    jobs.github.merge(inner)
    outer = jobs.github.open_pull_request(branch="feature")
    jobs.github.merge(outer, method="merge")

    result = report(jobs, jobs.github.push_event(before, jobs.github.head()))

    assert result.returncode == 0, result.stderr
    assert len(jobs.github.comments_of_ours(outer)) == 1
    assert jobs.github.comments_of_ours(inner) == []


def test_the_newest_commits_of_a_large_push_are_asked_for_and_the_rest_is_said(jobs: Jobs) -> None:
    before = jobs.github.head()
    oldest = jobs.merge({"oldest.txt": "0\n"})
    for number in range(MOST_COMMITS - 1):
        jobs.github.commit({f"{number}.txt": "1\n"})
    newest = jobs.merge({"newest.txt": "1\n"})

    result = report(jobs, jobs.github.push_event(before, jobs.github.head()))

    assert result.returncode == 0, result.stderr
    asked = [call for call in jobs.github.calls if call.path.endswith("/pulls")]
    assert len(asked) == MOST_COMMITS
    assert "beyond the 100 newest: 1. Their pull requests get no report" in result.stderr
    assert len(jobs.github.comments_of_ours(newest)) == 1
    assert jobs.github.comments_of_ours(oldest) == []


def _merged_with_two_commits(jobs: Jobs) -> int:
    """Merge a pull request of two commits with a merge commit, so that all three are in the push."""
    for text in ("1\n", "2\n"):
        jobs.github.commit({"README.md": text}, branch="two")
    number = jobs.github.open_pull_request(branch="two")
    jobs.github.merge(number, method="merge")
    return number


def test_a_commit_of_no_pull_request_has_the_summary_alone(jobs: Jobs, merged: int) -> None:
    jobs.github.commit({"README.md": "a direct push\n"})

    result = report(jobs)

    assert result.returncode == 0
    assert "no pull request was merged by this push" in result.stderr
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
