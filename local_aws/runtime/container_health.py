"""Health checks of a container: a command that ECS runs in it again and again.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

HASTE = 20
"""Until it has passed once, a check that is declared for every 60 seconds is made 3 seconds after the last one."""
FIRST_DIVISOR = 6
"""The first check comes an interval after the start of the container, of 60 seconds 10 here. `celery inspect ping` that
is asked before the worker listens waits in vain for as long as it may."""
START_DIVISOR = 4
"""A start period of 120 seconds is 30 here. A command itself takes as long as it takes: its timeout is as declared."""
INTERVAL, TIMEOUT, RETRIES = 30.0, 5.0, 3
"""ECS's own, in seconds and a number, for checks that do not declare them."""


class Command(Protocol):
    """A command that runs in a container."""

    def exit_code(self) -> int | None:
        """Return its exit code once it has ended."""

    def kill(self) -> None:
        """End it and all that it started."""


def command_of(declared: Mapping[str, Any] | None) -> list[str]:
    """Return the command of a health check; none without one: `["CMD", …]`, `["CMD-SHELL", TEXT]`, `["NONE"]`."""
    kind, *words = (declared or {}).get("command") or ["NONE"]
    if kind == "NONE":
        return []
    return ["/bin/sh", "-c", *words] if kind == "CMD-SHELL" else list(words)


@dataclass(slots=True)
class ContainerHealth:
    """The health of a container whose definition declares a check. `run` starts the command, or fails with OSError.

    It is neither healthy nor unhealthy until a check has passed, or too many have failed after the start period.
    """

    declared: Mapping[str, Any]
    run: Callable[[Sequence[str]], Command]
    started: float
    healthy: bool = False
    unhealthy: bool = False
    _failed: int = 0
    _running: Command | None = None
    _deadline: float = 0.0
    _next: float = 0.0

    def __post_init__(self) -> None:
        """Let the first check wait."""
        self._next = self.started + float(self.declared.get("interval") or INTERVAL) / FIRST_DIVISOR

    def look(self, now: float) -> None:
        """Start a check that is due, or take the result of the one that runs. `now` is in seconds, as `started`."""
        if self._running is None:
            if now >= self._next:
                self._begin(now)
            return
        code = self._running.exit_code()
        if code is None and now < self._deadline:
            return
        self.close()
        self._observe(now, passed=code == 0)

    def close(self) -> None:
        """End a check that runs."""
        if self._running is not None:
            self._running.kill()
            self._running = None

    def _begin(self, now: float) -> None:
        try:
            self._running = self.run(command_of(self.declared))
            self._deadline = now + float(self.declared.get("timeout") or TIMEOUT)
        except OSError:  # the image has no such program
            self._observe(now, passed=False)

    def _observe(self, now: float, *, passed: bool) -> None:
        interval = float(self.declared.get("interval") or INTERVAL)
        in_start_period = now - self.started < float(self.declared.get("startPeriod") or 0) / START_DIVISOR
        if passed:
            self._failed, self.healthy, self.unhealthy = 0, True, False
        elif self.healthy or not in_start_period:
            self._failed += 1
            if self._failed >= int(self.declared.get("retries") or RETRIES):
                self.healthy, self.unhealthy = False, True
        self._next = now + (interval if self.healthy else interval / HASTE)
