"""One running task: its containers from start to end, and its health checks."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any

from local_aws.authorisation.task_roles import TaskRoleError
from local_aws.ministack.ecs_services import service
from local_aws.ministack.ecs_tasks import SecretError
from local_aws.ministack.load_balancing import target_group
from local_aws.runtime import health
from local_aws.runtime.container import NOT_FOUND, on_own_address
from local_aws.runtime.container_health import ContainerHealth, command_of
from local_aws.runtime.launcher import PullError
from local_aws.runtime.rollout import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from local_aws.ministack.ecs_tasks import EcsTask
    from local_aws.ministack.load_balancing import RequestsInFlight, TargetGroup
    from local_aws.runtime.container import TaskEnvironment
    from local_aws.runtime.launcher import Container, Launcher, Prepared

POLL_INTERVAL = 0.05  # seconds
STARTUP_SECONDS = 1.0
"""A task without a load balancer and without health checks of its containers counts as healthy after this time."""
SETTLING_SECONDS = 0.5
"""Time for requests that were already being forwarded when the target was deregistered."""
GRACE_DIVISOR = 10
"""A grace period of 60 seconds is 6 here for a task that responds, with whatever status."""
STOP_TIMEOUT = 30.0  # seconds; ECS's own, for containers that declare none


def _command(container: dict[str, Any], image: Prepared) -> list[str]:
    """Return what a container runs. Its definition overrides what the image says, as it does in ECS.

    https://docs.docker.com/reference/dockerfile/#understand-how-cmd-and-entrypoint-interact

    Raises:
        OSError: neither names a command.
    """
    entrypoint, command = container.get("entryPoint"), container.get("command")
    image_command = () if entrypoint else image.config.command
    whole = [*(entrypoint or image.config.entrypoint), *(command or image_command)]
    if not whole:
        raise OSError(f"{container['name']} has no command, in its task definition or {image.source}")
    return whole


class RunningTask:
    """A task that is not simulated. ``changed`` is called in the task's thread when its state changes."""

    def __init__(
        self,
        task: EcsTask,
        *,
        launcher: Launcher,
        environment: TaskEnvironment,
        in_flight: RequestsInFlight,
        changed: Callable[[RunningTask], None],
    ) -> None:
        self.task = task
        self.address = ""
        self.failure: str | None = None
        """The reason, when it ended without having been stopped."""
        self.unhealthy: str | None = None
        """What the event of its service says of its health checks, when it ended because they failed."""
        self.ended = False
        self._launcher = launcher
        self._environment = environment
        self._in_flight = in_flight
        self._changed = changed
        self._containers: dict[str, Container] = {}
        self._checks: dict[str, ContainerHealth] = {}
        self._stop = threading.Event()
        self._healthy = False

    @property
    def state(self) -> State:
        """The state, as its service sees it."""
        if self._stop.is_set() or self.failure is not None:
            return State.STOPPING
        return State.HEALTHY if self._healthy else State.STARTING

    def stop(self, reason: str, code: str) -> None:
        """Stop it; returns at once."""
        self.task.stopping(reason, code)
        self._stop.set()

    def run(self) -> None:
        """Run it until it has ended."""
        with self.task.within():
            try:
                self._start()
                self._watch()
            except PullError as error:
                self._fail(str(error), "TaskFailedToStart")
            except (OSError, SecretError, TaskRoleError) as error:
                name = "CannotStartContainerError" if isinstance(error, OSError) else "ResourceInitializationError"
                self._fail(f"{name}: {error}", "TaskFailedToStart")
            finally:
                self._end()

    def _start(self) -> None:
        ports = [
            int(mapping["containerPort"])
            for container in self.task.containers
            for mapping in container.get("portMappings", [])
        ]
        self.address = self._environment.names.address_of(self.task, *ports)
        for container in self.task.containers:
            if self._stop.is_set():
                return
            self._start_container(container)
        self.task.running(self.address)
        self._changed(self)

    def _start_container(self, container: dict[str, Any]) -> None:
        self._environment.roles.check_start(self.task.definition, container, self.task.task_id)
        image = self._launcher.prepare(self.task, container, lambda line: self.task.log(container, line))
        declared = {pair["name"]: pair["value"] for pair in container["environment"]}
        running = image.container
        self._containers[container["name"]] = running
        command = on_own_address(_command(container, image), self.address)
        environment = self._environment.variables_of(
            {**self.task.secrets(container), **declared}, self.task, self.address, image.config.environment
        )
        try:
            running.start(command, environment)
        except FileNotFoundError:
            self.task.log(container, f"exec: {command[0]}: not found (exit code {NOT_FOUND})")
            raise OSError(
                f'exec: "{command[0]}": executable file not found in the image {container["image"]}'
            ) from None
        if command_of(container.get("healthCheck")):
            self._checks[container["name"]] = ContainerHealth(
                container["healthCheck"],
                lambda words: running.run(on_own_address(words, self.address), self.address),
                started=time.monotonic(),
            )

    def _watch(self) -> None:
        """Check its health until the task is stopped or has ended."""
        target = self._target()
        started = last_check = time.monotonic()
        answered = False
        while not self._stop.wait(POLL_INTERVAL):
            if self._has_ended():
                self._fail("Essential container in task exited", "EssentialContainerExited")
                return
            now = time.monotonic()
            if self._is_unhealthy(now):
                # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-unhealthy-event-messages.html
                self.unhealthy = "failed container health checks."
                self._fail("Task failed container health checks", "ServiceSchedulerInitiated")
                return
            well = all(check.healthy for check in self._checks.values())
            if target is None:
                self._become(healthy=well and (bool(self._checks) or now - started >= STARTUP_SECONDS))
                continue
            group, port, checks = target
            if now - last_check < health.interval(group):
                continue
            last_check = now
            response = health.probe(self.address, port, group)
            answered = answered or response.status is not None
            checks.observe(passed=health.matches(response.status, group.codes))
            self._become(healthy=well and checks.healthy)
            if checks.unhealthy and now - started >= self._grace_period(answered=answered):
                why = f"due to (reason {response.in_words})"
                self.unhealthy = f"(port {port}) is unhealthy in (target-group {group.arn}) {why}"
                self._fail(f"Task failed ELB health checks in (target-group {group.arn})", "ServiceSchedulerInitiated")
                return

    def _target(self) -> tuple[TargetGroup, int, health.TargetHealth] | None:
        """Return the target group of the service, the port there, and the health of this target; None without one."""
        found = service(self.task.service_key or "")
        balancers = (found.record.get("loadBalancers") or []) if found else []
        if not balancers:
            return None
        try:
            group = target_group(balancers[0]["targetGroupArn"])
        except KeyError:  # the target group has been deleted, so no requests come
            return None
        checks = health.TargetHealth(group.healthy_threshold, group.unhealthy_threshold)
        return group, int(balancers[0]["containerPort"]), checks

    def _grace_period(self, *, answered: bool) -> float:
        """Return the seconds in which failed checks do not count; a program may need all of them until it responds."""
        found = service(self.task.service_key or "")
        declared = found.record.get("healthCheckGracePeriodSeconds") if found else None
        return float(declared or 0) / (GRACE_DIVISOR if answered else 1)

    def _is_unhealthy(self, now: float) -> bool:
        """Check the containers that declare it; return whether the service has to replace the task.

        A task of RunTask goes on, whatever its checks say.
        """
        for name, check in self._checks.items():
            check.look(now)
            status = "HEALTHY" if check.healthy else "UNHEALTHY" if check.unhealthy else "UNKNOWN"
            self.task.health_of(name, status)
        return bool(self.task.service_key) and any(check.unhealthy for check in self._checks.values())

    def _become(self, *, healthy: bool) -> None:
        if healthy != self._healthy:
            self._healthy = healthy
            self._changed(self)

    def _has_ended(self) -> bool:
        essential = [one["name"] for one in self.task.containers if one.get("essential", True)]
        return any(self._containers[name].exit_code() is not None for name in essential)

    def _fail(self, reason: str, code: str) -> None:
        if not self._stop.is_set():
            self.failure = reason
            self.task.stopping(reason, code)

    def _end(self) -> None:
        """Deregister the task from its load balancer, end its processes, and record its end."""
        self._healthy = False
        self._changed(self)
        for check in self._checks.values():
            check.close()
        self._drain()
        exit_codes = {}
        for container in reversed(self.task.containers):
            running = self._containers.get(container["name"])
            code = running.stop(float(container.get("stopTimeout") or STOP_TIMEOUT)) if running else None
            if code is not None:
                exit_codes[container["name"]] = code
        self.task.stopped(exit_codes)
        self._launcher.discard(self.task)
        self.ended = True
        self._changed(self)

    def _drain(self) -> None:
        """Wait for the responses to forwarded requests, for the deregistration delay at most."""
        target = self._target()
        if target is None or self._has_ended_or_never_ran():
            return
        settled = time.monotonic() + SETTLING_SECONDS
        deadline = time.monotonic() + target[0].deregistration_delay
        while time.monotonic() < settled or (self._in_flight.to(self.address) and time.monotonic() < deadline):
            time.sleep(POLL_INTERVAL)

    def _has_ended_or_never_ran(self) -> bool:
        return len(self._containers) < len(self.task.containers) or self._has_ended()
