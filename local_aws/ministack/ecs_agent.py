"""The points at which something other than a container engine runs ECS's tasks and keeps its services."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Protocol, cast

from ministack.core.concurrency import resource_lock as _lock
from ministack.services import alb as _alb
from ministack.services import ecs as _ecs

from local_aws.ministack.ecs import definition_of
from local_aws.ministack.ecs_services import service
from local_aws.ministack.ecs_tasks import task_of

if TYPE_CHECKING:
    from local_aws.ministack.application import Response
    from local_aws.ministack.ecs import Record
    from local_aws.ministack.ecs_services import Service
    from local_aws.ministack.ecs_tasks import Task


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
            task = task_of(record)
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
        if record and agent.stop(task_of(record), reason, "UserInitiated"):
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
