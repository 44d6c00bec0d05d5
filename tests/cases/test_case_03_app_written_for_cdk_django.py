"""Applications that take broker and result backend from REDIS_SERVICE_HOST alone, with databases of their choosing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from tests.cases.worlds import TAG, world_of_legacy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import Environment, World

TASKS = 6
KEYS_IN_EVERY_DATABASE = """\
import os, sys
import redis
for number in range(16):
    database = redis.Redis(host=os.environ["REDIS_SERVICE_HOST"], db=number)
    if sys.argv[1:]:
        database.set("celery", sys.argv[1])
    print("found:", number, (database.get("celery") or b"nothing").decode())
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev") as made:
        yield made


@pytest.fixture(scope="module")
def both(world: World) -> tuple[Environment, Environment]:
    """Two environments of the same unmodified application, with a worker each."""
    one, two = (world.declare(f"dev/{name}", image=TAG, settings_module="settings") for name in ("one", "two"))
    world.deploy(one.name, two.name)
    return one, two


def test_every_task_is_done_by_the_worker_of_the_environment_that_asked(both: tuple[Environment, Environment]) -> None:
    for environment, own in zip(both, ("one", "two"), strict=True):
        asked = environment.run("python", "enqueue.py", str(TASKS))
        assert asked.returncode == 0, asked.stdout + asked.stderr
        (line,) = (line for line in asked.stdout.splitlines() if "done by: " in line)
        assert json.loads(line.partition("done by: ")[2]) == [own] * TASKS
    for environment in both:
        received = [line for line in environment.logged("worker") if "legacy.who" in line and "received" in line]
        assert len(received) == TASKS


def test_no_database_of_the_cache_has_a_key_of_the_other(both: tuple[Environment, Environment]) -> None:
    one, two = both
    written = one.run("python", "-c", KEYS_IN_EVERY_DATABASE, "of one")
    assert written.stdout.count("of one") == 16, written.stdout + written.stderr

    seen = two.run("python", "-c", KEYS_IN_EVERY_DATABASE)

    assert seen.stdout.count("nothing") == 16, seen.stdout + seen.stderr
    assert "of one" not in seen.stdout
    assert one.run("python", "-c", KEYS_IN_EVERY_DATABASE).stdout.count("of one") == 16


def test_cache_that_is_replaced_is_found_under_its_name_again(both: tuple[Environment, Environment]) -> None:
    one, _two = both
    (task,) = one.tasks("cache")
    one.kill(task)

    asked = one.run("python", "enqueue.py", "1")

    assert 'done by: ["one"]' in asked.stdout, asked.stdout + asked.stderr
    assert [found["taskArn"] != task["taskArn"] for found in one.tasks("cache")] == [True]
