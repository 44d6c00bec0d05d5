"""A push after main was forced elsewhere: what changed is deployed, whatever commit the event says was before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.workflows.conftest import make_world, world
from tests.workflows.harness import declarations
from tests.workflows.harness.world import in_days
from tests.workflows.test_deploy import ALPHA, ran

if TYPE_CHECKING:
    from tests.workflows.harness.world import World

__all__ = ["make_world", "world"]


def test_a_branch_that_is_forced_elsewhere_is_compared_with_what_it_still_has(world: World) -> None:
    kept = world.github.head()
    world.push({ALPHA: declarations.app(in_days(7), image="v1.1.0")})
    forced_away = world.github.head()
    world.github.git.set_ref("refs/heads/main", kept)
    world.github.commit({"environments/dev/beta.yaml": declarations.app(in_days(7))})
    run = world.deliver_push(forced_away, world.github.head())

    assert ran(run) == {"affected": "success", "apps dev/beta": "success", "report": "success"}
    assert "which the branch no longer has" in run.log_of("affected")
