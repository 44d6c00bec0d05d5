"""How the services of apps run."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from gitops.aws.ecs import Service, ServiceEvent
from gitops.drift.inventory import list_environments, status_report
from gitops.drift.running import Running, summary
from gitops.output.report import plain, text_table
from tests.gitops.factories import HOME, declaring, deployed, environment

if TYPE_CHECKING:
    from collections.abc import Sequence

NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
ALPHA = environment("dev/alpha", environment("dev"))
UNHEALTHY = "(service w) (task 1) (port 80) is unhealthy in (target-group x) due to (reason R)"


def service(name: str, running: int, desired: int, *, failed: int = 0, events: Sequence[ServiceEvent] = ()) -> Service:
    return Service(
        name=name,
        arn=f"arn:aws:ecs:us-east-1:111111111111:service/alpha/{name}-1",
        cluster="alpha",
        task_definition="alpha:1",
        desired=desired,
        running=running,
        failed=failed,
        events=events,
        launch={},
    )


def event(message: str, *, hours_ago: int) -> ServiceEvent:
    return ServiceEvent(NOW - timedelta(hours=hours_ago), message)


def look(*services: Service) -> Running:
    return summary(services, NOW - timedelta(hours=24))


def test_tasks_that_run_are_counted_of_those_that_should() -> None:
    assert look(service("web", 2, 2), service("worker", 1, 1)) == Running(tasks="3/3")


def test_an_app_of_which_no_task_is_wanted_is_asleep() -> None:
    assert look(service("web", 0, 0), service("worker", 0, 0)) == Running(tasks="asleep")


def test_a_stack_without_services_says_nothing() -> None:
    assert look() == Running()


def test_missing_tasks_and_failed_ones_are_troubles_of_their_service() -> None:
    found = look(service("worker", 0, 2, failed=3), service("web", 1, 1))

    assert found.tasks == "1/3"
    assert found.troubles == ("worker: 0 of 2 tasks run; 3 tasks of its newest deployment failed",)


def test_failures_of_the_last_day_are_counted_and_the_last_one_is_told() -> None:
    events = [
        event("(service w) has reached a steady state.", hours_ago=1),
        event(UNHEALTHY, hours_ago=2),
        event("(service w) was unable to place a task.", hours_ago=3),
        event("(task 0) failed: long ago", hours_ago=25),
    ]

    (trouble,) = look(service("web", 1, 1, events=events)).troubles

    assert trouble == f"web: 2 failures in the last 24 hours, the last at 2026-11-27 10:00 UTC: {UNHEALTHY}"


@pytest.mark.parametrize(
    ("running", "tasks", "url"),
    [
        (Running(tasks="2/2"), "2/2", "https://a.example.com"),
        (Running(tasks="2/2", simulated=("front",)), "2/2, simulated: front", "https://a.example.com"),
        (Running(tasks="2/2", simulated=("web",), answers=False), "2/2, simulated", "simulated"),
    ],
)
def test_what_is_simulated_is_marked_and_its_url_is_not_shown(running: Running, tasks: str, url: str) -> None:
    stack = replace(deployed("dev/alpha"), outputs={"Url": "https://a.example.com"})

    report = status_report(list_environments(declaring(ALPHA), {HOME}, [stack], {(HOME, "dev/alpha"): running}))

    table = text_table(report.table)
    assert f"  {tasks}  " in table
    assert table.endswith(f"  {url}")
    assert ("https://" in table) is url.startswith("https://")


def test_troubles_follow_the_table() -> None:
    running = {(HOME, "dev/alpha"): Running(tasks="0/1", troubles=("web: 0 of 1 tasks run",))}

    report = status_report(list_environments(declaring(ALPHA), {HOME}, [deployed("dev/alpha")], running))

    assert [plain(note) for note in report.notes] == ["dev/alpha: web: 0 of 1 tasks run"]
