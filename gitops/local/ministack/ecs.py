"""ECS: its records, and the points at which something other than a container engine runs its tasks."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, cast

from ministack.core.concurrency import resource_lock as _lock
from ministack.services import alb as _alb
from ministack.services import ecs as _ecs

from gitops.local.ministack import scope
from gitops.local.ministack.api import ApiError, call

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, MutableMapping
    from contextlib import AbstractContextManager

    from gitops.local.ministack.application import Response

    Record = dict[str, Any]

# The records of ECS's tasks in the account and region of the request.
TASKS: MutableMapping[str, Record] = _ecs._tasks  # noqa: SLF001

SERVICE_GROUP = "service:"


class SecretError(Exception):
    """A secret of a container cannot be read; ECS does not start the task then."""


@dataclass(frozen=True, slots=True)
class Task:
    """A task, and what whoever runs it reads and tells of it."""

    record: Record
    definition: Record
    account: str
    region: str

    @property
    def arn(self) -> str:
        """The task's ARN."""
        return str(self.record["taskArn"])

    @property
    def task_id(self) -> str:
        """The last part of the ARN."""
        return self.arn.rpartition("/")[2]

    @property
    def containers(self) -> list[Record]:
        """The container definitions, with RunTask's overrides of command and variables in them."""
        overrides = {one["name"]: one for one in self.record["overrides"].get("containerOverrides", [])}
        return [_overridden(one, overrides.get(one["name"], {})) for one in self.definition["containerDefinitions"]]

    @property
    def service_key(self) -> str | None:
        """The key of the service that the task belongs to, or None."""
        group: str = self.record["group"]
        if not group.startswith(SERVICE_GROUP):
            return None
        return f"{self.record['clusterArn'].rpartition('/')[2]}/{group.removeprefix(SERVICE_GROUP)}"

    def within(self) -> AbstractContextManager[None]:
        """Act in the task's account and region."""
        return scope.within(self.account, self.region)

    def secrets(self, container: Record) -> dict[str, str]:
        """Return the variables that a container gets from Secrets Manager and Parameter Store.

        Raises:
            SecretError: one of them is not there.
        """
        listed = container.get("secrets", [])
        parameters = [one for one in listed if ":secretsmanager:" not in one["valueFrom"]]
        secrets = [one for one in listed if one not in parameters]
        try:
            # MiniStack itself hands out parameters that are SecureStrings as they are stored.
            return {
                **_ecs._resolve_container_secrets({"secrets": secrets}),  # noqa: SLF001
                **{one["name"]: _parameter(one["valueFrom"]) for one in parameters},
            }
        except (_ecs._SecretResolutionError, ApiError) as error:  # noqa: SLF001
            raise SecretError(str(error)) from error

    def log(self, container: Record, *messages: str) -> None:
        """Write lines to the container's log stream, if it has one."""
        config = _ecs._awslogs_config(container, self.task_id, self.task_id)  # noqa: SLF001
        if config is None:
            return
        with scope.within(self.account, config["region"] or self.region):
            if _ecs._ensure_awslogs_stream(config):  # noqa: SLF001
                for message in messages:
                    _ecs._emit_awslogs_event(config, message)  # noqa: SLF001

    def begin(self) -> None:
        """Set a task that MiniStack made "running" back to its beginning."""
        self.record["lastStatus"] = "PROVISIONING"
        for name in ("startedAt", "pullStartedAt", "pullStoppedAt"):
            self.record[name] = None
        for container in self.record["containers"]:
            container["lastStatus"] = "PENDING"
        _ecs._mark_task_pending(self.arn, self.record)  # noqa: SLF001
        _ecs._mark_task_activating(self.arn, self.record)  # noqa: SLF001

    def running(self, address: str) -> None:
        """The containers run, at this address."""
        for container in self.record["containers"]:
            container["lastStatus"] = "RUNNING"
        details = [{"name": "privateIPv4Address", "value": address}]
        interface = {"id": self.task_id, "type": "ElasticNetworkInterface", "status": "ATTACHED", "details": details}
        self.record["attachments"] = [interface]
        _ecs._mark_task_running(self.arn, self.record)  # noqa: SLF001

    def stopping(self, reason: str, code: str) -> None:
        """The task is to stop, for a reason; what was said first stays."""
        with _lock("ecs-task", self.arn):
            if self.record["desiredStatus"] != "STOPPED":
                now = _ecs._iso()  # noqa: SLF001
                self.record.update({"desiredStatus": "STOPPED", "stoppedReason": reason, "stopCode": code})
                self.record.update({"lastStatus": "DEACTIVATING", "stoppingAt": self.record["stoppingAt"] or now})
                _ecs._bump_task_version(self.record)  # noqa: SLF001
        self._recount()

    def stopped(self, exit_codes: Mapping[str, int]) -> None:
        """The task has stopped; containers without an exit code never started."""
        with _lock("ecs-task", self.arn):
            now = _ecs._iso()  # noqa: SLF001
            self.record.update({"lastStatus": "STOPPED", "stoppedAt": now, "executionStoppedAt": now})
            _ecs._bump_task_version(self.record)  # noqa: SLF001
            for container in self.record["containers"]:
                container["lastStatus"] = "STOPPED"
                if container["name"] in exit_codes:
                    container["exitCode"] = exit_codes[container["name"]]
        self._recount()

    def end(self, reason: str, exit_code: int | None) -> None:
        """End a task that was never run by anything. Without an exit code it never started."""
        code = "TaskFailedToStart" if exit_code is None else "EssentialContainerExited"
        _ecs._mark_task_stopped(self.arn, self.record, reason, code, exit_code)  # noqa: SLF001

    def _recount(self) -> None:
        cluster = self.record["clusterArn"].rpartition("/")[2]
        _ecs._recount_cluster(cluster)  # noqa: SLF001
        _ecs._refresh_service_state(cluster, self.record["group"])  # noqa: SLF001


