"""One comment of ours a topic, found again by its marker and its author, and updated in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.github import sticky_comment
from gitops.github.transport import GitHubError
from tests.fake_github.faults import Outcome

if TYPE_CHECKING:
    from gitops.github.repository import Repository
    from tests.fake_github.fake import FakeGitHub

MARKER = "<!-- gitops:environments -->"


def test_the_first_time_there_is_a_new_comment(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    assert sticky_comment.find(repository, pull_request, "environments") is None
    sticky_comment.put(repository, pull_request, "environments", "the plan")
    assert fake_github.comments_of_ours(pull_request) == [f"{MARKER}\nthe plan"]
    assert fake_github.writes == [f"POST /issues/{pull_request}/comments"]


def test_later_it_is_edited_in_place(repository: Repository, fake_github: FakeGitHub, pull_request: int) -> None:
    first = sticky_comment.put(repository, pull_request, "environments", "the plan")
    second = sticky_comment.put(repository, pull_request, "environments", "another plan")
    assert second.id == first.id
    assert fake_github.comments_of_ours(pull_request) == [f"{MARKER}\nanother plan"]
    assert fake_github.writes == [f"POST /issues/{pull_request}/comments", f"PATCH /issues/comments/{first.id}"]


def test_the_same_text_is_not_written_again(repository: Repository, fake_github: FakeGitHub, pull_request: int) -> None:
    first = sticky_comment.put(repository, pull_request, "environments", "the plan")
    assert sticky_comment.put(repository, pull_request, "environments", "the plan") == first
    assert fake_github.writes == [f"POST /issues/{pull_request}/comments"]


def test_it_is_found_on_a_later_page(repository: Repository, fake_github: FakeGitHub, pull_request: int) -> None:
    for number in range(4):
        fake_github.comment(pull_request, "octocat", f"comment {number}")
    ours = sticky_comment.put(repository, pull_request, "environments", "the plan")
    fake_github.state.page_size = 2
    assert sticky_comment.find(repository, pull_request, "environments") == ours
    assert sticky_comment.put(repository, pull_request, "environments", "another plan").id == ours.id
    assert len(fake_github.comments(pull_request)) == 5


@pytest.mark.parametrize("author", ["octocat", "monalisa", "github-actions", "dependabot[bot]"])
def test_a_comment_of_somebody_else_is_never_it(
    repository: Repository, fake_github: FakeGitHub, pull_request: int, author: str
) -> None:
    theirs = fake_github.comment(pull_request, author, f"{MARKER}\nnot the plan")
    ours = sticky_comment.put(repository, pull_request, "environments", "the plan")
    bodies = {comment.id: comment.body for comment in fake_github.comments(pull_request)}
    assert bodies == {theirs["comment"]["id"]: f"{MARKER}\nnot the plan", ours.id: f"{MARKER}\nthe plan"}


@pytest.mark.parametrize("body", [f"An answer that quotes:\n{MARKER}", "<!-- gitops:other -->\nx", f"> {MARKER}"])
def test_another_comment_of_ours_is_not_it(
    repository: Repository, fake_github: FakeGitHub, pull_request: int, body: str
) -> None:
    repository.create_comment(pull_request, body)
    sticky_comment.put(repository, pull_request, "environments", "the plan")
    assert fake_github.comments_of_ours(pull_request) == [body, f"{MARKER}\nthe plan"]


def test_comments_of_two_topics_live_side_by_side(
    repository: Repository, fake_github: FakeGitHub, pull_request: int
) -> None:
    for body in ("one", "two"):
        for topic in ("environments", "expiry"):
            sticky_comment.put(repository, pull_request, topic, body)
    assert fake_github.comments_of_ours(pull_request) == [f"{MARKER}\ntwo", "<!-- gitops:expiry -->\ntwo"]


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.CUT_OFF, Outcome.NOT_JSON, Outcome.RATE_LIMIT])
def test_nothing_is_written_when_comments_cannot_all_be_read(
    repository: Repository, fake_github: FakeGitHub, pull_request: int, outcome: Outcome
) -> None:
    fake_github.state.page_size = 1
    for body in ("one", "two"):
        fake_github.comment(pull_request, "octocat", body)
    fake_github.fault("GET", "/issues/*/comments", outcome, page=2)
    with pytest.raises(GitHubError):
        sticky_comment.put(repository, pull_request, "environments", "the plan")
    assert fake_github.writes == []


def test_the_longest_comment_fits(repository: Repository, pull_request: int) -> None:
    room = sticky_comment.COMMENT_LENGTH - len(f"{MARKER}\n")
    sticky_comment.put(repository, pull_request, "environments", "x" * room)
    with pytest.raises(GitHubError, match="422"):
        sticky_comment.put(repository, pull_request, "environments", "x" * (room + 1))
