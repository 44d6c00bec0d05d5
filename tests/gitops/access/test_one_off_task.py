from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from gitops.access.one_off_task import OneOffTask
from gitops.aws.ecs import STOPPED, Container, Ecs, Service, Task
from gitops.aws.logs import CloudWatchLogs, Page
from gitops.aws.session import AwsError
from gitops.errors import UserError
from tests.gitops.access.test_deployed import service, task

STARTING = replace(task(1, open_to_exec=False), status="PROVISIONING")
CONTAINER = Container(name="app", image="app:v1", environment={}, log_group="group", stream_prefix="app")


class Lifecycle(Ecs):
    """An ECS whose one task goes through states."""

    def __init__(self, *states: Task | BaseException, stop_fails: bool = False) -> None:
        self._states = iter(states)
        self._stop_fails = stop_fails
        self.stopped: list[str] = []

    def container(self, task_definition: str) -> Container:  # noqa: ARG002 # it is the one
        return CONTAINER

    def run(self, service: Service, container: Container, command: Sequence[str]) -> Task:  # noqa: ARG002 # the same
        return STARTING

    def task(self, task: Task) -> Task:  # noqa: ARG002 # the same
        state = next(self._states)
        if isinstance(state, BaseException):
            raise state
        return state

    def stop(self, task: Task, reason: str) -> None:  # noqa: ARG002 # whatever the reason
        if self._stop_fails:
            raise AwsError("these AWS credentials may not do this: StopTask")
        self.stopped.append(task.arn)


class Pages(CloudWatchLogs):
    """A log that has these pages, and then nothing."""

    def __init__(self, *pages: list[str]) -> None:
        self._pages: Iterator[list[str]] = iter(pages)

    def read(self, group: str, stream: str, token: str | None) -> Page:
        assert (group, stream) == ("group", "app/app/1")
        return Page(next(self._pages, []), token)


def run(ecs: Lifecycle, *pages: list[str]) -> int:
    return OneOffTask(ecs, Pages(*pages), service(), ["true"]).finish(interval=0)


def ended(exit_code: int | None, reason: str = "") -> Task:
    return replace(STARTING, status=STOPPED, exit_code=exit_code, stopped_reason=reason)


def test_lines_that_arrive_after_the_end_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = run(Lifecycle(STARTING, ended(0)), [], ["one"], [], ["two", "three"])

    assert exit_code == 0
    assert capsys.readouterr().out.split() == ["one", "two", "three"]


def test_a_failure_is_said_with_its_reason(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Lifecycle(ended(137, "OutOfMemoryError"))) == 137
    assert "exit code 137: OutOfMemoryError" in capsys.readouterr().err


def test_a_task_without_an_exit_code_is_an_error() -> None:
    with pytest.raises(UserError, match=r"did not run to its end: ResourceInitializationError"):
        run(Lifecycle(ended(None, "ResourceInitializationError")))


def test_an_interrupt_that_cannot_stop_the_task_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    ecs = Lifecycle(KeyboardInterrupt(), stop_fails=True)

    with pytest.raises(KeyboardInterrupt):
        run(ecs)

    assert "task/1 could not be stopped: these AWS credentials may not do this: StopTask" in capsys.readouterr().err


def test_an_interrupt_stops_the_task() -> None:
    ecs = Lifecycle(KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        run(ecs)

    assert ecs.stopped == ["task/1"]