@dataclass(frozen=True, slots=True)
class Service:
    """A service that a scheduler of ours looks after."""

    key: str
    record: Record
    account: str
    region: str

    def within(self) -> AbstractContextManager[None]:
        """Act in the service's account and region."""
        return scope.within(self.account, self.region)

    @property
    def deployments(self) -> list[Record]:
        """Its deployments, newest first."""
        return cast("list[Record]", self.record["deployments"])

    @property
    def primary(self) -> Record:
        """The deployment that should be."""
        return next(one for one in self.deployments if one["status"] == "PRIMARY")

    @property
    def is_handed_over(self) -> bool:
        """Whether an agent of ours keeps it; the tasks of others are simulated."""
        return "_addresses" in self.record

    @property
    def has_tasks(self) -> bool:
        """Whether a task of it has not stopped."""
        group = f"{SERVICE_GROUP}{self.record['serviceName']}"
        return any(
            task["group"] == group
            and task["clusterArn"] == self.record["clusterArn"]
            and task["lastStatus"] != "STOPPED"
            for task in TASKS.values()
        )

    @property
    def failure_threshold(self) -> int | None:
        """How many failed tasks trip the deployment circuit breaker; None without one."""
        breaker = (self.record.get("deploymentConfiguration") or {}).get("deploymentCircuitBreaker") or {}
        enabled = str(breaker.get("enable", False)).lower() == "true"
        return int(_ecs._circuit_breaker_threshold(self.record)) if enabled else None  # noqa: SLF001

    def start(self, count: int) -> None:
        """Start tasks of the primary deployment."""
        wanted = ("launchType", "capacityProviderStrategy", "platformVersion", "networkConfiguration")
        _ecs._run_task(  # noqa: SLF001
            {
                **{name: self.record.get(name) for name in wanted},
                "cluster": self.key.partition("/")[0],
                "taskDefinition": self.primary["taskDefinition"],
                "count": count,
                "group": f"{SERVICE_GROUP}{self.record['serviceName']}",
                "startedBy": self.primary["id"],
                "enableExecuteCommand": self.record.get("enableExecuteCommand", False),
                "_deploymentId": self.primary["id"],
            }
        )

    def tell(self, message: str) -> None:
        """Add an event to the service's."""
        event = {"id": _ecs.new_uuid(), "createdAt": _ecs._iso(), "message": f"(service {self.key}) {message}"}  # noqa: SLF001
        self.record["events"].insert(0, event)

    def change(self, deployment: Record, **fields: object) -> None:
        """Change a deployment's record."""
        deployment.update(fields, updatedAt=_ecs._iso())  # noqa: SLF001

    def publish(self, addresses: Iterable[str]) -> None:
        """Make these addresses the service's targets, and count its tasks again."""
        self.record["_addresses"] = tuple(addresses)
        _ecs._refresh_service_state(self.key.partition("/")[0], f"{SERVICE_GROUP}{self.record['serviceName']}")  # noqa: SLF001


class Agent(Protocol):
    """What runs tasks in the place of a container engine."""

    def runs(self, definition: Record) -> bool:
        """Tell whether it runs tasks of this definition; others are simulated."""

    def start(self, task: Task) -> None:
        """Run a new task; returns at once."""

    def stop(self, task: Task, reason: str, code: str) -> bool:
        """Stop a task; returns at once, and False when it does not run it."""

    def reconcile(self, service: Service) -> None:
        """Take over a service of its, new or changed; returns at once."""

    def simulate(self, task: Task) -> None:
        """See a task of RunTask, which it does not run, to its end."""


