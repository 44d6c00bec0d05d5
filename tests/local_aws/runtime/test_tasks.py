"""Tasks of RunTask, as processes."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.gitops.checkouts import wait_until
from tests.local_aws.accounts import push_image
from tests.local_aws.runtimes import IMAGE, REGISTRY, runs

if TYPE_CHECKING:
    from tests.local_aws.runtimes import Runtime


@pytest.mark.parametrize("code", [0, 3])
def test_exit_code_is_the_process_s_own(runtime: Runtime, code: int) -> None:
    task = runtime.ended(runtime.run(runtime.definition("sh", "-c", f"echo one; echo two >&2; exit {code}")))

    assert task["containers"][0]["exitCode"] == code
    assert task["stoppedReason"] == "Essential container in task exited"
    assert task["stopCode"] == "EssentialContainerExited"
    assert runtime.log(task["taskArn"]) == ["one", "two"]


def test_overrides_take_the_place_of_command_and_variables(runtime: Runtime) -> None:
    definition = runtime.definition("false", environment=[{"name": "A", "value": "1"}, {"name": "B", "value": "2"}])

    task = runtime.run(definition, command=["sh", "-c", "echo $A $B"], environment=[{"name": "B", "value": "other"}])

    assert runtime.ended(task)["containers"][0]["exitCode"] == 0
    assert runtime.log(task) == ["1 other"]


def test_environment_is_the_definition_s_and_what_an_account_gives(
    runtime: Runtime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DEVELOPERS_OWN", "x")
    task = runtime.run(runtime.definition("env"))

    runtime.ended(task)
    names = {line.partition("=")[0] for line in runtime.log(task)}
    assert {
        "AWS_ENDPOINT_URL",
        "AWS_REGION",
        "PATH",
        "HOME",
        "TMPDIR",
    } <= names
    assert names.isdisjoint({"DEVELOPERS_OWN", "STATE_DIR", "GATEWAY_PORT", "NODE_PATH"})


def test_programs_ask_for_the_credentials_of_the_role_as_in_ecs(runtime: Runtime) -> None:
    program = (
        "import os, boto3; print([n for n in os.environ if n in ('AWS_ACCESS_KEY_ID', 'AWS_SESSION_TOKEN')]); "
        "print(boto3.client('sts').get_caller_identity()['Arn']); "
        "print(os.environ['AWS_CONTAINER_CREDENTIALS_FULL_URI'])"
    )
    task = runtime.run(runtime.definition(sys.executable, "-c", program))

    assert runtime.ended(task)["containers"][0]["exitCode"] == 0, runtime.log(task)
    variables, arn, address = runtime.log(task)
    assert variables == "[]"
    assert ":assumed-role/" in arn
    assert arn.endswith(str(task).rpartition("/")[2])
    assert httpx.get(address).json()["RoleArn"].startswith("arn:aws:iam::")
    assert httpx.get(f"{address[:-1]}x").status_code == 404


def test_secrets_are_resolved_whole_by_key_and_from_parameters(runtime: Runtime) -> None:
    secrets = runtime.client("secretsmanager")
    plain = secrets.create_secret(Name="plain", SecretString="whole")["ARN"]
    keyed = secrets.create_secret(Name="keyed", SecretString='{"password": "part"}')["ARN"]
    runtime.client("ssm").put_parameter(Name="/shop/token", Value="parameter", Type="SecureString")
    references = {"PLAIN": plain, "KEYED": f"{keyed}:password::", "TOKEN": "/shop/token"}
    definition = runtime.definition(
        "sh",
        "-c",
        "echo $PLAIN $KEYED $TOKEN",
        secrets=[{"name": name, "valueFrom": value} for name, value in references.items()],
    )

    task = runtime.run(definition)

    runtime.ended(task)
    assert runtime.log(task) == ["whole part parameter"]


def test_secrets_of_a_task_definition_of_a_stack_reach_the_task(runtime: Runtime) -> None:
    options = {"awslogs-group": "shop", "awslogs-stream-prefix": "app", "awslogs-region": "eu-central-1"}
    container = {
        "Name": "app",
        "Image": "shop:v1",
        "Command": ["sh", "-c", "echo $PASSWORD"],
        "Secrets": [{"Name": "PASSWORD", "ValueFrom": {"Ref": "Secret"}}],
        "LogConfiguration": {"LogDriver": "awslogs", "Options": options},
        "HealthCheck": {"Command": ["CMD", "true"], "Interval": 60},
    }
    role = runtime.execution_role()
    properties = {"Family": "stack", "ContainerDefinitions": [container], "ExecutionRoleArn": role}
    runtime.client("logs").create_log_group(logGroupName="shop")
    stack = runtime.deploy(
        "it",
        {
            "Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": {"SecretString": "of the stack"}},
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": properties},
        },
    )

    described = runtime.client("ecs").describe_task_definition(taskDefinition="stack")["taskDefinition"]
    task = runtime.run("stack")

    assert described["containerDefinitions"][0]["secrets"] == [
        {"name": "PASSWORD", "valueFrom": stack.physical_ids["Secret"]}
    ]
    assert described["containerDefinitions"][0]["logConfiguration"]["options"] == options
    assert described["containerDefinitions"][0]["healthCheck"]["command"] == ["CMD", "true"]
    assert runtime.ended(task)["containers"][0]["exitCode"] == 0
    assert runtime.log(task) == ["of the stack"]


def test_a_secret_that_is_not_there_keeps_the_task_from_starting(runtime: Runtime) -> None:
    arn = f"arn:aws:secretsmanager:eu-central-1:{runtime.number}:secret:absent-AbCdEf"
    definition = runtime.definition("true", secrets=[{"name": "A", "valueFrom": arn}])

    task = runtime.ended(runtime.run(definition))

    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("ResourceInitializationError")
    assert "exitCode" not in task["containers"][0]


def test_a_program_that_is_not_there_keeps_the_task_from_starting(runtime: Runtime) -> None:
    task = runtime.ended(runtime.run(runtime.definition("absent-program")))

    assert task["stopCode"] == "TaskFailedToStart"
    assert '"absent-program": executable file not found' in task["stoppedReason"]


def test_stopped_task_may_finish(runtime: Runtime, python: str) -> None:
    task = runtime.run(
        runtime.definition(python, "shop.py", "--bind=0.0.0.0:8000", portMappings=[{"containerPort": 8000}])
    )
    wait_until(lambda: runtime.task(task)["lastStatus"] == "RUNNING" and runtime.log(task))

    runtime.client("ecs").stop_task(task=task, reason="the test wants so")
    stopped = runtime.ended(task)

    assert stopped["containers"][0]["exitCode"] == 0
    assert stopped["stoppedReason"] == "the test wants so"
    assert stopped["stopCode"] == "UserInitiated"
    assert runtime.log(task)[-1] == "stopped well"


def test_a_task_that_does_not_stop_is_killed_with_what_it_started(runtime: Runtime) -> None:
    deaf = "trap '' TERM; sleep 300 & echo $!; wait; sleep 300"
    task = runtime.run(runtime.definition("sh", "-c", deaf, stopTimeout=2))
    wait_until(lambda: runtime.task(task)["lastStatus"] == "RUNNING" and runtime.log(task))
    child = int(runtime.log(task)[0])

    runtime.client("ecs").stop_task(task=task)

    assert runtime.ended(task)["containers"][0]["exitCode"] == 137
    assert not runs(child)


def test_two_tasks_listen_on_the_same_port(runtime: Runtime, python: str) -> None:
    definition = runtime.definition(python, "shop.py", "--bind=0.0.0.0:8000", portMappings=[{"containerPort": 8000}])
    tasks = [runtime.run(definition) for _ in range(2)]
    for task in tasks:
        wait_until(lambda task=task: runtime.task(task)["lastStatus"] == "RUNNING" and runtime.log(task))  # type: ignore[misc]

    addresses = {runtime.task(task)["attachments"][0]["details"][0]["value"] for task in tasks}

    assert len(addresses) == 2
    assert all(address.startswith("127.") for address in addresses)
    for task in tasks:
        runtime.client("ecs").stop_task(task=task)
        assert runtime.ended(task)["containers"][0]["exitCode"] == 0


def test_what_a_task_writes_is_its_own_and_gone_with_it(runtime: Runtime) -> None:
    task = runtime.run(runtime.definition("sh", "-c", "ls; echo new > file; pwd"))

    runtime.ended(task)
    *files, folder = runtime.log(task)
    assert files == ["shop.py", "version"]
    assert folder.startswith(str(runtime.state_dir))
    assert not Path(folder).exists()
    again = runtime.run(runtime.definition("ls"))
    runtime.ended(again)
    assert runtime.log(again) == ["shop.py", "version"]


def test_a_tag_may_have_a_folder_of_its_own(runtime: Runtime) -> None:
    runtime.version("v2")
    push_image(runtime.aws, REGISTRY, "shop:v3")
    for tag, version in (("v1", "v1"), ("v2", "v2"), ("v3", "v1")):
        task = runtime.run(runtime.definition("cat", "version", tag=tag))
        runtime.ended(task)
        assert runtime.log(task) == [version]


def test_an_image_without_a_folder_is_simulated(runtime: Runtime) -> None:
    runtime.client("ecs").register_task_definition(
        family="other", containerDefinitions=[{"name": "app", "image": "other:v1", "command": ["false"]}]
    )

    assert runtime.ended(runtime.run("other"))["containers"][0]["exitCode"] == 0


@pytest.mark.parametrize("image", ["shop:absent", "absent:v1"])
def test_an_image_that_its_registry_does_not_have_is_not_pulled(runtime: Runtime, image: str) -> None:
    """As ECS says it: `docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html`."""
    registry = IMAGE.removesuffix("shop")

    task = runtime.ended(runtime.run(runtime.definition("true", image=f"{registry}{image}")))

    assert task["stopCode"] == "TaskFailedToStart"
    assert task["stoppedReason"].startswith("CannotPullContainerError: pull image manifest")
    assert f"failed to resolve ref {registry}{image}: " in task["stoppedReason"]
    assert "exitCode" not in task["containers"][0]


def test_an_image_is_pulled_from_the_region_that_has_it(runtime: Runtime) -> None:
    elsewhere = IMAGE.replace("eu-central-1", "us-west-2")

    task = runtime.ended(runtime.run(runtime.definition("true", image=f"{elsewhere}:v1")))

    assert "The repository with name 'shop' does not exist" in task["stoppedReason"]


def test_a_new_task_is_missing_where_tasks_are_described_for_the_first_time(runtime: Runtime) -> None:
    task = runtime.run(runtime.definition("sleep", "60"))
    ecs = runtime.client("ecs")

    first, second = (ecs.describe_tasks(tasks=[task]) for _ in range(2))

    assert (first["tasks"], first["failures"]) == ([], [{"arn": task, "reason": "MISSING"}])
    assert [one["taskArn"] for one in second["tasks"]] == [task]


def test_no_cluster_is_made_for_a_task(runtime: Runtime) -> None:
    ecs = runtime.client("ecs")

    with pytest.raises(ecs.exceptions.ClusterNotFoundException):
        ecs.run_task(cluster="absent", taskDefinition=runtime.definition("true"))

    assert ecs.list_clusters()["clusterArns"] == []


def test_a_task_of_its_own_goes_on_though_its_health_check_fails(runtime: Runtime) -> None:
    definition = runtime.definition(
        *("sh", "-c", "sleep 4; echo done"),
        healthCheck={"command": ["CMD", "false"], "interval": 5, "timeout": 2, "retries": 1, "startPeriod": 0},
    )
    task = runtime.run(definition)
    wait_until(lambda: runtime.task(task).get("healthStatus") == "UNHEALTHY")

    assert runtime.ended(task)["containers"][0]["exitCode"] == 0
    assert runtime.log(task) == ["done"]
