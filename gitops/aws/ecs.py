"""The only door to ECS: the services and tasks of an environment."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from constructs_lib.config.naming import SERVICE_TAG
from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from mypy_boto3_ecs import ECSClient
    from mypy_boto3_ecs.type_defs import ServiceTypeDef, TaskTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

RUNNING: Final = "RUNNING"
STOPPED: Final = "STOPPED"
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-lifecycle-explanation.html"""

CPU_UNITS = 1024
"""Of one vCPU: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html"""

DESCRIBED_AT_ONCE = 10
"""https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DescribeServices.html"""

_FAILURE = re.compile(r"is unhealthy|failed|unable to")
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-event-messages-list.html"""

_UNHEALTHY = re.compile(r"is unhealthy in \(?target-group .* due to \(reason (.+?)\)\.?$")

_NEVER = datetime.min.replace(tzinfo=UTC)

UNSEEN = timedelta(minutes=2)
"""For so long, ECS may not show what it has started: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html"""


@dataclass(frozen=True, slots=True)
class ServiceEvent:
    """What ECS says of a service at a moment."""

    created: datetime
    message: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Service:
    """A service. `name` is the one that it is declared under; `launch` is the network and capacity of its tasks.

    `failed` counts the tasks of the newest deployment that failed; `events` are up to 100, the newest first.
    """

    name: str
    arn: str
    cluster: str
    task_definition: str
    desired: int
    running: int = 0
    failed: int = 0
    events: Sequence[ServiceEvent] = ()
    launch: Mapping[str, Any]

    @property
    def ecs_name(self) -> str:
        """The name that CloudFormation chose, and ECS knows it by."""
        return self.arn.rpartition("/")[2]

    @property
    def last_event(self) -> str:
        """The newest event; empty without one."""
        return self.events[0].message if self.events else ""

    def failures(self, since: datetime) -> list[ServiceEvent]:
        """Return the events that say that something failed, the newest first."""
        return [event for event in self.events if event.created >= since and _FAILURE.search(event.message)]

    def why_unhealthy(self, task: Task) -> str:
        """Return why the load balancer found a task unhealthy, in its words; empty where it did not.

        The task itself says that its health checks failed, and events of the service alone say how:
        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-unhealthy-event-messages.html
        """
        for event in self.events:
            if task.task_id in event.message and (found := _UNHEALTHY.search(event.message)):
                return found[1]
        return ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Task:
    """A task. `exit_code` is the first container's; None while it runs, and when it never started.

    `images` are those of its containers, by their names; `definition` is the ARN of its task definition, and `group`
    says what started it: `service:NAME`, or `family:NAME`.
    """

    arn: str
    cluster: str
    status: str
    started: datetime
    open_to_exec: bool
    exit_code: int | None
    stopped_reason: str
    images: Mapping[str, str]
    created: datetime = _NEVER
    definition: str = ""
    group: str = ""

    @property
    def task_id(self) -> str:
        """The last part of the ARN, of which the names of log streams are made."""
        return self.arn.rpartition("/")[2]


@dataclass(frozen=True, kw_only=True, slots=True)
class Container:
    """The first container of a task definition, and where it logs: a group, and streams that begin with a prefix."""

    name: str
    image: str
    environment: Mapping[str, str]
    log_group: str
    stream_prefix: str

    def log_stream(self, task: Task) -> str:
        """Return the log stream of the container in a task.

        https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
        """
        return f"{self.stream_prefix}/{self.name}/{task.task_id}"


class Ecs:
    """ECS in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: ECSClient = session.client("ecs", where)

    def services(self, cluster: str, arns: Sequence[str]) -> list[Service]:
        """Return those of the services `arns` that say under which name they are declared."""
        described: list[ServiceTypeDef] = []
        with translate_errors():
            for start in range(0, len(arns), DESCRIBED_AT_ONCE):
                chunk = arns[start : start + DESCRIBED_AT_ONCE]
                answer = self._client.describe_services(cluster=cluster, services=chunk, include=["TAGS"])
                described += answer["services"]
        return [service for service in map(_service, described) if service.name]

    def running_tasks(self, service: Service) -> list[Task]:
        """Return the tasks of a service that run, the one that has run longest first."""
        with translate_errors():
            pages = self._client.get_paginator("list_tasks").paginate(
                cluster=service.cluster, serviceName=service.ecs_name, desiredStatus=RUNNING
            )
            arns = [arn for page in pages for arn in page["taskArns"]]
            if not arns:
                return []
            described = self._client.describe_tasks(cluster=service.cluster, tasks=arns[:100])["tasks"]
        running = [task for task in map(_task, described) if task.status == RUNNING]
        return sorted(running, key=lambda task: task.started)

    def stopped_tasks(self, cluster: str) -> list[Task]:
        """Return up to 100 tasks of a cluster that have stopped in the last hour, the one made first before others."""
        with translate_errors():
            arns = self._client.list_tasks(cluster=cluster, desiredStatus=STOPPED)["taskArns"]
            described = self._client.describe_tasks(cluster=cluster, tasks=arns)["tasks"] if arns else []
        stopped = [task for task in map(_task, described) if task.status == STOPPED]
        return sorted(stopped, key=lambda task: task.created)

    def fargate_vcpus(self) -> Mapping[str, float]:
        """Return the vCPUs of all tasks on Fargate that have not stopped, of every cluster, by capacity provider."""
        vcpus: defaultdict[str, float] = defaultdict(float)
        with translate_errors():
            for clusters in self._client.get_paginator("list_clusters").paginate():
                for cluster in clusters["clusterArns"]:
                    for tasks in self._client.get_paginator("list_tasks").paginate(cluster=cluster):
                        if tasks["taskArns"]:
                            self._count_vcpus(cluster, tasks["taskArns"], vcpus)
        return vcpus

    def _count_vcpus(self, cluster: str, arns: Sequence[str], vcpus: defaultdict[str, float]) -> None:
        for task in self._client.describe_tasks(cluster=cluster, tasks=arns)["tasks"]:
            provider = task.get("capacityProviderName") or task.get("launchType")
            if task["lastStatus"] != STOPPED and provider:
                vcpus[provider] += int(task.get("cpu") or 0) / CPU_UNITS

    def task(self, task: Task) -> Task:
        """Return a task as it is now, or as it was, when ECS does not show it so shortly after its start."""
        with translate_errors():
            described = self._client.describe_tasks(cluster=task.cluster, tasks=[task.arn])["tasks"]
        if not described:
            if datetime.now(UTC) - task.created < UNSEEN:
                return task
            raise AwsError(f"ECS does not know the task {task.arn} any more")
        return _task(described[0])

    def container(self, task_definition: str) -> Container:
        """Return the first container of a task definition: the application; others are its helpers."""
        with translate_errors():
            definition = self._client.describe_task_definition(taskDefinition=task_definition)["taskDefinition"]
        container = definition["containerDefinitions"][0]
        options = container.get("logConfiguration", {}).get("options", {})
        return Container(
            name=container["name"],
            image=container["image"],
            environment={pair["name"]: pair["value"] for pair in container.get("environment", [])},
            log_group=options.get("awslogs-group", ""),
            stream_prefix=options.get("awslogs-stream-prefix", ""),
        )

    def run(self, service: Service, container: Container, command: Sequence[str]) -> Task:
        """Start one more task as those of a service are, whose first container runs `command` instead of its own."""
        with translate_errors():
            answer = self._client.run_task(
                cluster=service.cluster,
                taskDefinition=service.task_definition,
                overrides={"containerOverrides": [{"name": container.name, "command": list(command)}]},
                propagateTags="TASK_DEFINITION",
                startedBy="gitops-run",
                **service.launch,
            )
        if not answer["tasks"]:
            reasons = ", ".join(_failure(failure) for failure in answer["failures"])
            raise AwsError(f"ECS could not start the task: {reasons or 'it gives no reason'}")
        return _task(answer["tasks"][0])

    def scale(self, service: Service, desired: int) -> None:
        """Set how many tasks of a service there should be; ECS starts and stops them by itself."""
        with translate_errors():
            self._client.update_service(cluster=service.cluster, service=service.arn, desiredCount=desired)

    def stop(self, task: Task, reason: str) -> None:
        """Ask ECS to stop a task: it gets SIGTERM, and SIGKILL after its stop timeout."""
        with translate_errors():
            self._client.stop_task(cluster=task.cluster, task=task.arn, reason=reason)


