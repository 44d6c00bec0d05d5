"""A base and an app on it that run in the embedded AWS, and programs that only note what they were asked to do."""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.gitops.checkouts import Checkout, wait_until

FAKE_PROGRAM = """\
#!{python}
import json, os, sys
name = os.path.basename(sys.argv[0])
with open({notes!r}, "a") as notes:
    environ = {{key: value for key, value in os.environ.items() if key.startswith(("AWS_", "PG"))}}
    notes.write(json.dumps({{"argv": [name, *sys.argv[1:]], "environ": environ}}) + "\\n")
{body}
"""
FORWARDS = """\
import signal, socket
parameters = json.loads(sys.argv[sys.argv.index("--parameters") + 1])
with socket.create_server(("127.0.0.1", int(parameters["localPortNumber"][0]))):
    signal.pause()
"""


@dataclass(frozen=True)
class Noted:
    """A program that was started: its name and arguments, and what of its environment matters."""

    argv: list[str]
    environ: Mapping[str, str]

    def option(self, name: str) -> str:
        return self.argv[self.argv.index(name) + 1]


@dataclass(frozen=True)
class Programs:
    """Programs on a PATH of their own that note how they are started."""

    folder: Path

    def install(self, *names: str, body: str = "") -> None:
        for name in names:
            file = self.folder / name
            file.write_text(FAKE_PROGRAM.format(python=sys.executable, notes=str(self._notes), body=body))
            file.chmod(0o755)

    @property
    def path(self) -> str:
        return str(self.folder)

    @property
    def started(self) -> list[Noted]:
        lines = self._notes.read_text().splitlines() if self._notes.exists() else []
        return [Noted(**json.loads(line)) for line in lines]

    @property
    def _notes(self) -> Path:
        return self.folder / "notes.jsonl"


@dataclass(frozen=True)
class RunningApp:
    """The app dev/alpha on the base dev, with a web service and a worker."""

    checkout: Checkout

    def service(self, name: str) -> dict[str, Any]:
        ecs = self.checkout.client("ecs")
        cluster = self.checkout.physical_id("dev-alpha", "Cluster")
        arn = self.checkout.physical_id("dev-alpha", name.capitalize())
        found: dict[str, Any] = ecs.describe_services(cluster=cluster, services=[arn])["services"][0]
        return found

    def tasks(self, name: str) -> list[str]:
        ecs = self.checkout.client("ecs")
        service = self.service(name)
        arns: list[str] = ecs.list_tasks(cluster=service["clusterArn"], serviceName=service["serviceName"])["taskArns"]
        return arns

    def scale(self, name: str, desired: int) -> None:
        service = self.service(name)
        self.checkout.client("ecs").update_service(
            cluster=service["clusterArn"], service=service["serviceName"], desiredCount=desired
        )
        wait_until(lambda: len(self.tasks(name)) == desired)

    def log(self, name: str, *events: tuple[int, str]) -> None:
        """Write events, (milliseconds since 1970, message), into the log group of a service."""
        write_log(self.checkout, self.checkout.physical_id("dev-alpha", f"{name.capitalize()}Logs"), *events)


def write_log(checkout: Checkout, group: str, *events: tuple[int, str]) -> None:
    """Write events, (milliseconds since 1970, message), into a log group."""
    logs = checkout.client("logs")
    existing = logs.describe_log_streams(logGroupName=group)["logStreams"]
    if not any(stream["logStreamName"] == "app/app/1" for stream in existing):
        logs.create_log_stream(logGroupName=group, logStreamName="app/app/1")
    logs.put_log_events(
        logGroupName=group,
        logStreamName="app/app/1",
        logEvents=[{"timestamp": timestamp, "message": message} for timestamp, message in events],
    )


def on_aws(checkout: Checkout, verb: str, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run a command for an AWS that credentials lead to, as the real one is."""
    return checkout.gitops(verb, "--target", "aws", *arguments, **{**checkout.environ(), **environ})


@pytest.fixture
def programs(tmp_path: Path) -> Programs:
    folder = tmp_path / "programs"
    folder.mkdir()
    return Programs(folder)


@pytest.fixture
def running_app(checkout: Checkout) -> RunningApp:
    checkout.base("dev")
    checkout.app("dev/alpha")
    create_stack(checkout, "dev/base", "ad-hoc-base", BASE_RESOURCES, BASE_OUTPUTS)
    create_stack(checkout, "dev/alpha", "ad-hoc-app", app_resources(), {})
    return RunningApp(checkout)


def create_stack(
    checkout: Checkout, name: str, kind: str, resources: Mapping[str, object], outputs: Mapping[str, object]
) -> None:
    stack = name.replace("/", "-")
    values = {key: {"Value": value} for key, value in outputs.items()}
    checkout.cloudformation().create_stack(
        StackName=stack,
        TemplateBody=json.dumps({"Resources": resources, "Outputs": values}),
        Tags=[{"Key": "gitops:environment", "Value": name}, {"Key": "gitops:kind", "Value": kind}],
    )
    wait_until(lambda: checkout.statuses()[stack] == "CREATE_COMPLETE")


BASE_RESOURCES = {
    "Bastion": {"Type": "AWS::EC2::Instance", "Properties": {"ImageId": "ami-1", "InstanceType": "t4g.nano"}}
}
BASE_OUTPUTS = {"BastionInstanceId": {"Ref": "Bastion"}, "DatabaseHost": "database.internal"}


def secret(logical_id: str, name: str, value: str) -> dict[str, object]:
    return {logical_id: {"Type": "AWS::SecretsManager::Secret", "Properties": {"Name": name, "SecretString": value}}}


def app_resources() -> dict[str, object]:
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        **secret("AdHocAppApplicationDatabasePassword096EB45C", "alpha-password", "the password of alpha"),
        **secret("AdHocAppApplicationSecretKey80167C9B", "alpha-key", "the key of alpha"),
        **secret("AdHocAppDatabasePasswordOfAnother", "another", "the password of another"),
        **service_resources("web"),
        **service_resources("worker"),
        "ReleaseLogs": log_group("release"),
        "OlderLogs": {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain"},
    }


def log_group(name: str) -> dict[str, object]:
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "Properties": {"Tags": [{"Key": "gitops:service", "Value": name}]},
    }


def service_resources(name: str) -> dict[str, object]:
    logical_id = name.capitalize()
    log_options = {
        "awslogs-group": {"Ref": f"{logical_id}Logs"},
        "awslogs-stream-prefix": "app",
        "awslogs-region": {"Ref": "AWS::Region"},
    }
    container = {
        "Name": "app",
        "Image": "microblog:v1",
        "LogConfiguration": {"LogDriver": "awslogs", "Options": log_options},
    }
    return {
        f"{logical_id}Logs": log_group(name),
        f"{logical_id}Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [container]}},
        logical_id: {
            "Type": "AWS::ECS::Service",
            "Properties": {
                "Cluster": {"Ref": "Cluster"},
                "TaskDefinition": {"Ref": f"{logical_id}Task"},
                "DesiredCount": 1,
                "LaunchType": "FARGATE",
                "EnableExecuteCommand": True,
                "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
                "Tags": [{"Key": "gitops:service", "Value": name}],
            },
        },
    }
