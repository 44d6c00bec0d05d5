"""Hours awake, on the wall clock, all year."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.config.model import AdHocAppConfig, ScheduleConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from tests.constructs_lib.resources import of_type
from tests.constructs_lib.synthesis import AD_HOC_BASE, Synthesise

WEEKDAYS = ("MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN")
CRON = re.compile(r"cron\((\d+) (\d+) \? \* ([A-Z,]+) \*\)")
SPRING, AUTUMN = date(2027, 3, 28), date(2027, 10, 31)
"""The days on which the clocks of Europe/Berlin change in 2027."""


def scheduled(synthesise: Synthesise, schedule: ScheduleConfig | None) -> dict[str, Any]:
    """Return the template of an app with a web service, a worker and a singleton."""
    services = {
        "web": ServiceConfig(port=8000, paths=("/*",)),
        "worker": ServiceConfig(),
        "beat": ServiceConfig(singleton=True),
    }
    config = AdHocAppConfig(
        owner="octocat",
        repository="microblog",
        image="v1",
        expires="2030-01-01",
        services=services,
        schedule=schedule,
    )
    name = EnvironmentName("dev", "alpha")
    template = synthesise(lambda stack: AdHocApp(stack, "AdHocApp", name=name, config=config, base=AD_HOC_BASE))
    return dict(template.to_json())


def firings(action: dict[str, Any], year: int) -> Iterator[datetime]:
    """Yield when an action fires in a year: cron expressions with a time zone are about its wall clock."""
    found = CRON.fullmatch(action["Schedule"])
    assert found, action["Schedule"]
    minute, hour, names = int(found[1]), int(found[2]), found[3].split(",")
    day = date(year, 1, 1)
    while day.year == year:
        if WEEKDAYS[day.weekday()] in names:
            yield datetime.combine(day, time(hour, minute), ZoneInfo(action["Timezone"]))
        day += timedelta(days=1)


def actions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the actions by name; those of all services are the same."""
    first, *others = [
        target["ScheduledActions"] for target in of_type(template, "AWS::ApplicationAutoScaling::ScalableTarget")
    ]
    assert all(other == first for other in others)
    return {action["ScheduledActionName"]: action for action in first}


BERLIN = ScheduleConfig(awake="Mon-Sun 08:00-20:00", timezone="Europe/Berlin")


@pytest.fixture
def berlin(synthesise: Synthesise) -> dict[str, Any]:
    return scheduled(synthesise, BERLIN)


def test_every_service_wakes_to_one_task_and_sleeps_with_none(berlin: dict[str, Any]) -> None:
    targets = of_type(berlin, "AWS::ApplicationAutoScaling::ScalableTarget")
    # Three that are declared, and the cache.
    assert len(targets) == len(of_type(berlin, "AWS::ECS::Service")) == 4
    found = actions(berlin)
    assert set(found) == {"Wake", "Sleep"}
    assert found["Wake"]["ScalableTargetAction"] == {"MinCapacity": 1, "MaxCapacity": 1}
    assert found["Sleep"]["ScalableTargetAction"] == {"MinCapacity": 0, "MaxCapacity": 0}


def test_a_deployment_neither_wakes_nor_puts_to_sleep(berlin: dict[str, Any]) -> None:
    """What a deployment may write allows none and one, and nothing asks for a number."""
    for target in of_type(berlin, "AWS::ApplicationAutoScaling::ScalableTarget"):
        assert (target["MinCapacity"], target["MaxCapacity"]) == (0, 1)
    assert not any("DesiredCount" in service for service in of_type(berlin, "AWS::ECS::Service"))
    assert of_type(berlin, "AWS::ApplicationAutoScaling::ScalingPolicy") == []


def test_without_a_schedule_nothing_scales(synthesise: Synthesise) -> None:
    template = scheduled(synthesise, None)
    assert of_type(template, "AWS::ApplicationAutoScaling::ScalableTarget") == []


@pytest.mark.parametrize(("name", "hour"), [("Wake", 8), ("Sleep", 20)])
@pytest.mark.parametrize("change", [SPRING, AUTUMN])
def test_hours_hold_on_the_wall_clock_across_the_changes_of_2027(
    berlin: dict[str, Any], name: str, hour: int, change: date
) -> None:
    by_day = {moment.date(): moment for moment in firings(actions(berlin)[name], 2027)}
    before, after = by_day[change - timedelta(days=1)], by_day[change]

    assert (before.hour, after.hour) == (hour, hour)
    shift = timedelta(hours=-1 if change == SPRING else 1)
    assert after.astimezone(UTC) - before.astimezone(UTC) == timedelta(days=1) + shift


def test_every_day_of_2027_has_twelve_hours_awake(berlin: dict[str, Any]) -> None:
    found = actions(berlin)
    days = list(zip(firings(found["Wake"], 2027), firings(found["Sleep"], 2027), strict=True))
    assert len(days) == 365
    assert {sleeps.astimezone(UTC) - wakes.astimezone(UTC) for wakes, sleeps in days} == {timedelta(hours=12)}


def test_a_night_shift_sleeps_on_the_next_day(synthesise: Synthesise) -> None:
    schedule = ScheduleConfig(awake="Fri,Sun 22:30-06:15", timezone="America/New_York")
    found = actions(scheduled(synthesise, schedule))
    assert found["Wake"]["Schedule"] == "cron(30 22 ? * FRI,SUN *)"
    assert found["Sleep"]["Schedule"] == "cron(15 6 ? * MON,SAT *)"
    assert {action["Timezone"] for action in found.values()} == {"America/New_York"}
