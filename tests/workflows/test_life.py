"""The life of an environment with the real constructs, by the workflows: planned, deployed, edited, destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.naming import TOOLKIT_STACK
from tests.workflows.demo import as_shown
from tests.workflows.harness.real import DECLARED, GAMMA, real_world
from tests.workflows.harness.tokens import token_in

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.lifecycle import EmbeddedAws

pytestmark = [
    pytest.mark.scenario,
    pytest.mark.timeout(1800),  # one test with four runs of real constructs
]

STANDING = {"accounts-main", TOOLKIT_STACK, "dev-base"}


def test_an_environment_lives_from_its_pull_request_to_its_end(tmp_path: Path, embedded_aws: EmbeddedAws) -> None:
    world = real_world(tmp_path / "world", embedded_aws, "210000000001")
    try:
        number, planned = world.open_pull_request({GAMMA: DECLARED}, branch="gamma")

        assert planned.jobs == {"synthesise": "success", "change-sets main": "success", "comment": "success"}
        (plan,) = world.github.comments_of_ours(number)
        assert "| `dev/gamma` | create | 44 created |" in as_shown(plan)
        assert set(world.stacks) == STANDING

        deployed = world.merge(number)

        ran = {job: result for job, result in deployed.jobs.items() if result != "skipped"}
        # No run has deployed before this one, so it goes through all that is declared for what others deployed.
        assert ran == {
            "affected": "success",
            "accounts accounts/main": "success",
            "bases dev/base": "success",
            "apps dev/gamma": "success",
            "report": "success",
        }
        assert world.stacks["dev-gamma"] == "CREATE_COMPLETE"
        (report,) = world.github.comments_of_ours(number)
        assert "| `dev/gamma` | ad-hoc-app | created | 44 |" in as_shown(report)
        assert "<https://gamma.dev.example.com>" in as_shown(report)
        (deployment,) = world.github.deployments("dev/gamma")
        assert deployment.state == "success"
        assert deployment.statuses[-1].environment_url == "https://gamma.dev.example.com"

        asked = world.comment(number, "octocat", "/destroy")
        order = f"/confirm {token_in(world.github.comments_of_ours(number))}"
        confirmed = world.comment(number, "octocat", order)

        assert asked.succeeded
        assert confirmed.succeeded
        assert world.github.read(GAMMA) is None
        assert set(world.stacks) == STANDING
        assert [deployment.state for deployment in world.github.deployments("dev/gamma")] == ["inactive"]
        assert world.github.violations == []
        assert world.github.refused == []
    finally:
        print(*world.runs, sep="\n\n")  # shown where it fails
        world.close()
