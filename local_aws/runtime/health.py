"""Health checks of a target, as a load balancer makes them, but more often: a machine's owner waits for them.

https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
"""

from __future__ import annotations

import http.client
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from local_aws.ministack.load_balancing import TargetGroup

HASTE = 30
"""A check that is declared for every 15 seconds is made every half second."""
LONGEST_TIMEOUT = 2.0  # seconds; a task that is being checked notices its end later by as much


@dataclass(slots=True)
class TargetHealth:
    """What the checks of one target have shown. A new target needs to pass one."""

    healthy_threshold: int
    unhealthy_threshold: int
    healthy: bool = False
    _seen_healthy: bool = False
    _passed: int = 0
    _failed: int = 0

    def observe(self, *, passed: bool) -> None:
        """Take the result of a check into account."""
        self._passed = self._passed + 1 if passed else 0
        self._failed = 0 if passed else self._failed + 1
        if self._passed >= (self.healthy_threshold if self._seen_healthy else 1):
            self.healthy = self._seen_healthy = True
        elif self.unhealthy:
            self.healthy = False

    @property
    def unhealthy(self) -> bool:
        """Whether it has failed as many checks in a row as make a target unhealthy."""
        return self._failed >= self.unhealthy_threshold


def interval(group: TargetGroup) -> float:
    """Return the seconds between two checks on this machine."""
    return group.interval / HASTE


def probe(address: str, port: int, group: TargetGroup) -> int | None:
    """Ask a target for its health check's page; return the status that it answers with, None without an answer."""
    connection = http.client.HTTPConnection(address, port, timeout=min(group.timeout, LONGEST_TIMEOUT))
    try:
        connection.request("GET", group.path, headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


def matches(status: int | None, codes: str) -> bool:
    """Tell whether a status is among ``codes``, such as ``200``, ``200,204`` or ``200-299``."""
    if status is None:
        return False
    ranges = [part.partition("-") for part in codes.split(",")]
    return any(int(first) <= status <= int(last or first) for first, _, last in ranges)
