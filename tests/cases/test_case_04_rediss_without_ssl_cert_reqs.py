"""Production's cache, with TLS, a user and a password: by REDIS_URL alone, and what says so when it is by the host."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.environments import parse_name
from tests.cases.worlds import TAG, image, production, world_of_legacy
from tests.environments.world import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import World

BY_URL = """\
import os
CELERY_BROKER_URL = CELERY_RESULT_BACKEND = os.environ["REDIS_URL"]
"""
NAME = "prod/app"


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "prod") as made:
        made.image("by-url", image(made, settings=BY_URL))
        yield made


def test_application_that_connects_by_host_fails_before_it_rolls(world: World) -> None:
    production(world, NAME, image=TAG, settings_module="settings")

    refused = world.relayed("deploy", NAME)

    assert refused.returncode == 1
    assert "REDIS_SERVICE_HOST is not set in production" in refused.stderr
    assert "KeyError: 'REDIS_SERVICE_HOST'" in refused.stderr
    assert "the release command failed" in refused.stderr
    events = world.client("cloudformation").describe_stack_events(StackName=parse_name(NAME).stack)["StackEvents"]
    made = {event["ResourceType"] for event in events}
    assert "AWS::ECS::Cluster" in made
    assert "AWS::ECS::Service" not in made
    removed = world.gitops("destroy", NAME, "--confirm", NAME, "--yes")
    assert removed.returncode == 0, removed.stderr


def test_celery_takes_the_url_as_broker_and_as_result_backend(world: World) -> None:
    production(world, NAME, image="by-url", settings_module="settings")

    world.deploy(NAME)

    app = Environment(world, NAME)
    assert app.variables()["REDIS_URL"].endswith("/0?ssl_cert_reqs=required")
    asked = app.run("python", "enqueue.py", "2")
    assert asked.returncode == 0, asked.stdout + asked.stderr
    (line,) = (line for line in asked.stdout.splitlines() if "done by: " in line)
    assert json.loads(line.partition("done by: ")[2]) == ["app", "app"]
