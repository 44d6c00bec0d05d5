"""The command after a release: services of the new version are stable, and its failure is told and changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.worlds import TAG, world_of_legacy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import Environment, World

NAME = "dev/one"
WARM = "import os; print('warming', os.environ['LEVEL'])"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev") as made:
        yield made


def declared(world: World, level: str, program: str) -> Environment:
    return world.declare(
        NAME,
        image=TAG,
        environment={"LEVEL": level},
        post_release_command=["python", "-c", program],
        services={"worker": None},
    )


def test_it_runs_after_each_release(world: World) -> None:
    app = declared(world, "1", WARM)

    deployed = world.relayed("deploy", NAME)

    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert "post_release_command" not in deployed.stdout + deployed.stderr
    assert any("warming 1" in line for line in app.logged("post-release"))


def test_its_failure_is_told_and_the_new_version_stays(world: World) -> None:
    app = declared(world, "2", f"{WARM}; raise SystemExit(3)")

    deployed = world.relayed("deploy", NAME)

    said = deployed.stdout + deployed.stderr
    assert deployed.returncode == 0, said
    assert "updated" in said
    assert "post_release_command failed" in said
    assert "exit code 3" in said
    assert "warming 2" in said
    assert f"gitops run {NAME}" in said
    assert app.variables()["LEVEL"] == "2"
    assert world.statuses()["dev-one"] == "UPDATE_COMPLETE"


def test_what_is_deployed_already_does_not_run_again(world: World) -> None:
    deployed = world.relayed("deploy", NAME)

    assert "unchanged" in deployed.stdout
    assert "post_release_command" not in deployed.stdout + deployed.stderr
