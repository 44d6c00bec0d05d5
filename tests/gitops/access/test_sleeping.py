from datetime import UTC, datetime
from pathlib import Path

import pytest

from constructs_lib.config.environments import load, parse_name
from gitops.access.sleeping import next_change
from tests.gitops.checkouts import ACCOUNT, AD_HOC_APP, BASE

# A Monday; Berlin is an hour ahead of UTC in winter, and two from 2026-03-29 on.
MONDAY_NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def sentence(folder: Path, schedule: str, *, awake: bool, now: datetime = MONDAY_NOON) -> str:
    for name, text in {
        "accounts/main": ACCOUNT.format(account="111111111111", region="us-east-1"),
        "dev/base": BASE.format(kind="ad-hoc-base", domain="dev.example.com", cidr="10.20.0.0/16"),
        "dev/alpha": AD_HOC_APP.format(image="v1", expires="2026-11-30", behaviour="") + schedule,
    }.items():
        file = folder / f"{name}.yaml"
        file.parent.mkdir(exist_ok=True)
        file.write_text(text)
    return next_change(load(folder)[parse_name("dev/alpha")], now, awake=awake)


@pytest.mark.parametrize(
    ("awake_hours", "awake", "moment"),
    [
        ("Mon-Fri 08:00-20:00", True, "puts it to sleep on Monday, 2026-11-23, at 20:00"),
        ("Mon-Fri 08:00-20:00", False, "wakes it on Tuesday, 2026-11-24, at 08:00"),
        ("Mon 08:00-12:00", True, "puts it to sleep on Monday, 2026-11-30, at 12:00"),
        ("Mon 08:00-13:00", True, "puts it to sleep on Monday, 2026-11-30, at 13:00"),
        ("Mon 08:00-13:01", True, "puts it to sleep on Monday, 2026-11-23, at 13:01"),
        ("Fri 20:00-04:00", True, "puts it to sleep on Saturday, 2026-11-28, at 04:00"),
    ],
)
def test_the_next_action_is_on_the_clock_of_the_schedule(
    tmp_path: Path, awake_hours: str, moment: str, *, awake: bool
) -> None:
    schedule = f'schedule: {{awake: "{awake_hours}", timezone: Europe/Berlin}}\n'

    assert moment in sentence(tmp_path, schedule, awake=awake)


def test_summer_time_is_the_time_zones(tmp_path: Path) -> None:
    schedule = 'schedule: {awake: "Sun 03:30-20:00", timezone: Europe/Berlin}\n'
    just_before = datetime(2026, 3, 29, 1, 29, tzinfo=UTC)

    assert "2026-03-29, at 03:30" in sentence(tmp_path, schedule, awake=False, now=just_before)


@pytest.mark.parametrize(("awake", "verb"), [(True, "sleep"), (False, "wake")])
def test_without_a_schedule_it_stays_so(tmp_path: Path, verb: str, *, awake: bool) -> None:
    assert f"until: gitops {verb} dev/alpha" in sentence(tmp_path, "", awake=awake)
