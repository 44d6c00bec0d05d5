"""Hand-over of ECS's tasks and services from MiniStack to an agent that runs them."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Protocol

from local_aws.ministack import seams
from local_aws.ministack.ecs_services import service
from local_aws.ministack.ecs_tasks import task_definition, task_of

if TYPE_CHECKING:
    from local_aws.ministack.ecs_services import EcsService
    from local_aws.ministack.ecs_tasks import EcsTask
    from local_aws.ministack.seams import Record, Response


class TaskAgent(Protocol):
    """Runs tasks in place of MiniStack."""

    def runs(self, definition: Record) -> bool:
        """Return whether it runs tasks of this definition. Other tasks are simulated."""

    def placement_failure(self, definition: Record, request: Record) -> str | None:
        """Return why ECS places no tasks for a request of RunTask, or None."""

    def start(self, task: EcsTask) -> None:
        """Run a new task; returns at once."""

    def stop(self, task: EcsTask, reason: str, code: str) -> bool:
        """Stop a task; returns at once. False when it does not run the task."""

    def reconcile(self, service: EcsService) -> None:
        """Schedule a service, new or changed; returns at once."""

    def simulate(self, task: EcsTask) -> None:
        """End a task of RunTask that it does not run."""


def hand_tasks_to(agent: TaskAgent) -> None:
    """Let ``agent`` run the tasks that it can, and schedule the services that they belong to."""
    _hand_over_tasks(agent)
    _hand_over_services(agent)
    _show_new_tasks_late()


def _show_new_tasks_late() -> None:
    """Let DescribeTasks miss a task of RunTask once: what it answers from is eventually consistent.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    """
    describe = seams.describe_tasks.current

    @functools.wraps(describe)
    def describe_late(data: Record) -> Response:
        cluster = seams.cluster_name(data.get("cluster", "default"))
        shown, missing = [], []
        for reference in data.get("tasks", []):
            record = seams.find_task(reference, cluster) if cluster else None
            if record is not None and record.pop(seams.NEW_TASK, False):
                missing.append({"arn": record["taskArn"], "reason": "MISSING"})
            else:
                shown.append(reference)
        status, headers, body = describe({**data, "tasks": shown})
        if not missing:
            return status, headers, body
        answer = json.loads(body)
        return seams.json_response({**answer, "failures": [*answer.get("failures", []), *missing]})

    seams.ecs_actions["DescribeTasks"] = describe_late


def _hand_over_tasks(agent: TaskAgent) -> None:
    run_task, stop_task = seams.run_task.current, seams.stop_task.current

    @functools.wraps(run_task)
    def run(data: Record) -> Response:
        definition = task_definition(data.get("taskDefinition", ""))
        failure = agent.placement_failure(definition, data) if definition else None
        if failure:
            return seams.json_response({"tasks": [], "failures": [{"reason": failure}] * int(data.get("count") or 1)})
        status, headers, body = run_task(data)
        answer = json.loads(body)
        records = [seams.tasks[started["taskArn"]] for started in answer.get("tasks", [])]
        for record in records:
            record[seams.NETWORK_OF_TASK] = data.get("networkConfiguration")
            task = task_of(record)
            if task.service_key is None:
                record[seams.NEW_TASK] = True
            if agent.runs(task.definition):
                agent.start(task)
            elif task.service_key is None:
                agent.simulate(task)
        if not records:
            return status, headers, body
        return seams.json_response({**answer, "tasks": seams.public_record(records)})

    @functools.wraps(stop_task)
    def stop(data: Record) -> Response:
        cluster = seams.cluster_name(data.get("cluster", "default"))
        record = seams.find_task(data.get("task", ""), cluster) if cluster else None
        reason = data.get("reason", "Task stopped by user")
        if record and agent.stop(task_of(record), reason, "UserInitiated"):
            return seams.json_response({"task": seams.public_record(record)})
        return stop_task(data)

    seams.run_task.replace(run)
    seams.stop_task.replace(stop)
    seams.ecs_actions.update(RunTask=run, StopTask=stop)


def _hand_over_services(agent: TaskAgent) -> None:
    reconcile, sync = seams.reconcile_service.current, seams.sync_service_targets.current

    @functools.wraps(reconcile)
    def reconcile_or_hand_over(cluster: str, key: str) -> None:
        found = service(key)
        definition = task_definition(found.record["taskDefinition"]) if found else None
        if found and definition and found.record["status"] == "ACTIVE" and agent.runs(definition):
            agent.reconcile(found)
        else:
            if found:
                found.take_back()
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
            with seams.resource_lock("elbv2-targets", arn):
                targets = [(address, port) for address in addresses]
                seams.set_targets(arn, targets, ledger.get(arn, ()))
                ledger[arn] = list(addresses)

    seams.reconcile_service.replace(reconcile_or_hand_over)
    seams.sync_service_targets.replace(sync_targets)
