"""The log groups of several services as one stream of lines."""

from __future__ import annotations

import heapq
import time
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from constructs_lib.config.naming import ENVIRONMENT_TAG, SERVICE_TAG
from gitops.aws.cloudformation import LOGICAL_ID_TAG, STACK_ID_TAG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.logs import CloudWatchLogs, LogEvent

LATE_MS = 30_000
"""How much later than they happened events may arrive without being missed by who follows them, in milliseconds."""


def log_groups(door: CloudWatchLogs, name: EnvironmentName, stack: DeployedStack | None) -> dict[str, str]:
    """Return the log groups of an app's stack, by what logs there: services, jobs, `cache`, `database` and `release`.

    Those of services that were removed or rolled back are among them, and those of an earlier stack of that name are
    not. Without a stack, they are what the one that was there last has left. A group without the tag that says what
    logs there goes by its logical id, and so do a service and a one-off task of one name.
    """
    tags = {group: door.tags(group.name) for group in door.groups(f"{name.stack}-")}
    own = {group: of for group, of in tags.items() if of.get(ENVIRONMENT_TAG) == str(name) and STACK_ID_TAG in of}
    if not own:
        return {}
    stack_id = stack.stack_id if stack else own[max(own, key=lambda group: group.created)][STACK_ID_TAG]
    logged = {group.name: of for group, of in own.items() if of[STACK_ID_TAG] == stack_id}
    names = {group: of.get(SERVICE_TAG, of[LOGICAL_ID_TAG]) for group, of in logged.items()}
    count = Counter(names.values())
    groups = {(what if count[what] == 1 else logged[group][LOGICAL_ID_TAG]): group for group, what in names.items()}
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
