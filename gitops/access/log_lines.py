"""The log groups of several services as one stream of lines."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from constructs_lib.config.naming import SERVICE_TAG
from gitops.aws import stack_status
from gitops.aws.stack_status import DELETED
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops.access.deployed import Deployed
    from gitops.aws.logs import CloudWatchLogs, LogEvent

LOG_GROUP = "AWS::Logs::LogGroup"

LATE_MS = 30_000
"""How much later than they happened events may arrive without being missed by who follows them, in milliseconds."""


def log_groups(app: Deployed, door: CloudWatchLogs) -> dict[str, str]:
    """Return the log groups that an app's stack has, by what logs there: services, and `cache`, `database`, `release`…

    They are there before the services and after a deployment that failed. One without the tag that says it, of a stack
    that was deployed by an older version, goes by its logical id, and so do a service and a one-off task of one name.

    Raises:
        UserError: the stack has none.
    """
    kept = [r for r in app.resources if r.type == LOG_GROUP and r.physical_id and r.status != DELETED]
    if not kept:
        name = app.environment.name
        raise UserError(
            f"{name} has no logs: {stack_status.in_words(app.stack.status)}. The message of the deployment that failed "
            f"has the last lines of its tasks; `gitops deploy {name}` tries again"
        )
    names = {one: door.tags(one.physical_id).get(SERVICE_TAG, one.logical_id) for one in kept}
    count = Counter(names.values())
    groups = {(name if count[name] == 1 else one.logical_id): one.physical_id for one, name in names.items()}
    return dict(sorted(groups.items()))


def merge(door: CloudWatchLogs, groups: Mapping[str, str], since: int) -> Iterator[str]:
    """Yield the lines of all `groups`, log groups by service, from the timestamp `since` on, in the order of time."""
    for service, event in _merged(door, groups, since):
        yield from _lines(service, event, groups)


def follow(door: CloudWatchLogs, groups: Mapping[str, str], since: int, interval: float) -> Iterator[str]:
    """Yield lines as merge does, and then new ones as they come, for ever; `interval` is the pause, in seconds."""
    seen: dict[str, int] = {}
    start = since
    while True:
        for service, event in _merged(door, groups, start):
            if event.event_id not in seen:
                seen[event.event_id] = event.timestamp
                yield from _lines(service, event, groups)
        start = max(start, max(seen.values(), default=start) - LATE_MS)
        seen = {event_id: timestamp for event_id, timestamp in seen.items() if timestamp >= start}
        time.sleep(interval)


def _merged(door: CloudWatchLogs, groups: Mapping[str, str], since: int) -> Iterator[tuple[str, LogEvent]]:
    def of_service(service: str, group: str) -> Iterator[tuple[str, LogEvent]]:
        return ((service, event) for event in door.events(group, since))

    streams = [of_service(service, group) for service, group in groups.items() if group]
    return heapq.merge(*streams, key=lambda pair: pair[1].timestamp)


def _lines(service: str, event: LogEvent, groups: Mapping[str, str]) -> Iterator[str]:
    moment = datetime.fromtimestamp(event.timestamp / 1000, UTC)
    prefix = f"{moment:%Y-%m-%dT%H:%M:%SZ} {service.ljust(max(map(len, groups)))}"
    for line in event.message.splitlines() or [""]:
        yield f"{prefix} {line}".rstrip()
