"""The agent that runs ECS's tasks on this machine, those that its launcher can run. The others are simulated."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from local_aws.ministack.ecs_agent import hand_tasks_to
from local_aws.ministack.load_balancing import RequestsInFlight
from local_aws.runtime import simulated_tasks
from local_aws.runtime.scheduler import Scheduler
from local_aws.runtime.task import RunningTask
from local_aws.strictness import task_starts

if TYPE_CHECKING:
    from local_aws.ministack.ecs_services import EcsService
    from local_aws.ministack.ecs_tasks import EcsTask
    from local_aws.ministack.seams import Record
    from local_aws.runtime.container import TaskEnvironment
    from local_aws.runtime.launcher import Launcher


class LocalAgent:
    """Runs tasks, each watched by a thread of its own."""

    def __init__(self, launcher: Launcher, environment: TaskEnvironment) -> None:
        self._launcher = launcher
        self._environment = environment
        self._in_flight = RequestsInFlight()
        self._scheduler = Scheduler(self._stop, self.runs)
        self._tasks: dict[str, RunningTask] = {}

    def register(self) -> None:
        """Take over MiniStack's tasks and services."""
        self._in_flight.watch()
        hand_tasks_to(self)
        threading.Thread(target=self._scheduler.run, daemon=True, name="service-scheduler").start()

    def runs(self, definition: Record) -> bool:
        """Return whether tasks of a definition are not simulated: all images can run, or one cannot be pulled."""
        images = [container["image"] for container in definition["containerDefinitions"]]
        return all(map(self._launcher.runs, images)) or any(map(task_starts.pull_failure, images))

    def placement_failure(self, definition: Record, request: Record) -> str | None:
        """Return why ECS places no tasks for a request of RunTask, or None."""
        return task_starts.placement_failure(definition, request)

    def start(self, task: EcsTask) -> None:
        """Run a new task."""
        task.begin()
        running = RunningTask(
            task,
            launcher=self._launcher,
            environment=self._environment,
            in_flight=self._in_flight,
            changed=self._changed,
        )
        self._tasks[task.arn] = running
        if task.service_key:
            self._scheduler.add(running)
        threading.Thread(target=running.run, daemon=True, name=f"task-{task.task_id[:8]}").start()

    def stop(self, task: EcsTask, reason: str, code: str) -> bool:
        """Stop a task that this agent runs."""
        if task.arn not in self._tasks:
            return False
        self._stop(task.arn, reason, code)
        return True

    def reconcile(self, service: EcsService) -> None:
        """Schedule a service from now on."""
        self._scheduler.schedule(service)

    def simulate(self, task: EcsTask) -> None:
        """End a task that is simulated, as its variables say."""
        simulated_tasks.end(task)

    def _stop(self, arn: str, reason: str, code: str) -> None:
        running = self._tasks.get(arn)
        if running is not None:
            running.stop(reason, code)

    def _changed(self, running: RunningTask) -> None:
        if running.ended:
            self._tasks.pop(running.task.arn, None)
        if running.task.service_key:
            self._scheduler.changed(running)
