"""Worlds for the tests of workflows: a GitHub, an account of AWS, and what they begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests import embedded
from tests.workflows.harness import declarations, roles
from tests.workflows.harness.world import World, in_days

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pathlib import Path

    from local_aws.lifecycle import EmbeddedAws


@pytest.fixture
def make_world(tmp_path: Path, embedded_aws: EmbeddedAws) -> Iterator[Callable[..., World]]:
    """Makes a world with one account, the base dev, apps on it by their names, and other files by their paths."""
    made: list[World] = []

    def make(others: Mapping[str, str] | None = None, **apps: str) -> World:
        account = embedded.new_account()
        files = {
            "app.py": declarations.SMALL_APP.read_text(),
            "environments/accounts/main.yaml": declarations.account(account),
            "environments/dev/base.yaml": declarations.base("dev"),
            **{f"environments/dev/{name}.yaml": text for name, text in apps.items()},
            **(others or {}),
        }
        world = World(tmp_path / str(len(made)), embedded_aws, account, files)
        made.append(world)
        world.roles = roles.make(world.client("iam"), account)
        world.client("s3").create_bucket(Bucket=f"templates-{account}")
        world.deploy_all()
        return world

    yield make
    for world in made:
        print(*world.runs, sep="\n\n")  # shown where a test fails
        world.close()
        assert world.github.violations == []
        assert world.github.refused == []


@pytest.fixture
def world(make_world: Callable[..., World]) -> World:
    """A world with the environment alpha on the base dev, both deployed."""
    return make_world(alpha=declarations.app(in_days(7)))
