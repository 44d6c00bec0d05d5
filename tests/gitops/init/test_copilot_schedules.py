"""Schedules of Copilot's jobs as cron has them."""

from __future__ import annotations

import pytest

from gitops.init.copilot_schedules import five_fields, minutes


@pytest.mark.parametrize(
    ("schedule", "fields"),
    [
        ("@daily", "0 0 * * *"),
        ("@weekly", "0 0 * * 0"),
        ("@every 30m", "*/30 * * * *"),
        ("@every 1h", "0 * * * *"),
        ("@every 24h", "0 0 * * *"),
        ("rate(1 minute)", "* * * * *"),
        ("rate(5 minutes)", "*/5 * * * *"),
        ("rate(6 hours)", "0 */6 * * *"),
        ("rate(1 day)", "0 0 * * *"),
        ("0 3 * * 1-5", "0 3 * * 1-5"),
        ("cron(0 9 * * ? *)", "0 9 * * *"),
        ("cron(0/15 8-18 ? * MON-FRI *)", "0/15 8-18 * * MON-FRI"),
        ("cron(0 9 ? * 2-6 *)", "0 9 * * 1-5"),
        ("cron(0 9 ? * 1,7 *)", "0 9 * * 0,6"),
    ],
)
def test_schedules_that_cron_can_say(schedule: str, fields: str) -> None:
    assert five_fields(schedule) == fields


@pytest.mark.parametrize(
    ("schedule", "why"),
    [
        ("@every 90m", "divide neither an hour nor a day"),
        ("rate(2 days)", "divide neither an hour nor a day"),
        ("@every 0m", "divide neither an hour nor a day"),
        ("@every soon", "'soon' is not a duration"),
        ("cron(0 9 L * ? *)", "L, W and #"),
        ("cron(0 9 ? * 2#1 *)", "L, W and #"),
        ("cron(0 9 * * ? 2027)", "names years, 2027"),
        ("none", "has 1 fields, not 5"),
        ("0 3 1 * 1", "names days of the month and days of the week"),
    ],
)
def test_schedules_that_it_cannot(schedule: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        five_fields(schedule)


@pytest.mark.parametrize(("duration", "expected"), [("1h30m", 90), ("90s", 2), ("24h", 1440), ("5m", 5)])
def test_minutes_of_durations(duration: str, expected: int) -> None:
    assert minutes(duration) == expected
