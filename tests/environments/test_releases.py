"""Releases under load: what answers meanwhile, and that nobody notices, whether they succeed or not."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.naming import CACHE_SERVICE
from tests.environments import versions
from tests.environments.load import POSTS, load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.environments.world import Environment, World

NAME = "dev/gamma"
SETTINGS = {"environment": {"FEATURE_TIMELINE": "on"}, "services": {"beat": None}}
REQUESTS = 20_000
"""The most that are sent during a release."""
AROUND = 40
"""So many are answered before a release begins, and after it has ended."""
ADDS_COLUMN = "0002_post_language"
FAILS = "0002_divide_by_zero"
SIGN_UP = """\
from microblog.accounts.models import User
from microblog.api.services import create_token
user = User.objects.create_user("reader@example.com", "reader", "long enough for a test")
print("token:" + create_token(user=user, name="load") + ":")
"""


@pytest.fixture(scope="module")
def gamma(world: World) -> Environment:
    versions.make(world, "release-1", changes={})
    gamma = world.declare(NAME, image="release-1", **SETTINGS)
    world.deploy(NAME)
    return gamma


@pytest.fixture(scope="module")
def token(gamma: Environment) -> str:
    """Return a token of the API, of somebody who has just been made."""
    made = gamma.run("python", "manage.py", "shell", "--command", SIGN_UP)
    assert made.returncode == 0, made.stderr
    return made.stdout.split("token:")[1].partition(":")[0]


def release(gamma: Environment, tag: str) -> subprocess.CompletedProcess[str]:
    """Deploy a version. What it prints may hold a traceback, of the application."""
    gamma.world.declare(gamma.name, image=tag, **SETTINGS)
    with gamma.world.start("deploy", gamma.name) as process:
        stdout, stderr = process.communicate(timeout=gamma.world.timeout)
    return subprocess.CompletedProcess([tag], process.returncode, stdout, stderr)


def declared_images(gamma: Environment) -> set[str]:
    """Return the tags of the images that the application's services run."""
    ecs = gamma.world.client("ecs")
    definitions = [
        ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        for name, service in gamma.services().items()
        if name != CACHE_SERVICE
    ]
    return {one["containerDefinitions"][0]["image"].rpartition(":")[2] for one in definitions}


def applied(gamma: Environment) -> dict[str, float]:
    """Return when each migration was applied, in seconds of Unix time, by its name."""
    rows = gamma.rows("SELECT name, extract(epoch FROM applied) FROM django_migrations")
    return {name: float(seconds) for name, _, seconds in (row.partition("|") for row in rows)}


def serving(gamma: Environment) -> str:
    """Return the version that answers."""
    with gamma.visitor() as visitor:
        return str(visitor.get("/api/health-check/").json()["version"])


def test_release_migrates_before_it_takes_traffic_and_fails_no_request(
    gamma: Environment, token: str, tmp_path: Path
) -> None:
    versions.make(
        gamma.world,
        "release-2",
        changes={"microblog/posts/models.py": ("image_alt =", f"{versions.LANGUAGE}\n    image_alt =")},
        migration=(ADDS_COLUMN, versions.ADDS_LANGUAGE),
    )
    before = {task["taskArn"] for task in gamma.tasks("web")}

    with load(gamma.url, tmp_path / "answers", requests=REQUESTS, token=token) as sent:
        sent.go_on(AROUND)
        released = release(gamma, "release-2")
        sent.go_on(AROUND)

    assert released.returncode == 0, released.stderr
    assert sent.failures() == []
    assert sent.versions() == ["release-1", "release-2"]
    assert applied(gamma)[ADDS_COLUMN] < min(one.at for one in sent.answers if one.version == "release-2")
    (posts,) = gamma.rows("SELECT count(*) FROM posts_post")
    assert int(posts) == sum(one.path == POSTS for one in sent.answers)
    assert not before & {task["taskArn"] for task in gamma.tasks("web")}
    assert declared_images(gamma) == {"release-2"}


def test_release_with_a_failing_migration_is_rolled_back_told_and_fails_no_request(
    gamma: Environment, token: str, tmp_path: Path
) -> None:
    versions.make(gamma.world, "release-3", changes={}, migration=(FAILS, versions.DIVIDES_BY_ZERO))
    before = serving(gamma)

    with load(gamma.url, tmp_path / "answers", requests=REQUESTS, token=token) as sent:
        sent.go_on(AROUND)
        released = release(gamma, "release-3")
        sent.go_on(AROUND)

    assert released.returncode == 1
    assert f"posts.{FAILS}" in released.stderr
    assert "division by zero" in released.stderr
    assert sent.failures() == []
    assert sent.versions() == [before]
    assert FAILS not in applied(gamma)
    assert declared_images(gamma) == {before}
    assert gamma.world.statuses()["dev-gamma"] == "UPDATE_ROLLBACK_COMPLETE"


def test_version_that_fails_its_health_check_is_rolled_back_and_fails_no_request(
    gamma: Environment, token: str, tmp_path: Path
) -> None:
    sick = ('"version": settings.APP_VERSION})', '"version": settings.APP_VERSION}, status=500)')
    versions.make(gamma.world, "release-4", changes={"microblog/core/health.py": sick})
    before = serving(gamma)

    with load(gamma.url, tmp_path / "answers", requests=REQUESTS, token=token) as sent:
        sent.go_on(AROUND)
        released = release(gamma, "release-4")
        sent.go_on(AROUND)

    assert released.returncode == 1
    assert "Circuit Breaker" in released.stderr
    assert "health checks" in released.stderr
    assert sent.failures() == []
    assert sent.versions() == [before]
    assert declared_images(gamma) == {before}
    assert gamma.world.statuses()["dev-gamma"] == "UPDATE_ROLLBACK_COMPLETE"
