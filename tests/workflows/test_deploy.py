"""deploy.yml, run: what is merged is deployed in waves, and what is removed is destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workflows.harness import declarations
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.workflows

SKIPPED = dict.fromkeys(
    ("accounts", "bases", "apps", "production-bases", "production-apps", "removed-apps", "removed-bases", "refused"),
    "skipped",
)


def jobs(**ran: str) -> dict[str, str]:
    """The jobs of deploy.yml when these ran: each wave by what it ran for, `apps=dev/alpha`."""
    skipped = {name: result for name, result in SKIPPED.items() if name not in ran}
    return {"affected": "success", "report": "success", **skipped}


def test_one_app_that_fails_stops_no_other_and_makes_the_run_red(world: World) -> None:
    run = world.push(
        {
            "environments/dev/beta.yaml": declarations.app(in_days(7), behaviour="fails"),
            "environments/dev/gamma.yaml": declarations.app(in_days(7)),
        }
    )

    assert run is not None
    assert run.jobs == jobs(apps="") | {"apps dev/beta": "failure", "apps dev/gamma": "success"}
    assert world.stacks["dev-gamma"] == "CREATE_COMPLETE"
    assert world.stacks.get("dev-beta") != "CREATE_COMPLETE"
