"""A log stream is read to its end, page after page, and from there on the next time.

CloudWatch's answers are checked against its model by botocore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore import UNSIGNED
from botocore.config import Config
from botocore.stub import Stubber

from gitops.aws.logs import CloudWatchLogs
from tests.gitops.factories import HOME

if TYPE_CHECKING:
    from gitops.aws.session import Session


class Answers:
    """A session whose one client has these pages: each with the token that asks for it and the one that follows."""

    def __init__(self, *pages: tuple[str | None, list[str], str]) -> None:
        self._client = boto3.client("logs", region_name=HOME.region, config=Config(signature_version=UNSIGNED))
        self.stub = Stubber(self._client)
        for token, messages, following in pages:
            request = {"logGroupName": "group", "logStreamName": "stream", "startFromHead": True}
            events: list[Any] = [{"timestamp": 1, "message": message} for message in messages]
            self.stub.add_response(
                "get_log_events",
                {"events": events, "nextForwardToken": following},
                {**request, **({"nextToken": token} if token else {})},
            )

    def client(self, *_: object) -> object:
        return self._client


def read(answers: Answers, token: str | None) -> tuple[list[str], str | None]:
    logs = CloudWatchLogs(cast("Session", answers), HOME)
    with answers.stub:
        pages = list(logs.read("group", "stream", token))
        answers.stub.assert_no_pending_responses()
    return [message for page in pages for message in page.messages], pages[-1].token if pages else None


def test_pages_are_read_until_one_has_the_token_that_it_was_asked_for_with() -> None:
    answers = Answers((None, ["a"], "f/1"), ("f/1", ["b", "c"], "f/2"), ("f/2", [], "f/2"))

    assert read(answers, None) == (["a", "b", "c"], "f/2")


def test_an_empty_page_with_another_token_is_not_the_end() -> None:
    answers = Answers((None, [], "f/1"), ("f/1", [], "f/2"), ("f/2", ["a"], "f/3"), ("f/3", [], "f/3"))

    assert read(answers, None) == (["a"], "f/3")


def test_a_stream_without_news_is_asked_for_once() -> None:
    assert read(Answers(("f/3", [], "f/3")), "f/3") == ([], "f/3")


def test_a_stream_that_does_not_exist_has_no_page() -> None:
    answers = Answers()
    answers.stub.add_client_error("get_log_events", "ResourceNotFoundException")

    assert read(answers, None) == ([], None)
