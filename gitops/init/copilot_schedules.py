"""Schedules of Copilot's jobs in the five fields of cron, where these can say the same.

https://aws.github.io/copilot-cli/docs/manifest/scheduled-job/#on-schedule
"""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from constructs_lib.config import cron

if TYPE_CHECKING:
    from collections.abc import Mapping

MINUTES_OF_AN_HOUR, MINUTES_OF_A_DAY = 60, 1440

_NAMED: Mapping[str, str] = {
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
    "@monthly": "0 0 1 * *",
    "@weekly": "0 0 * * 0",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@hourly": "0 * * * *",
}
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)")
_AWS_CRON = re.compile(r"cron\((\S+) (\S+) (\S+) (\S+) (\S+) (\S+)\)")
_DURATION = re.compile(r"(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?")
_UNITS: Mapping[str, int] = {"minute": 1, "hour": MINUTES_OF_AN_HOUR, "day": MINUTES_OF_A_DAY}


def five_fields(text: str) -> str:
    """Return a schedule, such as `@daily`, `rate(5 minutes)` or `cron(0 9 ? * MON-FRI *)`, as cron has it.

    Raises:
        ValueError: five fields cannot say it; the message says why.
    """
    text = text.strip()
    if text in _NAMED:
        return _NAMED[text]
    if text.startswith("@every "):
        return _every(minutes(text.removeprefix("@every ").strip()))
    if rate := _RATE.fullmatch(text):
        return _every(int(rate[1]) * _UNITS[rate[2]])
    fields = _from_aws(aws) if (aws := _AWS_CRON.fullmatch(text)) else text
    cron.expression(fields)
    return fields


def minutes(duration: str) -> int:
    """Return the minutes of a duration such as `1h30m`, rounded up.

    Raises:
        ValueError: it is none.
    """
    found = _DURATION.fullmatch(duration)
    if not duration or found is None:
        raise ValueError(f"{duration!r} is not a duration, such as 1h30m")
    hours, whole, seconds = (int(part or 0) for part in found.groups())
    return hours * MINUTES_OF_AN_HOUR + whole + math.ceil(seconds / 60)


def _every(interval: int) -> str:
    """Return the schedule of an interval in minutes, which has to divide an hour or a day."""
    if 0 < interval < MINUTES_OF_AN_HOUR and MINUTES_OF_AN_HOUR % interval == 0:
        return f"*/{interval} * * * *" if interval > 1 else "* * * * *"
    hours, rest = divmod(interval, MINUTES_OF_AN_HOUR)
    if interval and rest == 0 and MINUTES_OF_A_DAY % interval == 0:
        return {1: "0 * * * *", 24: "0 0 * * *"}.get(hours, f"0 */{hours} * * *")
    raise ValueError(f"every {interval} minutes do not fit a cron schedule: they divide neither an hour nor a day")


def _from_aws(found: re.Match[str]) -> str:
    """Return the five fields of EventBridge's six, in which days of the week count from 1."""
    minute, hour, day, month, weekday, year = found.groups()
    if year != "*":
        raise ValueError(f"it names years, {year}, which cron does not have")
    if re.search(r"[LW#]", f"{day} {re.sub('[A-Z]{3}', '', weekday)}"):
        raise ValueError("L, W and # are not among the fields of cron; write days")
    names = re.sub(r"(?<![\d/])\d", lambda number: str((int(number[0]) + 6) % 7), weekday)
    return " ".join("*" if part == "?" else part for part in (minute, hour, day, month, names))
