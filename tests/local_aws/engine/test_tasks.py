"""Tasks of RunTask as containers: what the engine is asked for, and what ECS says where the engine refuses."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.engine import choice
from tests.gitops.checkouts import wait_until
from tests.local_aws.accounts import push_image
from tests.local_aws.runtimes import IMAGE, REGISTRY

if TYPE_CHECKING:
    from pathlib import Path

    from local_aws import lifecycle
    from tests.fake_engine.engine import FakeEngine
    from tests.local_aws.engine.conftest import Build
    from tests.local_aws.runtimes import Runtime


def variables(body: dict[str, Any]) -> dict[str, str]:
    return dict(pair.split("=", 1) for pair in body["Env"])


def test_the_engine_is_asked_for_what_the_task_definition_says(
    runtime: Runtime, engine: FakeEngine, build: Build, running_aws: tuple[Path, lifecycle.EmbeddedAws]
) -> None:
    build("v1", Entrypoint=["absent"], Env=["PATH=/usr/bin:/bin", "OF_IMAGE=1"])
    secret = runtime.client("secretsmanager").create_secret(Name="key", SecretString="secret")["ARN"]
    definition = runtime.definition(
        entryPoint=["sh", "-c"],
        command=["echo $GREETING $KEY $OF_IMAGE; exit 3"],
        environment=[{"name": "GREETING", "value": "hello"}],
        secrets=[{"name": "KEY", "valueFrom": secret}],
        linuxParameters={"initProcessEnabled": True},
    )

    arn = runtime.run(definition)
    task = runtime.ended(arn)

    assert task["containers"][0]["exitCode"] == 3
    assert task["stoppedReason"] == "Essential container in task exited"
    assert runtime.log(arn) == ["hello secret 1"]
    state_dir, aws = running_aws
    authorities = str(state_dir / "authority" / "authorities.pem")
    (created,) = engine.of("POST /containers/create")
    body = created.body
    assert created.query == {"name": f"{arn.rpartition('/')[2]}-app"}
    assert (body["Image"], body["Entrypoint"]) == (f"{IMAGE}:v1", ["sh"])
    assert body["Cmd"] == ["-c", "echo $GREETING $KEY $OF_IMAGE; exit 3"]
    assert body["Labels"] == {choice.LABEL: str(state_dir), "local-aws.task": arn, "local-aws.container": "app"}
    assert body["HostConfig"] == {
        "NetworkMode": "host",
        "Init": True,
        "Mounts": [{"Type": "bind", "Source": authorities, "Target": authorities, "ReadOnly": True}],
    }
    given = variables(body)
    assert given["AWS_ENDPOINT_URL"] == aws.endpoint
    assert given["SSL_CERT_FILE"] == authorities
    assert given["AWS_CONTAINER_CREDENTIALS_FULL_URI"].startswith(aws.endpoint)
    assert given.keys().isdisjoint({"PATH", "HOME", "TMPDIR", "DOCKER_HOST", "AWS_SECRET_ACCESS_KEY"})
    assert engine.containers == {}
    assert [one.container_id for one in engine.removed] == [engine.of("DELETE /containers/{id}")[0].in_path["id"]]


def test_an_image_says_what_the_task_definition_does_not(runtime: Runtime, engine: FakeEngine, build: Build) -> None:
    build("v1", Entrypoint=["echo"], Cmd=["on", "0.0.0.0:8000"])

    arn = runtime.run(runtime.definition())
    runtime.ended(arn)

    (line,) = runtime.log(arn)
    words = line.split()
    assert words[0] == "on"
    assert words[1].startswith("127.")
    assert words[1].endswith(":8000")
    assert len(engine.removed) == 1


def test_an_image_without_a_command_keeps_the_task_from_starting(
    runtime: Runtime, engine: FakeEngine, build: Build
) -> None:
    build("v1")

    task = runtime.ended(runtime.run(runtime.definition()))

    assert task["stopCode"] == "TaskFailedToStart"
    assert f"app has no command, in its task definition or in the image {IMAGE}:v1" in task["stoppedReason"]
    assert engine.of("POST /containers/create") == []


def test_programs_of_a_container_have_the_role_of_the_task(runtime: Runtime, engine: FakeEngine, build: Build) -> None:
    build("v1")
    program = "import boto3; print(boto3.client('sts').get_caller_identity()['Arn'])"

    arn = runtime.run(runtime.definition(sys.executable, "-c", program))

    assert runtime.ended(arn)["containers"][0]["exitCode"] == 0, runtime.log(arn)
    (line,) = runtime.log(arn)
    assert ":assumed-role/execution/" in line
    assert len(engine.removed) == 1


def test_an_image_that_the_engine_does_not_have_is_not_pulled_from_ecr(runtime: Runtime, engine: FakeEngine) -> None:
    task = runtime.ended(runtime.run(runtime.definition("true")))

    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"] == (
        f"CannotPullContainerError: the engine at {engine.host} has no image {IMAGE}:v1; "
        f"build it there: docker build --tag {IMAGE}:v1 FOLDER"
    )
    assert engine.of("POST /images/create") == []
    assert engine.of("POST /containers/create") == []


def test_an_image_that_its_registry_does_not_have_is_refused_though_the_engine_has_it(
    runtime: Runtime, engine: FakeEngine, build: Build
) -> None:
    build("v1")
    engine.images[f"{IMAGE}:unpushed"] = engine.images[f"{IMAGE}:v1"]

    task = runtime.ended(runtime.run(runtime.definition("true", tag="unpushed")))

    del engine.images[f"{IMAGE}:unpushed"]
    assert task["stoppedReason"].startswith("CannotPullContainerError: pull image manifest has been retried")
    assert engine.requests == []


def test_an_image_of_another_registry_that_cannot_be_pulled(runtime: Runtime, engine: FakeEngine) -> None:
    task = runtime.ended(runtime.run(runtime.definition("true", image="example.com/absent:v1")))

    assert task["stoppedReason"] == (
        "CannotPullContainerError: manifest for example.com/absent:v1 not found: manifest unknown: manifest unknown"
    )
    assert [one.query for one in engine.of("POST /images/create")] == [{"fromImage": "example.com/absent", "tag": "v1"}]


@pytest.mark.parametrize(
    ("operation", "message"),
    [
        ("POST /containers/create", "no space left on device"),
        ("POST /containers/{id}/start", "error while creating mount source path"),
        ("GET /images/{name}/json", "the engine is shutting down"),
    ],
)
def test_what_the_engine_refuses_is_the_reason_and_later_tasks_run(
    runtime: Runtime, engine: FakeEngine, build: Build, operation: str, message: str
) -> None:
    build("v1")
    definition = runtime.definition("true")
    engine.refuse(operation, 500, message)

    refused = runtime.ended(runtime.run(definition))
    engine.accept_all()
    accepted = runtime.ended(runtime.run(definition))

    assert refused["stopCode"] == "TaskFailedToStart"
    assert message in refused["stoppedReason"]
    assert "exitCode" not in refused["containers"][0]
    assert accepted["containers"][0]["exitCode"] == 0
    assert engine.containers == {}


def test_a_program_that_is_not_there_keeps_the_task_from_starting(
    runtime: Runtime, engine: FakeEngine, build: Build
) -> None:
    build("v1")

    task = runtime.ended(runtime.run(runtime.definition("absent")))

    assert task["stoppedReason"].startswith("CannotStartContainerError: ")
    assert 'exec: "absent": executable file not found in $PATH' in task["stoppedReason"]
    assert engine.containers == {}


def test_a_stopped_task_has_the_time_that_its_definition_gives_it(
    runtime: Runtime, engine: FakeEngine, build: Build
) -> None:
    build("v1")
    arn = runtime.run(runtime.definition("sh", "-c", "trap 'echo ends; exit 0' TERM; echo begun; sleep 60 & wait"))
    wait_until(lambda: runtime.log(arn) == ["begun"])

    runtime.client("ecs").stop_task(task=arn, reason="enough")
    task = runtime.ended(arn)

    assert (task["stoppedReason"], task["containers"][0]["exitCode"]) == ("enough", 0)
    assert runtime.log(arn) == ["begun", "ends"]
    assert [one.query for one in engine.of("POST /containers/{id}/stop")] == [{"t": "5"}]
    assert engine.containers == {}


def test_an_image_with_a_folder_runs_as_a_process(runtime: Runtime, engine: FakeEngine) -> None:
    image = IMAGE.replace("/shop", "/mapped")

    arn = runtime.run(runtime.definition("sh", "-c", "echo here", image=f"{image}:v1"))

    assert runtime.ended(arn)["containers"][0]["exitCode"] == 0
    assert runtime.log(arn) == ["here"]
    assert engine.requests == []


def test_an_image_may_be_in_the_engine_without_its_registry(runtime: Runtime, engine: FakeEngine, build: Build) -> None:
    build("v1")
    push_image(runtime.aws, REGISTRY, "shop:short")
    engine.images["shop:short"] = engine.images[f"{IMAGE}:v1"]

    task = runtime.ended(runtime.run(runtime.definition("true", tag="short")))

    del engine.images["shop:short"]
    assert task["containers"][0]["exitCode"] == 0
    assert [one.body["Image"] for one in engine.of("POST /containers/create")] == ["shop:short"]
