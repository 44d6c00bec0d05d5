"""A page of a log stream has no more than CloudWatch Logs puts into one."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

SIZE = 200_000
"""Of a message, so that five are a page."""


@pytest.fixture
def logs(account: Account) -> Any:
    """A client, and twelve large events in the stream `stream` of the group `group`."""
    client = account.client("logs")
    client.create_log_group(logGroupName="group")
    client.create_log_stream(logGroupName="group", logStreamName="stream")
    start = int(time.time() * 1000)
    for number in range(12):
        event = {"timestamp": start + number, "message": f"{number} {'x' * SIZE}"}
        client.put_log_events(logGroupName="group", logStreamName="stream", logEvents=[event])
    return client


def page(logs: Any, **arguments: Any) -> tuple[list[int], dict[str, Any]]:
    answer = logs.get_log_events(logGroupName="group", logStreamName="stream", **arguments)
    return [int(event["message"].split()[0]) for event in answer["events"]], answer


def test_pages_from_the_head_have_a_megabyte_each_and_the_last_one_is_empty(logs: Any) -> None:
    first, answer = page(logs, startFromHead=True)
    second, answer = page(logs, startFromHead=True, nextToken=answer["nextForwardToken"])
    third, answer = page(logs, startFromHead=True, nextToken=answer["nextForwardToken"])
    end = answer["nextForwardToken"]
    last, answer = page(logs, startFromHead=True, nextToken=end)

    assert (first, second, third, last) == ([0, 1, 2, 3, 4], [5, 6, 7, 8, 9], [10, 11], [])
    assert answer["nextForwardToken"] == end


def test_without_a_direction_the_last_events_are_a_page_and_the_one_before_follows_backwards(logs: Any) -> None:
    last, answer = page(logs)
    before, _ = page(logs, nextToken=answer["nextBackwardToken"])

    assert (last, before) == ([7, 8, 9, 10, 11], [2, 3, 4, 5, 6])


def test_fewer_events_than_fit_are_returned_as_they_were_asked_for(logs: Any) -> None:
    assert page(logs, startFromHead=True, limit=2)[0] == [0, 1]