def services() -> Iterator[Service]:
    """Return the active services of every account and region."""
    for (account, region, key), record in _ecs._services.all_items():  # noqa: SLF001
        if record["status"] == "ACTIVE":
            yield Service(key, record, account, region)


def service(key: str) -> Service | None:
    """Return a service of the account and region of the request by its key, CLUSTER/NAME."""
    record = _ecs._services.get(key)  # noqa: SLF001
    return Service(key, record, scope.account_id(), scope.region()) if record else None


def definition_of(reference: str) -> Record | None:
    """Return a task definition by ARN or FAMILY:REVISION."""
    return cast("Record | None", _ecs._task_defs.get(_ecs._resolve_td_key(reference)))  # noqa: SLF001


def hand_tasks_to(agent: Agent) -> None:
    """Let ``agent`` run the tasks that it can, and keep the services that they belong to."""
    _hand_over_tasks(agent)
    _hand_over_services(agent)


def _hand_over_tasks(agent: Agent) -> None:
    run_task, stop_task = _ecs._run_task, _ecs._stop_task  # noqa: SLF001

    @functools.wraps(run_task)
    def run(data: Record) -> Response:
        status, headers, body = run_task(data)
        answer = json.loads(body)
        records = [_ecs._tasks[started["taskArn"]] for started in answer.get("tasks", [])]  # noqa: SLF001
        for record in records:
            task = _task(record)
            if agent.runs(task.definition):
                agent.start(task)
            elif task.service_key is None:
                agent.simulate(task)
        if not records:
            return status, headers, body
        return cast("Response", _ecs.json_response({**answer, "tasks": _ecs._sanitize(records)}))  # noqa: SLF001

    @functools.wraps(stop_task)
    def stop(data: Record) -> Response:
        cluster = _ecs._resolve_cluster_name(data.get("cluster", "default"))  # noqa: SLF001
        record = _ecs._resolve_task(data.get("task", ""), cluster) if cluster else None  # noqa: SLF001
        reason = data.get("reason", "Task stopped by user")
        if record and agent.stop(_task(record), reason, "UserInitiated"):
            return cast("Response", _ecs.json_response({"task": _ecs._sanitize(record)}))  # noqa: SLF001
        return cast("Response", stop_task(data))

    _ecs._run_task = _ecs._ACTION_MAP["RunTask"] = run  # noqa: SLF001
    _ecs._stop_task = _ecs._ACTION_MAP["StopTask"] = stop  # noqa: SLF001


def _hand_over_services(agent: Agent) -> None:
    reconcile, sync = _ecs._reconcile_service_tasks, _ecs._sync_service_targets  # noqa: SLF001

    @functools.wraps(reconcile)
    def reconcile_or_hand_over(cluster: str, key: str) -> None:
        found = service(key)
        definition = definition_of(found.record["taskDefinition"]) if found else None
        if found and definition and found.record["status"] == "ACTIVE" and agent.runs(definition):
            agent.reconcile(found)
        else:
            reconcile(cluster, key)

    @functools.wraps(sync)
    def sync_targets(cluster: str, record: Record) -> None:
        if "_addresses" not in record:
            sync(cluster, record)
            return
        addresses = record["_addresses"] if record["status"] == "ACTIVE" else ()
        ledger = record.setdefault("_published_targets", {})
        for balancer in record.get("loadBalancers") or []:
            arn, port = balancer["targetGroupArn"], int(balancer["containerPort"])
            with _lock("elbv2-targets", arn):
                targets = [(address, port) for address in addresses]
                _alb.set_targets_for_group(arn, targets, ledger.get(arn, ()))
                ledger[arn] = list(addresses)

    _ecs._reconcile_service_tasks = reconcile_or_hand_over  # noqa: SLF001
    _ecs._sync_service_targets = sync_targets  # noqa: SLF001


def _parameter(reference: str) -> str:
    name = reference.partition(":parameter")[2] or reference
    answer = call("ssm", "GetParameter", Name=name, WithDecryption=True)
    return str(answer["Parameter"]["Value"])


def _task(record: Record) -> Task:
    definition = definition_of(record["taskDefinitionArn"])
    if definition is None:
        raise LookupError(record["taskDefinitionArn"])
    return Task(record, definition, scope.account_id(), scope.region())


def _overridden(container: Record, override: Record) -> Record:
    variables = {pair["name"]: pair for pair in container.get("environment", [])}
    variables |= {pair["name"]: pair for pair in override.get("environment", [])}
    command = {"command": override["command"]} if "command" in override else {}
    return {**container, **command, "environment": list(variables.values())}
