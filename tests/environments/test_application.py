"""Two environments of the example application, side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tests.environments.world import Environment


def test_each_answers_at_its_url_and_works(alpha: Environment, beta: Environment) -> None:
    for environment, own, other in ((alpha, "alpha", "beta"), (beta, "beta", "alpha")):
        with environment.visitor() as visitor:
            assert visitor.get("/api/ready/").json()["checks"] == {"database": True, "cache": True}
            page = visitor.get("/").text
            assert f"μblog · {own} ·" in page
            assert f"· {other} ·" not in page
