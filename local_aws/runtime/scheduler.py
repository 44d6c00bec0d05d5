"""The scheduler of services whose tasks run as processes: rolling updates, replacements, and the circuit breaker."""

from __future__ import annotations

import logging
import threading
import time
from collections import defaultdict
from typing import TYPE_CHECKING

from local_aws.ministack.ecs_services import reconcile, services
from local_aws.ministack.ecs_tasks import task_definition
from local_aws.runtime.rollout import Member, Situation, State, step

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.ministack.ecs_services import EcsService
    from local_aws.ministack.seams import Record
    from local_aws.runtime.task import RunningTask

TICK = 0.2  # seconds
FIRST_DELAY = 0.25  # seconds; doubles with each task in a row that fails
LONGEST_DELAY = 30.0  # seconds
PLACEMENT_DELAY = 1.0  # seconds between attempts to place a task

COMPLETED = "ECS deployment completed."
IN_PROGRESS = "ECS deployment in progress."
TRIPPED = "ECS deployment circuit breaker: tasks failed to start."
ROLLING_BACK = "ECS deployment circuit breaker: rolling back to the last completed deployment."

_log = logging.getLogger(__name__)


class Scheduler:
    """Brings every service that it was given to what its primary deployment says, and keeps it there."""

    def __init__(self, stop: Callable[[str, str, str], None], runs: Callable[[Record], bool]) -> None:
        self._stop = stop
        self._runs = runs
        self._lock = threading.RLock()
        self._wake = threading.Event()
        self._members: dict[str, list[RunningTask]] = defaultdict(list)
        self._failures: dict[str, int] = defaultdict(int)
        self._not_before: dict[str, float] = defaultdict(float)

    def run(self) -> None:
        """Schedule the services, for as long as the process lives."""
        while True:
            self._wake.wait(TICK)
            self._wake.clear()
            for service in list(services()):
                if not service.is_handed_over:
                    continue
                try:
                    with service.within():
                        definition = task_definition(service.record["taskDefinition"])
                        if definition is None or self._runs(definition):
                            self._advance(service)
                        else:  # it is back at a version whose tasks are simulated
                            reconcile(service)
                except Exception:  # noqa: BLE001 - the other services still have to be scheduled
                    _log.exception("scheduling of the service %s failed", service.key)

    def schedule(self, service: EcsService) -> None:
        """Schedule a service, new or changed, from now on."""
        with self._lock:
            if not service.is_handed_over:
                service.publish(())
                service.change(service.primary, rolloutState="IN_PROGRESS", rolloutStateReason=IN_PROGRESS)
        self._wake.set()

    def add(self, task: RunningTask) -> None:
        """Add a new task to its service."""
        with self._lock:
            self._members[_service_id(task)].append(task)

    def changed(self, task: RunningTask) -> None:
        """React to a task that became healthy, failed or ended."""
        with self._lock:
            key = task.task.service_key
            found = next((one for one in services() if key and one.record["serviceArn"] == _service_id(task)), None)
            if found is None:
                if task.ended:
                    self._forget(task)
                return
            if task.ended:
                self._forget(task)
                if task.failure is not None:
                    self._count_failure(found, task, task.failure)
            elif task.state is State.HEALTHY:
                self._failures[_service_id(task)] = 0
            with found.within():
                self._publish(found)
        self._wake.set()

    def _forget(self, task: RunningTask) -> None:
        members = self._members[_service_id(task)]
        if task in members:
            members.remove(task)

    def _publish(self, service: EcsService) -> None:
        members = self._members[service.record["serviceArn"]]
        service.publish(one.address for one in members if one.state is State.HEALTHY)

    def _advance(self, service: EcsService) -> None:
        with self._lock:
            identifier = service.record["serviceArn"]
            primary = service.primary
            next_step = step(self._situation(service, primary))
        for arn in next_step.stop:
            self._stop(arn, "Scaling activity initiated by deployment " + primary["id"], "ServiceSchedulerInitiated")
        if next_step.start and time.monotonic() >= self._not_before[identifier]:
            self._start(service, next_step.start)
        if next_step.settled and primary["rolloutState"] == "IN_PROGRESS":
            self._complete(service, primary)

    def _start(self, service: EcsService, count: int) -> None:
        """Start tasks, or say why ECS places none and wait before the next attempt."""
        reason = next((why for why in (service.start(1) for _ in range(count)) if why), None)
        if reason is None:
            return
        identifier = service.record["serviceArn"]
        with self._lock:
            message = f"was unable to place a task. Reason: {reason}."
            if not service.record["events"] or message not in service.record["events"][0]["message"]:
                service.add_event(message)
            self._not_before[identifier] = time.monotonic() + PLACEMENT_DELAY

    def _situation(self, service: EcsService, primary: Record) -> Situation:
        members = [one for one in self._members[service.record["serviceArn"]] if not one.ended]
        configuration = service.record.get("deploymentConfiguration") or {}
        views = [(one, Member(one.task.arn, one.state, age)) for age, one in enumerate(members)]
        deployed = primary["id"]
        failed = primary["rolloutState"] == "FAILED"
        return Situation(
            desired=0 if failed else int(service.record["desiredCount"]),
            minimum_percent=int(configuration.get("minimumHealthyPercent", 100)),
            maximum_percent=int(configuration.get("maximumPercent", 200)),
            current=[view for one, view in views if one.task.deployment_id == deployed],
            old=[view for one, view in views if one.task.deployment_id != deployed],
            may_start=not failed,
        )

    def _complete(self, service: EcsService, primary: Record) -> None:
        with self._lock:
            service.change(primary, rolloutState="COMPLETED", rolloutStateReason=COMPLETED, failedTasks=0)
            failed = [one for one in service.deployments if one["rolloutState"] == "FAILED"]
            service.record["deployments"] = [primary, *failed[:1]]
            service.add_event("has reached a steady state.")
            self._publish(service)

    def _count_failure(self, service: EcsService, task: RunningTask, reason: str) -> None:
        identifier = service.record["serviceArn"]
        self._failures[identifier] += 1
        delay = min(FIRST_DELAY * 2 ** (self._failures[identifier] - 1), LONGEST_DELAY)
        self._not_before[identifier] = time.monotonic() + delay
        # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-unhealthy-event-messages.html
        service.add_event(f"(task {task.task.task_id}) {task.unhealthy or f'failed: {reason}'}")
        primary = service.primary
        if task.task.deployment_id != primary["id"] or primary["rolloutState"] != "IN_PROGRESS":
            return
        failed = int(primary["failedTasks"]) + 1
        service.change(primary, failedTasks=failed)
        threshold = service.failure_threshold
        if threshold is not None and failed >= threshold:
            self._trip(service, primary, reason)

    def _trip(self, service: EcsService, primary: Record, reason: str) -> None:
        """Fail a deployment, and roll back to the last completed one where the service asks for it."""
        service.change(
            primary, rolloutState="FAILED", rolloutStateReason=f"{TRIPPED} The last one: {reason}", desiredCount=0
        )
        service.add_event(f"(deployment {primary['id']}) deployment failed: tasks failed to start.")
        configuration = service.record.get("deploymentConfiguration") or {}
        rollback = str(configuration["deploymentCircuitBreaker"].get("rollback", False)).lower() == "true"
        good = next((one for one in service.deployments if one["rolloutState"] == "COMPLETED"), None)
        if not rollback or good is None:
            return
        service.change(primary, status="ACTIVE")
        service.change(
            good,
            status="PRIMARY",
            rolloutState="IN_PROGRESS",
            rolloutStateReason=ROLLING_BACK,
            desiredCount=service.record["desiredCount"],
            failedTasks=0,
        )
        service.record["taskDefinition"] = good["taskDefinition"]
        service.add_event(f"rolling back to deployment {good['id']}.")
        self._failures[service.record["serviceArn"]] = 0


def _service_id(task: RunningTask) -> str:
    """Return the ARN of the service of a task."""
    key = task.task.service_key
    return f"arn:aws:ecs:{task.task.region}:{task.task.account}:service/{key}"
