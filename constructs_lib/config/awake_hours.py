"""The hours in which an environment runs: what `schedule` means."""

import difflib
import functools
from dataclasses import dataclass
from datetime import time, timedelta
from importlib.resources import files

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")

_WEEK = timedelta(weeks=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, kw_only=True, slots=True)
class AwakeHours:
    """Days on which an environment wakes, and from when to when it is then awake, on the clock of its time zone.

    Days are indices into DAYS, in ascending order. An `end` before the `start` is on the next day.
    """

    days: tuple[int, ...]
    start: time
    end: time

    @property
    def end_days(self) -> tuple[int, ...]:
        """The days on which it goes to sleep."""
        if self.start < self.end:
            return self.days
        return tuple(sorted((day + 1) % len(DAYS) for day in self.days))

    @property
    def share(self) -> float:
        """The part of a week in which it is awake, from 0 to 1. The change to summer time is not counted."""
        awake = (_since_midnight(self.end) - _since_midnight(self.start)) % _DAY
        return len(self.days) * awake / _WEEK


def parse(text: str) -> AwakeHours:
    """Return what days and hours such as `Mon-Fri,Sun 08:00-20:00` mean; `20:00-04:00` ends on the next day.

    Raises ValueError, with a message for the author, when they are contradictory. The schema has seen to
    their form.
    """
    days_text, _, hours = text.partition(" ")
    days: list[int] = []
    for part in days_text.split(","):
        for day in _days(part):
            if day in days:
                raise ValueError(f"names {DAYS[day]} twice; name each day once")
            days.append(day)
    start_text, _, end_text = hours.partition("-")
    start, end = time.fromisoformat(start_text), time.fromisoformat(end_text)
    if start == end:
        raise ValueError(f"starts and ends at {start_text}; for an environment that never sleeps, remove `schedule`")
    return AwakeHours(days=tuple(sorted(days)), start=start, end=end)


def time_zone_problem(name: str) -> str | None:
    """Return the problem with the name of a time zone, or None when the IANA database has it."""
    known = _time_zones()
    if name in known:
        return None
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean {close[0]}?" if close else ", such as Europe/Berlin"
    return f"{name} is not a time zone; use a name from the IANA database{hint}"


@functools.cache
def _time_zones() -> frozenset[str]:
    """Return all names, in their own spelling.

    They are those of the pinned package: the database of a machine may be another one, or missing.
    """
    return frozenset((files("tzdata") / "zones").read_text(encoding="utf-8").split())


def _days(part: str) -> list[int]:
    first, _, last = part.partition("-")
    start = DAYS.index(first)
    if not last:
        return [start]
    if first == last:
        raise ValueError(f"{part} begins and ends on one day; write {first}, or Mon-Sun for every day")
    length = (DAYS.index(last) - start) % len(DAYS) + 1
    return [(start + offset) % len(DAYS) for offset in range(length)]


def _since_midnight(moment: time) -> timedelta:
    return timedelta(hours=moment.hour, minutes=moment.minute)
