"""Health checks of a target."""

from __future__ import annotations

import pytest

from local_aws.runtime.health import TargetHealth, matches


@pytest.mark.parametrize(
    ("checks", "healthy", "unhealthy"),
    [
        ("", False, False),
        ("x", False, False),
        ("xxx", False, True),
        ("o", True, False),  # a new target needs to pass one
        ("xxxo", True, False),
        ("oxx", True, False),
        ("oxxx", False, True),
        ("oxxxo", False, False),  # one that was healthy before needs more
        ("oxxxoo", True, False),
    ],
)
def test_thresholds(checks: str, healthy: bool, unhealthy: bool) -> None:  # noqa: FBT001 - a table
    health = TargetHealth(healthy_threshold=2, unhealthy_threshold=3)
    for check in checks:
        health.observe(passed=check == "o")

    assert (health.healthy, health.unhealthy) == (healthy, unhealthy)


@pytest.mark.parametrize(
    ("status", "codes", "matched"),
    [(200, "200", True), (204, "200", False), (204, "200,204", True), (250, "200-299", True), (302, "200-299", False)],
)
def test_codes(status: int, codes: str, matched: bool) -> None:  # noqa: FBT001 - a table
    assert matches(status, codes) == matched
