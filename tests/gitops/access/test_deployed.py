from datetime import UTC, datetime
from typing import cast

import pytest

from gitops.access.deployed import Deployed, pick, task_open_to_exec
from gitops.aws.ecs import RUNNING, Ecs, Service, ServiceEvent, Task
from gitops.aws.target import Target
from gitops.errors import UserError
from tests.gitops.factories import NOON, deployed, environment

APP = Deployed(Target(None), cast("object", None), environment("dev/alpha"), deployed("dev/alpha"))  # type: ignore[arg-type] # no session is used


class TasksOf(Ecs):
    """An ECS with these tasks."""

    def __init__(self, *tasks: Task) -> None:
        self._tasks = list(tasks)

    def running_tasks(self, service: Service) -> list[Task]:  # noqa: ARG002 # whichever
        return self._tasks


def service(name: str = "web", *, desired: int = 1, last_event: str = "") -> Service:
    return Service(
        name=name,
        arn=f"arn:aws:ecs:us-east-1:111111111111:service/alpha/{name}-1",
        cluster="arn:aws:ecs:us-east-1:111111111111:cluster/alpha",
        task_definition="alpha:1",
        desired=desired,
        events=[ServiceEvent(datetime.now(UTC), last_event)] if last_event else [],
        launch={},
    )


def task(number: int, *, open_to_exec: bool) -> Task:
    return Task(
        arn=f"task/{number}",
        cluster="alpha",
        status=RUNNING,
        started=NOON,
        open_to_exec=open_to_exec,
        exit_code=None,
        stopped_reason="",
        images={},
    )


def test_of_the_tasks_that_ecs_exec_reaches_the_newest_is_taken() -> None:
    ecs = TasksOf(task(1, open_to_exec=True), task(2, open_to_exec=True), task(3, open_to_exec=False))

    assert task_open_to_exec(APP, service(), ecs).arn == "task/2"


def test_a_service_without_the_tasks_that_it_should_have_is_said_with_its_last_event() -> None:
    event = "(service web-1) was unable to place a task."

    with pytest.raises(UserError, match=r"no task of web of dev/alpha runs, though 2 should\. The last event: \(serv"):
        task_open_to_exec(APP, service(desired=2, last_event=event), TasksOf())


def test_a_service_of_which_no_task_is_wanted_sleeps() -> None:
    with pytest.raises(UserError, match=r"web of dev/alpha is asleep: no task of it is wanted$"):
        task_open_to_exec(APP, service(desired=0), TasksOf())


def test_tasks_from_before_ecs_exec_was_enabled_are_said_with_the_remedy() -> None:
    with pytest.raises(UserError, match=r"aws ecs update-service --force-new-deployment .*--service web-1"):
        task_open_to_exec(APP, service(), TasksOf(task(1, open_to_exec=False)))


def test_a_service_that_there_is_not_is_answered_with_a_close_one_only() -> None:
    services = {"frontend": service("frontend"), "web": service()}

    assert pick(APP.environment.name, services, "web") is services["web"]
    with pytest.raises(UserError, match=r"it has frontend, web\. Did you mean --service frontend"):
        pick(APP.environment.name, services, "fronted")
    with pytest.raises(UserError, match=r"it has frontend, web\.$"):
        pick(APP.environment.name, services, "beat")
