"""A change of how MiniStack's CloudWatch Logs answers."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING

from local_aws.ministack import seams

if TYPE_CHECKING:
    from collections.abc import Iterable

    from local_aws.ministack.seams import Record, Response

PAGE_BYTES = 1024 * 1024
"""https://docs.aws.amazon.com/AmazonCloudWatchLogs/latest/APIReference/API_GetLogEvents.html"""


def limit_size_of_pages() -> None:
    """Let GetLogEvents return no more events at a time than have 1 MB, as on AWS; MiniStack counts events alone."""
    get = seams.get_log_events.current

    @functools.wraps(get)
    def get_page(data: Record) -> Response:
        answer = get(data)
        events = json.loads(answer[2]).get("events", [])
        token = data.get("nextToken")
        forward = token.startswith("f/") if token else data.get("startFromHead", False)
        fitting = _fitting(event["message"] for event in (events if forward else reversed(events)))
        return answer if fitting == len(events) else get({**data, "limit": fitting})

    seams.get_log_events.replace(get_page)


def _fitting(messages: Iterable[str]) -> int:
    """Return how many messages, one at least, fit into a page."""
    count, size = 0, 0
    for message in messages:
        size += len(message.encode())
        if count and size > PAGE_BYTES:
            break
        count += 1
    return count
