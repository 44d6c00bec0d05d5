"""Which image a service has to run: that of its declaration, and what else runs is drift."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

import pytest

from constructs_lib.config.model import AdHocAppConfig, ServiceConfig
from gitops.aws.cloudformation import DeployedResource
from gitops.aws.ecs import Container, Service, Task
from gitops.drift.detection import find_other_images
from tests.gitops.factories import NOON, deployed, environment

if TYPE_CHECKING:
    from gitops.aws.cloudformation import CloudFormation
    from gitops.aws.ecs import Ecs

REGISTRY = "111111111111.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = f"sha256:{'1' * 64}"
SERVICES = {
    "web": ServiceConfig(),
    "worker": ServiceConfig(image="v9"),
    "frontend": ServiceConfig(repository="site", image=DIGEST),
}
DECLARED = {"web": "microblog:v1", "worker": "microblog:v9", "frontend": f"site@{DIGEST}"}


@dataclass(frozen=True)
class FakeDoors:
    """CloudFormation and ECS in one: services with these images, each with a task that runs it or another."""

    defined: Mapping[str, str]
    running: Mapping[str, str]

    def resources(self, _stack: str) -> list[DeployedResource]:
        kinds = {"cluster": "AWS::ECS::Cluster", **dict.fromkeys(self.defined, "AWS::ECS::Service")}
        return [
            DeployedResource(type=kind, logical_id=name, physical_id=name, status="CREATE_COMPLETE")
            for name, kind in kinds.items()
        ]

    def services(self, cluster: str, names: list[str]) -> list[Service]:
        return [
            Service(name=name, arn=name, cluster=cluster, task_definition=name, desired=1, running=1, launch={})
            for name in names
        ]

    def container(self, definition: str) -> Container:
        image = f"{REGISTRY}/{self.defined[definition]}"
        return Container(name="app", image=image, environment={}, log_group="", stream_prefix="")

    def running_tasks(self, service: Service) -> list[Task]:
        image = f"{REGISTRY}/{self.running.get(service.name, self.defined[service.name])}"
        task = Task(
            arn="task",
            cluster=service.cluster,
            status="RUNNING",
            started=NOON,
            open_to_exec=True,
            exit_code=None,
            stopped_reason="",
            images={"app": image},
        )
        return [task]


def found(defined: Mapping[str, str], running: Mapping[str, str]) -> list[str]:
    config = AdHocAppConfig(
        owner="octocat", repository="microblog", image="v1", services=SERVICES, expires="2026-12-01"
    )
    alpha = replace(environment("dev/alpha", environment("dev")), config=config)
    doors = FakeDoors(defined, running)
    findings = find_other_images(
        [(alpha, deployed("dev/alpha"))], lambda _: cast("CloudFormation", doors), lambda _: cast("Ecs", doors)
    ).findings
    return [line for finding in findings for line in finding.details]


def test_images_of_services_own_are_no_drift() -> None:
    assert found(DECLARED, {}) == []


@pytest.mark.parametrize(
    ("service", "other"),
    [("web", "microblog:v9"), ("worker", "microblog:v1"), ("frontend", "site:v1"), ("frontend", f"other@{DIGEST}")],
)
def test_what_another_service_runs_is_drift_of_this_one(service: str, other: str) -> None:
    defined = {**DECLARED, service: other}
    declared = DECLARED[service]

    assert found(defined, {}) == [
        f"{service}: its task definition has {REGISTRY}/{other}; declared is {declared}",
        f"{service}: tasks run {REGISTRY}/{other}; declared is {declared}",
    ]
    assert found(DECLARED, {service: other}) == [f"{service}: tasks run {REGISTRY}/{other}; declared is {declared}"]
