"""The life of an environment's data: it sleeps and wakes, is copied, and goes with its environment."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from constructs_lib.config.environments import parse_name
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from tests.environments.world import Environment, World

ALONE: dict[str, Any] = {"services": {"worker": None, "beat": None}}
HEALTH_CHECK = "/api/health-check/"
POSTS = "SELECT count(*) FROM posts_post"
DATABASES = "SELECT datname FROM pg_database"
ROLES = "SELECT rolname FROM pg_roles"
PATIENCE = 90.0  # seconds, until tasks are there or gone


@pytest.fixture(scope="module")
def original(world: World) -> Environment:
    """An environment with three posts in it."""
    environment = world.declare("dev/original", **ALONE)
    world.deploy("dev/original")
    assert environment.run("python", "manage.py", "generate_posts", "3").returncode == 0
    return environment


@pytest.fixture(scope="module")
def copy(original: Environment) -> Environment:
    """An environment that began with the data of the other one."""
    environment = original.world.declare("dev/copy", database={"seed_from": "original"}, **ALONE)
    original.world.deploy("dev/copy")
    return environment


def status(environment: Environment) -> int:
    with environment.visitor() as visitor:
        return visitor.get(HEALTH_CHECK).status_code


def test_sleep_stops_all_tasks_and_wake_finds_the_data(original: Environment) -> None:
    (task,) = original.tasks("web")
    assert original.processes(task)

    asleep = original.world.gitops("sleep", original.name)
    assert asleep.returncode == 0, asleep.stderr
    wait_until(lambda: not original.tasks("web") and not original.processes(task), PATIENCE)
    assert status(original) == 503
    listed = original.world.gitops("status").stdout
    assert re.search(rf"^{original.name} .*  asleep  ", listed, re.MULTILINE), listed

    awake = original.world.gitops("wake", original.name)
    assert awake.returncode == 0, awake.stderr
    wait_until(lambda: status(original) == 200, PATIENCE)
    assert original.rows(POSTS) == ["3"]
    assert original.tasks("web")[0]["taskArn"] != task["taskArn"]


def test_copy_has_the_data_and_a_role_of_its_own(original: Environment, copy: Environment) -> None:
    assert status(copy) == 200
    assert copy.rows(POSTS) == ["3"]
    assert copy.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'") == [
        parse_name(copy.name).database
    ]

    copy.rows("DELETE FROM posts_like; DELETE FROM posts_post WHERE id = (SELECT min(id) FROM posts_post)")
    assert copy.rows(POSTS) == ["2"]
    assert original.rows(POSTS) == ["3"]


def test_destroy_drops_database_and_role_and_a_new_deployment_starts_clean(
    original: Environment, copy: Environment
) -> None:
    name = parse_name(original.name).database
    assert name in copy.rows(DATABASES)
    assert name in copy.rows(ROLES)
    (task,) = original.tasks("web")

    destroyed = original.world.gitops("destroy", original.name, "--yes")

    assert destroyed.returncode == 0, destroyed.stderr
    assert name not in copy.rows(DATABASES)
    assert name not in copy.rows(ROLES)
    assert original.processes(task) == []
    assert status(original) == 404
    assert status(copy) == 200

    original.world.deploy(original.name)

    assert status(original) == 200
    assert original.rows(POSTS) == ["0"]
