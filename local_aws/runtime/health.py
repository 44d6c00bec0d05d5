"""Health checks of a target, as a load balancer makes them, but more often, so that a deployment takes seconds.

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
LONGEST_TIMEOUT = 2.0  # seconds; a task reacts to its end that much later while it is being checked


@dataclass(slots=True)
class TargetHealth:
    """The results of one target's checks. A new target is healthy after one success."""

    healthy_threshold: int
    unhealthy_threshold: int
    healthy: bool = False
    _seen_healthy: bool = False
    _passed: int = 0
    _failed: int = 0

    def observe(self, *, passed: bool) -> None:
        """Add the result of a check."""
        self._passed = self._passed + 1 if passed else 0
        self._failed = 0 if passed else self._failed + 1
        if self._passed >= (self.healthy_threshold if self._seen_healthy else 1):
            self.healthy = self._seen_healthy = True
        elif self.unhealthy:
            self.healthy = False

    @property
    def unhealthy(self) -> bool:
        """Whether it has failed ``unhealthy_threshold`` checks in a row."""
        return self._failed >= self.unhealthy_threshold


def interval(group: TargetGroup) -> float:
    """Return the seconds between two checks on this machine."""
    return group.interval / HASTE


@dataclass(frozen=True, slots=True)
class Response:
    """What a health check got: the status of a response, or None without one, after `timed_out` or at once."""

    status: int | None
    timed_out: bool = False

    @property
    def in_words(self) -> str:
        """Why it failed, as Elastic Load Balancing describes it.

        https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
        """
        if self.status is not None:
            return f"Health checks failed with these codes: [{self.status}]"
        return "Request timed out" if self.timed_out else "Health checks failed"


def probe(address: str, port: int, group: TargetGroup) -> Response:
    """Request the health check path of a target."""
    connection = http.client.HTTPConnection(address, port, timeout=min(group.timeout, LONGEST_TIMEOUT))
    try:
        connection.request("GET", group.path, headers={"User-Agent": "ELB-HealthChecker/2.0", "Connection": "close"})
        return Response(connection.getresponse().status)
    except TimeoutError:
        return Response(None, timed_out=True)
    except (OSError, http.client.HTTPException):
        return Response(None)
    finally:
        connection.close()


def matches(status: int | None, codes: str) -> bool:
    """Return whether a status is among ``codes``, such as ``200``, ``200,204`` or ``200-299``."""
    if status is None:
        return False
    ranges = [part.partition("-") for part in codes.split(",")]
    return any(int(first) <= status <= int(last or first) for first, _, last in ranges)
