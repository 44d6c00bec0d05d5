"""What days and hours mean; what declarations with them are refused is in tests/fixtures/environments."""

from datetime import time

import pytest

from constructs_lib.config import awake_hours
from constructs_lib.config.awake_hours import AwakeHours

MON, TUE, WED, THU, FRI, SAT, SUN = range(7)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("Mon", (MON,)),
        ("Mon-Fri", (MON, TUE, WED, THU, FRI)),
        ("Sun,Tue", (TUE, SUN)),
        ("Mon-Wed,Fri-Sat", (MON, TUE, WED, FRI, SAT)),
        ("Sat-Mon", (MON, SAT, SUN)),
        ("Mon-Sun", (MON, TUE, WED, THU, FRI, SAT, SUN)),
    ],
)
def test_days_are_single_ones_and_ranges(days: str, expected: tuple[int, ...]) -> None:
    assert awake_hours.parse(f"{days} 08:00-20:00").days == expected


def test_hours_within_a_day_end_on_it() -> None:
    hours = awake_hours.parse("Mon-Fri 08:15-20:30")
    assert (hours.start, hours.end) == (time(8, 15), time(20, 30))
    assert hours.end_days == hours.days


@pytest.mark.parametrize("hours", ["20:00-04:00", "08:00-00:00"])
def test_hours_that_pass_midnight_end_on_the_next_day(hours: str) -> None:
    assert awake_hours.parse(f"Fri-Sun {hours}").end_days == (MON, SAT, SUN)


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("Mon-Fri 08:00-20:00", 5 * 12),
        ("Mon-Sun 00:00-12:00", 7 * 12),
        ("Fri-Sun 20:00-04:00", 3 * 8),
        ("Mon 08:00-00:00", 16),
        ("Tue 09:00-09:15", 0.25),
    ],
)
def test_share_is_the_awake_part_of_a_week(text: str, hours: float) -> None:
    assert awake_hours.parse(text).share == pytest.approx(hours / 168)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Mon-Fri,Wed 08:00-20:00", "names Wed twice"),
        ("Sat-Mon,Sun 08:00-20:00", "names Sun twice"),
        ("Mon-Mon 08:00-20:00", "begins and ends on one day"),
        ("Mon 08:00-08:00", "starts and ends at 08:00"),
    ],
)
def test_contradictions_are_refused(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        awake_hours.parse(text)


def test_equal_hours_are_equal() -> None:
    assert awake_hours.parse("Tue,Mon 08:00-20:00") == AwakeHours(days=(MON, TUE), start=time(8), end=time(20))


@pytest.mark.parametrize("name", ["UTC", "Europe/Berlin", "America/New_York", "Etc/GMT+9"])
def test_time_zones_of_the_database_are_good(name: str) -> None:
    assert awake_hours.time_zone_problem(name) is None


@pytest.mark.parametrize(
    "name", ["europe/berlin", "Europe", "posix/Europe/Berlin", "CEST", "localtime", "Factory/Zone", "../etc/passwd"]
)
def test_other_names_are_not(name: str) -> None:
    assert "is not a time zone" in (awake_hours.time_zone_problem(name) or "")


def test_the_database_of_the_machine_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("zoneinfo.TZPATH", ())
    awake_hours._time_zones.cache_clear()

    assert awake_hours.time_zone_problem("Europe/Berlin") is None
    assert "is not a time zone" in (awake_hours.time_zone_problem("localtime") or "")
