"""Applications with variable names of their own: references become variables and secrets that connect."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cases.worlds import image, production, world_of_legacy
from tests.environments.world import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.environments.world import World

SETTINGS = """\
import os
import psycopg
import redis

assert not [name for name in os.environ if name.startswith(("POSTGRES_", "REDIS_"))], sorted(os.environ)
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    assert connection.execute("SELECT current_user").fetchone() == (os.environ["DATABASE_USER"],)
if "CELERY_BROKER_URL" in os.environ:
    redis.Redis.from_url(os.environ["CELERY_BROKER_URL"]).ping()
print("settings:", os.environ["DJANGO_ALLOWED_HOSTS"], len(os.environ["DJANGO_SECRET_KEY"]))
"""
OWN_NAMES = {
    "DATABASE_URL": "{database.url}?application_name={app.name}",
    "DATABASE_USER": "{database.username}",
    "DJANGO_ALLOWED_HOSTS": "{host}",
    "DJANGO_SECRET_KEY": "{secret_key}",
}
WITH_CACHE = {**OWN_NAMES, "CELERY_BROKER_URL": "{cache.url}"}
FIELDS: Mapping[str, Any] = {"image": "own-names", "settings_module": "settings", "default_variables": False}
WEB_ALONE = {"worker": None}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev", "prod") as made:
        made.image("own-names", image(made, settings=SETTINGS))
        yield made


def test_release_command_services_and_one_off_tasks_connect_by_the_names_of_the_declaration(world: World) -> None:
    app = world.declare("dev/one", **FIELDS, environment=WITH_CACHE, services=WEB_ALONE)

    world.deploy(app.name)

    asked = app.run("python", "-c", "import settings")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert "settings: one.dev.example.com 64" in asked.stdout
    assert any("settings: one.dev.example.com 64" in line for line in app.logged("web"))


def test_app_without_a_cache_has_no_service_for_one(world: World) -> None:
    app = world.declare("dev/two", **FIELDS, environment=OWN_NAMES, services=WEB_ALONE, cache=False)

    world.deploy(app.name)

    assert app.services().keys() == {"web"}
    assert app.run("python", "-c", "import settings").returncode == 0


def test_production_connects_to_its_cache_by_a_secret(world: World) -> None:
    production(
        world, "prod/app", **{**FIELDS, "default_variables": "false"}, environment=WITH_CACHE, services="{worker: null}"
    )

    world.deploy("prod/app")

    found = Environment(world, "prod/app").variables()
    assert found["CELERY_BROKER_URL"].startswith("rediss://")
    assert found["DATABASE_URL"].endswith("?application_name=app")
