"""The world of these tests: two environments on a base, deployed with the real constructs, running the application."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops.local import lifecycle
from gitops.local.loopback import ANY_PORT
from tests.environments.world import APPLICATION, Environment, World

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "111111111111"
BASE = Path(__file__).with_name("base.yaml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder; they share a world, and wait for it."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("environments")


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An embedded AWS of its own for each test process, with the base dev and the apps dev/alpha and dev/beta."""
    root = tmp_path_factory.mktemp("world")
    images = {"microblog": APPLICATION}
    aws, _ = lifecycle.up(root / ".gitops" / "local", port=ANY_PORT, account=ACCOUNT, images=images)
    try:
        yield _deployed(World.make(root, ACCOUNT, aws))
    finally:
        lifecycle.down(root / ".gitops" / "local")


def _deployed(world: World) -> World:
    world.account(ACCOUNT)
    world.write("dev/base.yaml", BASE.read_text())
    world.declare("dev/alpha")
    world.declare("dev/beta", services={"beat": None})
    world.deploy("--all")
    return world


@pytest.fixture(scope="session")
def alpha(world: World) -> Environment:
    return Environment(world, "dev/alpha")


@pytest.fixture(scope="session")
def beta(world: World) -> Environment:
    return Environment(world, "dev/beta")
