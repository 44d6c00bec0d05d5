"""When ECS calls a container healthy, by the results of its health checks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.runtime.container_health import START_DIVISOR, ContainerHealth, command_of

if TYPE_CHECKING:
    from collections.abc import Sequence

CHECK = {"command": ["CMD", "ping"], "interval": 60, "timeout": 30, "retries": 3, "startPeriod": 120}
AFTER_THE_START = 120 / START_DIVISOR


class Ran:
    """A command that ends at once with an exit code, or never with None."""

    def __init__(self, code: int | None) -> None:
        self.code = code
        self.killed = False

    def exit_code(self) -> int | None:
        return self.code

    def kill(self) -> None:
        self.killed = True


class Container:
    """Runs what it is asked to, and says what came of it."""

    def __init__(self, code: int | None = 0) -> None:
        self.code = code
        self.ran: list[Ran] = []
        self.commands: list[Sequence[str]] = []

    def run(self, command: Sequence[str]) -> Ran:
        if self.code == -1:
            raise FileNotFoundError(command[0])
        self.commands.append(command)
        self.ran.append(Ran(self.code))
        return self.ran[-1]

    def watched(self, **declared: Any) -> ContainerHealth:
        return ContainerHealth({**CHECK, **declared}, self.run, started=0.0)


def look(health: ContainerHealth, start: float, end: float, step: float = 0.5) -> None:
    now = start
    while now <= end:
        health.look(now)
        now += step


def test_it_is_healthy_once_a_check_has_passed() -> None:
    container = Container()
    health = container.watched()
    look(health, 0, 9)
    before = (health.healthy, health.unhealthy)

    look(health, 10, 11)

    assert before == (False, False)
    assert (health.healthy, health.unhealthy) == (True, False)
    assert container.commands == [["ping"]]
    assert container.ran[0].killed


def test_then_it_is_checked_at_the_declared_interval() -> None:
    container = Container()
    health = container.watched()

    look(health, 0, 69)
    within_the_interval = len(container.ran)
    look(health, 70, 72)

    assert (within_the_interval, len(container.ran)) == (1, 2)


@pytest.mark.parametrize("code", [1, -1], ids=["fails", "is not in the image"])
def test_failures_count_after_the_start_period(code: int) -> None:
    health = Container(code).watched()

    look(health, 0, AFTER_THE_START - 1)
    in_the_start_period = health.unhealthy
    look(health, AFTER_THE_START, AFTER_THE_START + 15)

    assert not in_the_start_period
    assert (health.healthy, health.unhealthy) == (False, True)


def test_a_command_that_takes_longer_than_its_timeout_has_failed() -> None:
    container = Container(None)
    health = container.watched(retries=1, startPeriod=0)

    look(health, 0, 29)
    before = health.unhealthy
    look(health, 30, 41)

    assert (before, health.unhealthy) == (False, True)
    assert container.ran[0].killed


def test_one_that_was_healthy_takes_all_retries_to_be_unhealthy_and_one_success_to_be_healthy_again() -> None:
    container = Container()
    health = container.watched()
    look(health, 0, 11)

    container.code = 1
    look(health, 60, 150)
    after_two = health.healthy
    container.code = 0
    look(health, 190, 193)
    after_a_success = (health.healthy, health.unhealthy)
    container.code = 1
    look(health, 240, 400)

    assert after_two
    assert after_a_success == (True, False)
    assert (health.healthy, health.unhealthy) == (False, True)


@pytest.mark.parametrize(
    ("declared", "command"),
    [
        (None, []),
        ({}, []),
        ({"command": ["NONE"]}, []),
        ({"command": ["CMD", "celery", "inspect"]}, ["celery", "inspect"]),
        ({"command": ["CMD-SHELL", "test -f ready || exit 1"]}, ["/bin/sh", "-c", "test -f ready || exit 1"]),
    ],
)
def test_command_in_its_three_forms(declared: dict[str, Any] | None, command: list[str]) -> None:
    assert command_of(declared) == command
