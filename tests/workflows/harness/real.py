"""A world with the real constructs, as an administrator leaves it: the account set up, the base deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.sample import ENVIRONMENTS
from tests.workflows.harness import roles
from tests.workflows.harness.world import World, in_days

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws.lifecycle import EmbeddedAws

SAMPLE_ACCOUNT = "111111111111"
"""The id in the sample declaration."""

SAMPLES = ("accounts/main.yaml", "dev/base.yaml")

GAMMA = "environments/dev/gamma.yaml"
IMAGE = "v1.4.2"
DECLARED = f"""\
# yaml-language-server: $schema=../schema.json
kind: ad-hoc-app
owner: octocat
image: {IMAGE}
expires: {in_days(10)}
"""
"""A whole environment."""


def real_world(folder: Path, aws: EmbeddedAws, account: str) -> World:
    """Return a world with the sample account and the sample base dev in it."""
    samples = {
        f"environments/{path}": (ENVIRONMENTS / path).read_text().replace(SAMPLE_ACCOUNT, account) for path in SAMPLES
    }
    world = World(folder, aws, account, samples)
    world.administer("bootstrap")
    world.roles = roles.of_stack(world.client("cloudformation"))
    world.administer("deploy", "dev")
    world.push_image(IMAGE)
    return world
