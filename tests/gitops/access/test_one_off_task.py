import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.access.one_off_task import LAST_LOOKS, OneOffTask
from gitops.aws.ecs import STOPPED, Container, Ecs, Service, Task
from gitops.aws.logs import CloudWatchLogs, Page
from gitops.aws.session import AwsError
from gitops.errors import UserError
from tests.gitops.access.test_deployed import service, task
from tests.gitops.checkouts import REGION, Checkout, session_of

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


class Looks(CloudWatchLogs):
    """A log that has these new lines each time it is looked at, and then none."""

    def __init__(self, *looks: list[str]) -> None:
        self._looks: Iterator[list[str]] = iter(looks)
        self._seen = 0

    def read(self, group: str, stream: str, token: str | None) -> Iterator[Page]:
        assert (group, stream) == ("group", "app/app/1")
        assert token == (str(self._seen) if self._seen else None), "the token of the look before"
        self._seen += 1
        yield Page(next(self._looks, []), str(self._seen))


def run(ecs: Lifecycle, *looks: list[str]) -> int:
    return OneOffTask(ecs, Looks(*looks), service(), ["true"]).finish(interval=0)


def ended(exit_code: int | None, reason: str = "") -> Task:
    return replace(STARTING, status=STOPPED, exit_code=exit_code, stopped_reason=reason)


def test_lines_that_arrive_after_the_end_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = run(Lifecycle(STARTING, ended(0)), [], ["one"], [], ["two", "three"])

    assert exit_code == 0
    assert capsys.readouterr().out.split() == ["one", "two", "three"]


def test_looks_that_find_lines_are_not_the_last_ones(capsys: pytest.CaptureFixture[str]) -> None:
    lines = [str(number) for number in range(2 * LAST_LOOKS)]

    run(Lifecycle(ended(0)), *([line] for line in lines), [], ["late"])

    assert capsys.readouterr().out.split() == [*lines, "late"]


def test_a_log_of_many_pages_is_printed_to_its_end(capsys: pytest.CaptureFixture[str], checkout: Checkout) -> None:
    client = checkout.client("logs")
    client.create_log_group(logGroupName="group")
    client.create_log_stream(logGroupName="group", logStreamName="app/app/1")
    lines = [f"{number:03}{'x' * 200_000}" for number in range(10 * LAST_LOOKS)]
    for number, line in enumerate(lines):
        now = int(time.time() * 1000) + number
        events = [{"timestamp": now, "message": line}]
        client.put_log_events(logGroupName="group", logStreamName="app/app/1", logEvents=events)
    logs = CloudWatchLogs(session_of(checkout.aws), AccountRegion(checkout.account_id, REGION))

    OneOffTask(Lifecycle(ended(0)), logs, service(), ["true"]).finish(interval=0)

    assert [line[:3] for line in capsys.readouterr().out.splitlines()] == [line[:3] for line in lines]


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
