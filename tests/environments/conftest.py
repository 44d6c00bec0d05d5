"""The world of these tests: two environments on a base, deployed with the real constructs, running the application."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import embedded
from tests.environments.world import Environment, World
from tests.sample import APPLICATION, needs_application

if TYPE_CHECKING:
    from collections.abc import Iterator

ACCOUNT = "111111111111"
BASE = Path(__file__).with_name("base.yaml")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, which need the application."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(needs_application)


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """An embedded AWS of its own for each test process, with the base dev."""
    root = tmp_path_factory.mktemp("world")
    images = {"microblog": APPLICATION}
    with embedded.embedded_aws(root / ".gitops" / "local", account=ACCOUNT, images=images) as aws:
        world = World.make(root, ACCOUNT, aws)
        world.account(ACCOUNT)
        world.write("dev/base.yaml", BASE.read_text())
        world.bootstrap()
        world.deploy("dev")
        yield world


@pytest.fixture(scope="session")
def apps(world: World) -> tuple[Environment, Environment]:
    """The apps dev/alpha and dev/beta, deployed at the same time."""
    both = world.declare("dev/alpha"), world.declare("dev/beta", services={"beat": None})
    world.deploy(*(app.name for app in both))
    return both


@pytest.fixture(scope="session")
def alpha(apps: tuple[Environment, Environment]) -> Environment:
    return apps[0]


@pytest.fixture(scope="session")
def beta(apps: tuple[Environment, Environment]) -> Environment:
    return apps[1]
