"""GitHub's limits, which come back with time, and lists that lag behind what was written."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import httpx

from tests.fake_github.fake import FakeGitHub
from tests.fake_github.limits import LIMIT, WRITES_A_MINUTE

if TYPE_CHECKING:
    pass

ROOT = "/repos/example/environments"


def test_every_answer_tells_how_many_requests_are_left(client: httpx.Client) -> None:
    first, second = client.get(ROOT), client.get(f"{ROOT}/issues/99/comments")
    assert [int(answer.headers["X-RateLimit-Remaining"]) for answer in (first, second)] == [LIMIT - 1, LIMIT - 2]
    assert first.headers["X-RateLimit-Limit"] == str(LIMIT)
    assert int(first.headers["X-RateLimit-Reset"]) > 0


def test_a_used_up_limit_refuses_until_it_is_reset(github: FakeGitHub, client: httpx.Client) -> None:
    github.limits.limit = 2
    answers = [client.get(ROOT) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[-1].headers["X-RateLimit-Remaining"] == "0"
    assert "rate limit exceeded" in answers[-1].json()["message"]
    github.let_pass(timedelta(hours=1))
    assert client.get(ROOT).status_code == 200


def test_too_many_writes_in_a_minute_are_refused_for_a_while(github: FakeGitHub, client: httpx.Client) -> None:
    assert WRITES_A_MINUTE == 80
    github.limits.writes_a_minute = 1
    answers = [client.post(f"{ROOT}/issues", json={"title": "x"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 403]
    assert answers[-1].headers["Retry-After"] == "60"
    assert answers[-1].headers["X-RateLimit-Remaining"] != "0"
    assert "secondary rate limit" in answers[-1].json()["message"]
    assert client.get(ROOT).status_code == 200
    assert len(github.issues) == 1
    github.let_pass(timedelta(minutes=1))
    assert client.post(f"{ROOT}/issues", json={"title": "x"}).status_code == 201


def test_a_list_that_lags_misses_what_was_just_written(github: FakeGitHub, client: httpx.Client) -> None:
    number = client.post(f"{ROOT}/issues", json={"title": "x"}).json()["number"]
    github.comment(number, "octocat", "before")
    github.lag(1)
    github.comment(number, "octocat", "just now")

    lists = [client.get(f"{ROOT}/issues/{number}/comments").json() for _ in range(2)]

    assert [[item["body"] for item in listed] for listed in lists] == [["before"], ["before", "just now"]]
