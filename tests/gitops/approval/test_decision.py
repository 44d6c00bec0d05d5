"""Whose approval a pull request of a job needs: somebody else's than of who asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.approval.decision import is_of_job, proposed_by_job, reason_to_wait
from gitops.github import proposals
from gitops.github.model import Commit
from gitops.github.repository import Repository
from gitops.github.transport import Transport
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from tests.fake_github.fake import FakeGitHub

ASKER, OTHER, READER, STRANGER = "octocat", "monalisa", "hubot", "stranger"
BRANCH = "gitops/request-1"


@pytest.fixture
def github(fake_github: FakeGitHub) -> FakeGitHub:
    """A GitHub on which jobs may open pull requests."""
    fake_github.state.jobs_may_propose = True
    return fake_github


def connect(github: FakeGitHub, job: str) -> Repository:
    return Repository(Transport(github.url, token_of(github, job)), github.repository)


def propose(github: FakeGitHub, *requesters: str, text: str = "kind: ad-hoc-app\n") -> int:
    """Have a job open a pull request that somebody has asked for, or bring it up to date."""
    proposed = proposals.put(
        connect(github, "request/propose"),
        {"environments/dev/gamma.yaml": text},
        branch=BRANCH,
        base="main",
        base_commit=github.head(),
        title="Add dev/gamma",
        body="",
        message=f"Add dev/gamma\n\n{proposals.requested_by(requesters)}",
    )
    return proposed.pull_request.number


def reason(github: FakeGitHub, number: int) -> str | None:
    pull = proposed_by_job(github.pull_request_event(number, "synchronize"))
    assert pull is not None
    return reason_to_wait(connect(github, "approval/approval"), pull)


def test_whoever_asked_cannot_be_the_only_one_who_approves(github: FakeGitHub) -> None:
    number = propose(github, ASKER)
    nobody = reason(github, number)
    github.review(number, ASKER)
    themselves = reason(github, number)
    github.review(number, OTHER)

    assert nobody == themselves
    assert themselves is not None
    assert "octocat asked for it, so someone else with write permission" in themselves
    assert reason(github, number) is None


def test_a_name_in_another_case_is_the_same_person(github: FakeGitHub) -> None:
    number = propose(github, ASKER.upper())
    github.review(number, ASKER)

    assert reason(github, number) is not None


@pytest.mark.parametrize("login", [READER, STRANGER, "github-actions[bot]"])
def test_an_approval_of_somebody_who_may_not_write_does_not_count(github: FakeGitHub, login: str) -> None:
    number = propose(github, ASKER)
    github.review(number, ASKER)
    github.review(number, login)

    assert reason(github, number) is not None


@pytest.mark.parametrize(("verdict", "waits"), [("CHANGES_REQUESTED", True), ("DISMISSED", True), ("COMMENTED", False)])
def test_the_newest_verdict_of_a_person_counts_and_a_comment_is_none(
    github: FakeGitHub, verdict: str, *, waits: bool
) -> None:
    number = propose(github, ASKER)
    github.review(number, OTHER)
    github.review(number, OTHER, verdict)

    assert (reason(github, number) is not None) == waits


def test_an_approval_of_an_older_commit_does_not_count(github: FakeGitHub) -> None:
    number = propose(github, ASKER)
    github.review(number, OTHER)
    propose(github, ASKER, text="kind: prod-app\n")

    assert reason(github, number) is not None


def test_all_who_asked_need_somebody_else(github: FakeGitHub) -> None:
    number = propose(github, ASKER, OTHER)
    github.review(number, ASKER)
    github.review(number, OTHER)
    both = reason(github, number)
    github.set_role("colleague", "write")
    github.review(number, "colleague")

    assert both is not None
    assert "octocat and monalisa asked" in both
    assert reason(github, number) is None


def test_what_a_schedule_proposes_anybody_may_approve(github: FakeGitHub) -> None:
    number = propose(github)

    assert reason(github, number) is None


def test_what_a_person_pushed_to_the_branch_of_a_job_waits_whoever_approves(github: FakeGitHub) -> None:
    number = propose(github, ASKER)
    message = proposals.requested_by(["somebody"])
    github.commit({"environments/dev/gamma.yaml": "kind: prod-app\n"}, branch=BRANCH, author=ASKER, message=message)
    github.review(number, OTHER)

    pushed = reason(github, number)
    propose(github, ASKER)
    github.review(number, OTHER)

    assert pushed is not None
    assert "no job has made its newest commit" in pushed
    assert reason(github, number) is None


@pytest.mark.parametrize(
    ("author", "committer", "verified", "of_job"),
    [
        ("41898282+github-actions[bot]@users.noreply.github.com", "noreply@github.com", True, True),
        ("41898282+github-actions[bot]@users.noreply.github.com", "noreply@github.com", False, False),
        ("41898282+github-actions[bot]@users.noreply.github.com", "octocat@example.com", True, False),
        ("octocat@example.com", "noreply@github.com", True, False),
    ],
    ids=["made by the API", "not signed", "signed by a person", "made on the website"],
)
def test_the_name_of_a_job_in_a_commit_of_a_person_is_not_believed(
    author: str, committer: str, *, verified: bool, of_job: bool
) -> None:
    commit = Commit(
        sha="0" * 40, parents=(), message="", author_email=author, committer_email=committer, verified=verified
    )

    assert is_of_job(commit) == of_job


def test_pull_requests_of_people_and_of_other_bots_are_none_of_a_job(github: FakeGitHub) -> None:
    github.commit({"notes.md": "Text\n"}, branch="notes")
    github.commit({"notes.md": "Text\n"}, branch="gitops/notes")
    github.commit({"notes.md": "Text\n"}, branch="dependabot/pip/httpx")
    numbers = [
        github.open_pull_request(branch="notes"),
        github.open_pull_request(branch="gitops/notes"),
        github.open_pull_request(branch="dependabot/pip/httpx", author="dependabot[bot]"),
    ]

    assert [proposed_by_job(github.pull_request_event(number, "opened")) for number in numbers] == [None] * 3
    assert proposed_by_job({"merge_group": {}}) is None


def test_each_requester_is_named_once_and_read_back() -> None:
    message = f"Add dev/gamma\n\n{proposals.requested_by([ASKER, 'Octocat', OTHER])}"

    assert proposals.requesters_in(message) == ["Octocat", OTHER]
    assert proposals.requesters_in("Requested by @octocat in #1") == []
