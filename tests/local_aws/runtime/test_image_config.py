"""Tasks run as their image's Dockerfile says, where the task definition says nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from tests.local_aws.runtimes import Runtime

DOCKERFILE = """\
FROM python:3.13
WORKDIR /srv/shop
COPY . .
ENV COLOUR=red SIZE=large PATH=/opt/venv/bin PLACE=/srv/shop/version
ENTRYPOINT ["/srv/shop/entry"]
CMD ["echo", "of the image"]
"""
ENTRY = '#!/bin/sh\necho "entry $COLOUR $SIZE"\nexec "$@"\n'


@pytest.fixture
def image(runtime: Runtime) -> Runtime:
    runtime.version("dockerfile", Dockerfile=DOCKERFILE, entry=ENTRY)
    return runtime


def said(runtime: Runtime, *command: str, **more: Any) -> list[str]:
    task = runtime.ended(runtime.run(runtime.definition(*command, tag="dockerfile", **more)))
    return runtime.log(task["taskArn"])


def test_entry_point_command_and_variables_are_the_image_s(image: Runtime) -> None:
    assert said(image) == ["entry red large", "of the image"]


def test_command_and_variables_of_the_definition_come_first(image: Runtime) -> None:
    blue = [{"name": "COLOUR", "value": "blue"}]

    assert said(image, "echo", "of the definition", environment=blue) == ["entry blue large", "of the definition"]


def test_entry_point_of_the_definition_leaves_the_image_s_command_out(image: Runtime) -> None:
    assert said(image, entryPoint=["echo", "own"]) == ["own"]
    assert said(image, "more", entryPoint=["echo", "own"]) == ["own more"]


def test_paths_of_the_image_are_those_of_the_copy(image: Runtime) -> None:
    assert said(image, "sh", "-c", 'cat "$PLACE"; cat version')[1:] == ["dockerfiledockerfile"]


def test_without_any_command_a_task_does_not_start(runtime: Runtime) -> None:
    task = runtime.ended(runtime.run(runtime.definition()))

    assert task["stopCode"] == "TaskFailedToStart"
    assert "app has no command, in its task definition or in a Dockerfile in " in task["stoppedReason"]
