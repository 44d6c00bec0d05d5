"""command.yml, run: a comment deploys production once somebody has approved it, with a role of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workflows.harness import declarations

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

FILE = "environments/prod/app.yaml"
WRITER = "octocat"


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world with the environment prod/app, deployed on its base."""
    base = declarations.base("prod", "10.30.0.0/16", kind="prod-base")
    return make_world({"environments/prod/base.yaml": base, FILE: declarations.production_app()})


@pytest.fixture
def number(world: World) -> int:
    """A pull request that touches no environment, to comment on."""
    world.github.commit({"notes.md": "Nothing\n"}, branch="notes")
    return world.github.open_pull_request(branch="notes")


def ran(run: Run) -> dict[str, str]:
    """The jobs that ran."""
    return {name: result for name, result in run.jobs.items() if result != "skipped"}


def test_a_new_image_is_committed_and_deployed_with_the_role_of_production(world: World, number: int) -> None:
    world.push_image("v1.1.0")

    run = world.comment(number, WRITER, "/deploy prod/app v1.1.0")

    assert ran(run) == {
        "decide": "success",
        "git prod/app": "success",
        "approve-production prod/app": "success",
        "production prod/app": "success",
    }
    assert run.roles == (("production", "production"),)
    assert "image: v1.1.0" in (world.github.read(FILE) or "")
    assert world.stacks["prod-app"] == "UPDATE_COMPLETE"
    assert "**`prod/app`**: updated" in world.github.comments_of_ours(number)[-1]
    assert [deployment.state for deployment in world.github.deployments("prod/app")] == ["success"]


def test_an_approval_that_nobody_has_to_give_stops_the_job_before_it_takes_a_role(world: World, number: int) -> None:
    world.github.state.settings.environments["production-approval"].reviewers = 0

    run = world.comment(number, WRITER, "/deploy prod/app")

    assert ran(run) == {
        "decide": "success",
        "approve-production prod/app": "success",
        "production prod/app": "failure",
    }
    assert run.failed_steps == ["production prod/app: Settings of GitHub"]
    assert "environment production-approval: required reviewers" in run.log_of("production prod/app")
    assert run.roles == ()
    assert world.stacks["prod-app"] == "CREATE_COMPLETE"
    assert world.github.deployments("prod/app") == []
