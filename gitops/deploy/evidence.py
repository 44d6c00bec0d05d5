"""What is left of tasks that failed in a deployment: exit code, reason, last log lines, and hints at known causes.

A deployment that fails is rolled back, and its services, their tasks and their logs go with it when it was the first.
So they are looked at while CloudFormation still works.
"""

from __future__ import annotations

import re
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from constructs_lib.config.naming import POST_RELEASE_FAILED, POST_RELEASE_OUTPUT
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.ecs import Ecs
from gitops.aws.logs import CloudWatchLogs
from gitops.aws.session import AwsError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.ecs import Service, Task
    from gitops.aws.session import Session

LOG_LINES = 60
"""Of each task: a traceback of Django with what it says before and after."""

_CLUSTER = "AWS::ECS::Cluster"
_OF_A_SERVICE = "service:"
_SCALING = "Scaling activity initiated by"
"""Begins the reason of a task that its service stopped because it is not needed any more."""
_UNHEALTHY = ("Task failed ELB health checks", "Task failed container health checks")
"""Begin the reason of a task that its service stopped; its exit code then says how it reacts to that."""

_HINTS: Mapping[str, str] = {
    r"\bcodes?:? \[?400\b|answer(ed|s) 400\b": (
        "400: Django refuses the Host of the health check, which is the task's address; add it to ALLOWED_HOSTS, or "
        "answer the path of the health check in a middleware before CommonMiddleware"
    ),
    r"\bcodes?:? \[?302\b|answer(ed|s) 302\b": (
        "302: the path of the health check leads to another, such as a sign-in; name one in `health_check_path` that "
        'answers 200, or declare `health_check_codes: "200,302"`'
    ),
    r"\bcodes?:? \[?30[18]\b|answer(ed|s) 30[18]\b": (
        "301: the health check comes by HTTP and is redirected; with SECURE_SSL_REDIRECT, set SECURE_PROXY_SSL_HEADER, "
        "and name the path in SECURE_REDIRECT_EXEMPT"
    ),
    r"\bcodes?:? \[?404\b": (
        "404: the application has nothing at the path of the health check; name a path in `health_check_path` that "
        "answers 200"
    ),
    r"[Cc]onnection refused|Request timed out|Health checks failed(?! with)": (
        "nothing answers at the declared port: the command may bind another `port`, or 127.0.0.1 instead of 0.0.0.0"
    ),
    r"container health checks": (
        "`health_check_command` failed three times in a row, or took longer than 30 seconds: run it in a task to see "
        "what it says, `gitops run NAME --service SERVICE -- COMMAND`"
    ),
    r"exit code 137\b|OutOfMemory": "137: the task was killed, most likely for its memory; raise memory_mib",
    r"exit code 127\b|executable file not found": "127: the image has no such command on its PATH",
    r"exec format error": "the image is built for another processor than `architecture` declares",
}
"""Known causes, by what is said when they have struck."""


class FailedTask(NamedTuple):
    """A task of a service that failed. `why` has exit code and reason; `health` is what the load balancer says."""

    service: str
    why: str
    lines: tuple[str, ...]
    health: str = ""

    def __str__(self) -> str:
        log = "\n".join(f"  {line}" for line in self.lines)
        why = f"{self.why}: {self.health}" if self.health else self.why
        return f"{self.service}: {why}" + (f"\nIts last log lines:\n{log}" if log else "\nIt wrote no log.")


def hints(text: str) -> list[str]:
    """Return a hint for each known cause that a text speaks of."""
    return [hint for pattern, hint in _HINTS.items() if re.search(pattern, text)]


@dataclass
class Evidence:
    """The newest task that failed of each service, one with a log before others, by stack.

    `interval` is the least time between two looks, in seconds.
    """

    session: Session
    interval: float
    _since: datetime = field(default_factory=lambda: datetime.now(UTC))
    _found: dict[str, dict[str, FailedTask]] = field(default_factory=dict)
    _looked: float = float("-inf")

    def look(self, stacks: Iterable[DeployedStack]) -> None:
        """Note the failed tasks of stacks that CloudFormation works on. What AWS does not tell is left out."""
        if time.monotonic() - self._looked < self.interval:
            return
        self._looked = time.monotonic()
        for stack in stacks:
            self.look_at(stack)

    def look_at(self, stack: DeployedStack) -> None:
        """Note the failed tasks of a stack now.

        An update may fail and be rolled back between two looks; ECS shows tasks for an hour after their end.
        """
        with suppress(AwsError):  # evidence is a help; the deployment goes on without it
            for failed in self._failed(stack):
                found = self._found.setdefault(stack.name, {})
                # Lines and events arrive after the end of a task, and those of an earlier one tell the same.
                if failed.service not in found or _told(failed) >= _told(found[failed.service]):
                    found[failed.service] = failed

    def of(self, stack: str) -> list[FailedTask]:
        """Return what was found of a stack, by the names of services."""
        return [failed for _, failed in sorted(self._found.get(stack, {}).items())]

    def _failed(self, stack: DeployedStack) -> Iterator[FailedTask]:
        ecs, logs = Ecs(self.session, stack.where), CloudWatchLogs(self.session, stack.where)
        for resource in CloudFormation(self.session, stack.where).resources(stack.stack_id):
            if resource.type != _CLUSTER or not resource.physical_id:
                continue
            tasks = [t for t in ecs.stopped_tasks(resource.physical_id) if t.created >= self._since and has_failed(t)]
            services = _services(ecs, resource.physical_id, tasks)
            for task in tasks:
                container = ecs.container(task.definition)
                lines = logs.last(container.log_group, container.log_stream(task), LOG_LINES)
                name = task.definition.rpartition("/")[2].partition(":")[0].partition("_")[2]
                service = services.get(task.group)
                yield FailedTask(name, _why(task), tuple(lines), service.why_unhealthy(task) if service else "")


def _services(ecs: Ecs, cluster: str, tasks: Sequence[Task]) -> Mapping[str, Service]:
    """Return the services of tasks whose health checks failed, by their groups."""
    groups = {task.group for task in tasks if task.stopped_reason.startswith(_UNHEALTHY)}
    with suppress(AwsError):  # a task tells its reason without them
        services = ecs.services(cluster, sorted(group.removeprefix(_OF_A_SERVICE) for group in groups))
        return {_OF_A_SERVICE + service.ecs_name: service for service in services}
    return {}


def _why(task: Task) -> str:
    if task.exit_code is None or task.stopped_reason.startswith(_UNHEALTHY):
        return task.stopped_reason
    return f"exit code {task.exit_code}; {task.stopped_reason}"


def _told(failed: FailedTask) -> tuple[bool, bool]:
    return bool(failed.health), bool(failed.lines)


def has_failed(task: Task) -> bool:
    """Whether a stopped task of a service failed, rather than being stopped for another one."""
    return task.group.startswith(_OF_A_SERVICE) and not task.stopped_reason.startswith(_SCALING)


def post_release_failure(name: EnvironmentName, outputs: Mapping[str, str]) -> str:
    """Return what the outputs of an app's stack say of its command after the release, if that failed; else nothing."""
    outcome = outputs.get(POST_RELEASE_OUTPUT, "")
    if not outcome.startswith(POST_RELEASE_FAILED):
        return ""
    return (
        f"Deployed, but post_release_command {outcome}\n"
        f"The new version runs, and nothing was rolled back. Run the command again: gitops run {name} -- COMMAND"
    )