def _service(service: ServiceTypeDef) -> Service:
    tags = {tag["key"]: tag["value"] for tag in service.get("tags", [])}
    launch: dict[str, Any] = {"networkConfiguration": service["networkConfiguration"]}
    # ECS takes a strategy or a launch type, not both.
    if strategy := service.get("capacityProviderStrategy"):
        launch["capacityProviderStrategy"] = strategy
    else:
        launch["launchType"] = service["launchType"]
    return Service(
        name=tags.get(SERVICE_TAG, ""),
        arn=service["serviceArn"],
        cluster=service["clusterArn"],
        task_definition=service["taskDefinition"],
        desired=service["desiredCount"],
        running=service["runningCount"],
        failed=next(
            (one.get("failedTasks", 0) for one in service.get("deployments", []) if one["status"] == "PRIMARY"), 0
        ),
        events=[ServiceEvent(event["createdAt"], event["message"]) for event in service.get("events", [])],
        launch=launch,
    )


def _task(task: TaskTypeDef) -> Task:
    container: Mapping[str, Any] = next(iter(task.get("containers", [])), {})
    reasons = [task.get("stoppedReason", ""), container.get("reason", "")]
    return Task(
        arn=task["taskArn"],
        cluster=task["clusterArn"],
        status=task["lastStatus"],
        started=task.get("startedAt", _NEVER),
        open_to_exec=task.get("enableExecuteCommand", False),
        exit_code=container.get("exitCode"),
        stopped_reason=": ".join(_distinct(reasons)),
        images={one.get("name", ""): one.get("image", "") for one in task.get("containers", [])},
        created=task.get("createdAt", _NEVER),
        definition=task.get("taskDefinitionArn", ""),
        group=task.get("group", ""),
    )


def _distinct(texts: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(text for text in texts if text))


def _failure(failure: Mapping[str, Any]) -> str:
    return " ".join(_distinct([failure.get("reason", ""), failure.get("detail", "")]))
