"""Whole answers or an error; a request that writes is sent once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from gitops.github import transport as transport_module
from gitops.github.transport import ATTEMPTS, GitHubError, Transport
from tests.fake_github.faults import Outcome

if TYPE_CHECKING:
    from tests.fake_github.fake import FakeGitHub

ROOT = "repos/example/environments"


@pytest.fixture
def comments(fake_github: FakeGitHub, pull_request: int) -> str:
    """The path of five comments, which are on three pages."""
    fake_github.state.page_size = 2
    for number in range(5):
        fake_github.comment(pull_request, "octocat", f"comment {number}")
    return f"{ROOT}/issues/{pull_request}/comments"


def test_lists_are_read_to_their_last_page(transport: Transport, comments: str, fake_github: FakeGitHub) -> None:
    assert [item["body"] for item in transport.pages(comments)] == [f"comment {number}" for number in range(5)]
    assert [call.query.get("page", "1") for call in fake_github.calls] == ["1", "2", "3"]
    assert {call.query["per_page"] for call in fake_github.calls} == {"100"}


def test_lists_keep_their_filters_on_later_pages(transport: Transport, fake_github: FakeGitHub) -> None:
    fake_github.state.page_size = 1
    for title in ("one", "two"):
        transport.send("POST", f"{ROOT}/issues", {"title": title})
    fake_github.forget_calls()
    found = transport.pages(f"{ROOT}/issues", state="open", creator="github-actions[bot]")
    assert [item["title"] for item in found] == ["two", "one"]
    assert [call.query["creator"] for call in fake_github.calls] == ["github-actions[bot]"] * 2


@pytest.mark.parametrize("page", [1, 2, 3])
@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.SERVER_ERROR,
        Outcome.RATE_LIMIT,
        Outcome.TOO_MANY_REQUESTS,
        Outcome.FORBIDDEN,
        Outcome.NOT_FOUND,
        Outcome.CUT_OFF,
        Outcome.NOT_JSON,
        Outcome.CLOSED,
    ],
)
def test_a_page_that_fails_is_an_error_and_never_a_shorter_list(
    transport: Transport, comments: str, fake_github: FakeGitHub, outcome: Outcome, page: int
) -> None:
    fake_github.fault("GET", "/issues/*/comments", outcome, page=page)
    with pytest.raises(GitHubError, match="/issues/1/comments"):
        transport.pages(comments)
    assert fake_github.calls[-1].query.get("page", "1") == str(page)


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.CLOSED, Outcome.CUT_OFF])
def test_reading_is_tried_again(
    transport: Transport, comments: str, fake_github: FakeGitHub, waits: list[float], outcome: Outcome
) -> None:
    fake_github.fault("GET", "/issues/*/comments", outcome, times=ATTEMPTS - 1, page=2)
    assert len(transport.pages(comments)) == 5
    assert waits == [1, 2]


def test_reading_is_given_up_after_the_last_try(transport: Transport, comments: str, fake_github: FakeGitHub) -> None:
    fake_github.fault("GET", "/issues/*/comments", Outcome.SERVER_ERROR)
    with pytest.raises(GitHubError) as caught:
        transport.pages(comments)
    assert caught.value.status == 500
    assert len(fake_github.calls) == ATTEMPTS


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.CLOSED, Outcome.ANSWER_LOST, Outcome.RATE_LIMIT])
def test_writing_is_sent_once(
    transport: Transport, pull_request: int, fake_github: FakeGitHub, waits: list[float], outcome: Outcome
) -> None:
    fake_github.fault("POST", "/issues/*/comments", outcome, times=1)
    with pytest.raises(GitHubError, match="POST"):
        transport.send("POST", f"{ROOT}/issues/{pull_request}/comments", {"body": "hello"})
    assert fake_github.writes == [f"POST /issues/{pull_request}/comments"]
    assert waits == []
    arrived = ["hello"] if outcome is Outcome.ANSWER_LOST else []
    assert fake_github.comments_of_ours(pull_request) == arrived


def test_a_used_up_rate_limit_is_said_and_not_waited_for(
    transport: Transport, fake_github: FakeGitHub, waits: list[float]
) -> None:
    fake_github.fault("GET", "", Outcome.RATE_LIMIT)
    with pytest.raises(GitHubError, match=r"403 .*the rate limit of this token is used up; try again later") as caught:
        transport.get(ROOT)
    assert caught.value.status == 403
    assert waits == []
    assert len(fake_github.calls) == 1


def test_a_wait_that_is_too_long_is_not_waited_for(
    transport: Transport, fake_github: FakeGitHub, waits: list[float]
) -> None:
    fake_github.fault("GET", "", Outcome.TOO_MANY_REQUESTS)
    with pytest.raises(GitHubError, match=r"429 .*the rate limit"):
        transport.get(ROOT)
    assert waits == []


def test_a_short_wait_that_github_asks_for_is_waited_for(
    transport: Transport, fake_github: FakeGitHub, waits: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport_module, "PATIENCE_SECONDS", 60.0)
    fake_github.fault("GET", "", Outcome.TOO_MANY_REQUESTS, times=1)
    assert transport.get(ROOT)["full_name"] == "example/environments"
    assert waits == [60]


def test_a_refusal_without_a_rate_limit_has_githubs_words(transport: Transport, fake_github: FakeGitHub) -> None:
    fake_github.fault("GET", "", Outcome.FORBIDDEN)
    with pytest.raises(GitHubError) as caught:
        transport.get(ROOT)
    expected = "GitHub answered 403 to GET /repos/example/environments: Resource not accessible by integration"
    assert str(caught.value) == expected


def test_a_wrong_token_is_said(fake_github: FakeGitHub) -> None:
    with pytest.raises(GitHubError, match=r"401 .*Bad credentials") as caught:
        Transport(fake_github.url, "wrong").get(ROOT)
    assert "wrong" not in str(caught.value)


def test_the_token_is_in_no_message(transport: Transport, fake_github: FakeGitHub) -> None:
    fake_github.fault("*", "*", Outcome.CLOSED)
    with pytest.raises(GitHubError) as reading:
        transport.get(ROOT)
    with pytest.raises(GitHubError) as writing:
        transport.send("POST", f"{ROOT}/issues", {"title": "x"})
    assert fake_github.all_permissions_token not in f"{reading.value} {writing.value}"


def test_a_server_that_is_not_there_is_said() -> None:
    with pytest.raises(GitHubError, match=r"GitHub did not answer GET .*: Connect") as caught:
        Transport("http://127.0.0.1:9", "token").get(ROOT)
    assert caught.value.status == 0


def test_an_answer_that_does_not_come_is_said(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch, waits: list[float]
) -> None:
    monkeypatch.setattr(transport_module, "TIMEOUT_SECONDS", 0.05)
    fake_github.fault("GET", "", Outcome.SLOW, seconds=0.2)
    with pytest.raises(GitHubError, match=r"GitHub did not answer GET .*: ReadTimeout"):
        Transport(fake_github.url, fake_github.all_permissions_token).get(ROOT)
    assert waits == [1, 2]


def test_what_is_not_there_is_none_to_find_and_an_error_to_get(transport: Transport) -> None:
    path = f"{ROOT}/contents/nothing.yaml"
    assert transport.find(path) is None
    with pytest.raises(GitHubError) as caught:
        transport.get(path)
    assert caught.value.status == 404


def test_only_not_found_is_nothing_found(transport: Transport, fake_github: FakeGitHub) -> None:
    fake_github.fault("GET", "/contents/*", Outcome.FORBIDDEN)
    with pytest.raises(GitHubError):
        transport.find(f"{ROOT}/contents/nothing.yaml")


def test_something_else_than_a_list_is_an_error(transport: Transport, comments: str, fake_github: FakeGitHub) -> None:
    fake_github.fault("GET", "/issues/*/comments", Outcome.EMPTY_OBJECT, page=2)
    with pytest.raises(GitHubError, match="not the list that was asked for"):
        transport.pages(comments)


def test_graphql_errors_are_errors(transport: Transport, fake_github: FakeGitHub, pull_request: int) -> None:
    fake_github.state.allow_auto_merge = False
    mutation = (
        "mutation($id: ID!) { enablePullRequestAutoMerge(input: {pullRequestId: $id, mergeMethod: SQUASH}) "
        "{ clientMutationId } }"
    )
    with pytest.raises(GitHubError, match="Auto merge is not allowed for this repository"):
        transport.graphql(mutation, {"id": f"PR_{pull_request}"})


@pytest.mark.parametrize(
    ("api_url", "graphql_url"),
    [
        ("https://api.github.com", "https://api.github.com/graphql"),
        ("https://api.github.com/", "https://api.github.com/graphql"),
        ("https://github.example.com/api/v3", "https://github.example.com/api/graphql"),
        ("https://github.example.com/api/v3/", "https://github.example.com/api/graphql"),
        ("https://api.example.ghe.com", "https://api.example.ghe.com/graphql"),
    ],
)
def test_graphql_is_asked_where_the_server_has_it(
    api_url: str, graphql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, json={"data": {}})

    made = httpx.Client
    mock = httpx.MockTransport(answer)
    monkeypatch.setattr(httpx, "Client", lambda **options: made(transport=mock, **options))
    Transport(api_url, "token").graphql("query { viewer { login } }", {})

    assert asked == [graphql_url]
