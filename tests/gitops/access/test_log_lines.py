from collections.abc import Iterator
from itertools import islice

from gitops.access.log_lines import LATE_MS, follow, merge
from gitops.aws.logs import CloudWatchLogs, LogEvent

GROUPS = {"web": "web-logs", "worker": "worker-logs"}


class Groups(CloudWatchLogs):
    """Log groups to which each look adds something."""

    def __init__(self, *looks: dict[str, list[LogEvent]]) -> None:
        self._looks = list(looks)
        self._asked = 0
        self.since: list[int] = []

    def events(self, group: str, since: int) -> Iterator[LogEvent]:
        look, self._asked = self._asked // len(GROUPS), self._asked + 1
        self.since.append(since)
        found = [event for looked in self._looks[: look + 1] for event in looked.get(group, [])]
        return iter(sorted(event for event in found if event.timestamp >= since))


def event(timestamp: int, message: str) -> LogEvent:
    return LogEvent(timestamp, message, f"{timestamp}-{message}")


def said(lines: Iterator[str]) -> list[str]:
    return [line.partition(" ")[2] for line in lines]


def test_groups_are_merged_by_time() -> None:
    groups = Groups({"web-logs": [event(1, "a"), event(3, "c")], "worker-logs": [event(2, "b")]})

    assert said(merge(groups, GROUPS, 0)) == ["web    a", "worker b", "web    c"]


def test_a_service_without_a_log_group_is_left_out() -> None:
    assert said(merge(Groups({"web-logs": [event(1, "a")]}), {"web": "web-logs", "other": ""}, 0)) == ["web   a"]


def test_times_are_in_utc() -> None:
    (line,) = merge(Groups({"web-logs": [event(86_400_999, "a")]}), GROUPS, 0)

    assert line.startswith("1970-01-02T00:00:00Z ")


def test_events_that_arrive_late_are_followed_and_none_is_said_twice() -> None:
    now = 1_000_000
    groups = Groups(
        {"web-logs": [event(now, "first")]},
        {"worker-logs": [event(now - LATE_MS, "late")], "web-logs": [event(now + 1, "next")]},
        {"web-logs": [event(now + 1, "at the same moment")]},
    )

    lines = said(islice(follow(groups, GROUPS, 0, interval=0), 4))

    assert lines == ["web    first", "worker late", "web    next", "web    at the same moment"]
    assert groups.since[0] == 0
    assert groups.since[-1] == now + 1 - LATE_MS, "what was read is not read again for ever"
