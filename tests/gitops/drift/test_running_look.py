"""What is asked of AWS about the services of apps, and what the embedded AWS adds."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from constructs_lib.config.model import AdHocAppConfig, ServiceConfig
from gitops.aws import embedded
from gitops.aws.cloudformation import DeployedResource
from gitops.aws.ecs import Service
from gitops.aws.session import AwsError
from gitops.aws.target import Target
from gitops.drift import running
from tests.gitops.factories import HOME, NOON, declaring, deployed, environment

if TYPE_CHECKING:
    from gitops.aws.embedded import EmbeddedEndpoint
    from gitops.aws.session import Session

BASE = environment("dev")
STACKS = [
    deployed("dev/alpha"),
    deployed("dev/beta", "UPDATE_ROLLBACK_FAILED", stack_id="beta"),
    deployed("dev/failed", "ROLLBACK_COMPLETE"),
    deployed("dev/base", kind="ad-hoc-base"),
]
SERVICES = {"web": ServiceConfig(port=8000), "frontend": ServiceConfig(port=3000, repository="frontend")}


class FakeDoor:
    """CloudFormation and ECS in one: the stack of dev/beta cannot be read."""

    asked: list[str]

    def __init__(self, *_arguments: object) -> None:
        """Take what the doors take."""

    def resources(self, stack: str) -> list[DeployedResource]:
        self.asked.append(stack)
        if stack == "beta":
            raise AwsError("AccessDenied")
        kinds = {"cluster": "AWS::ECS::Cluster", "web": "AWS::ECS::Service", "gone": "AWS::ECS::Service"}
        ids = {"gone": ""}
        return [
            DeployedResource(type=kind, logical_id=name, physical_id=ids.get(name, name), status="CREATE_COMPLETE")
            for name, kind in kinds.items()
        ]

    def services(self, cluster: str, arns: list[str]) -> list[Service]:
        assert (cluster, arns) == ("cluster", ["web"])
        return [
            Service(name="web", arn="web", cluster=cluster, task_definition="t:1", desired=1, running=1, launch={}),
        ]


@pytest.fixture(autouse=True)
def _doors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "CloudFormation", FakeDoor)
    monkeypatch.setattr(running, "Ecs", FakeDoor)
    monkeypatch.setattr(FakeDoor, "asked", [], raising=False)


def look(target: Target) -> dict[str, running.Running]:
    config = AdHocAppConfig(
        owner="octocat", repository="microblog", image="v1", services=SERVICES, expires="2026-12-01"
    )
    alpha = replace(environment("dev/alpha", BASE), config=config)
    found = running.look(cast("Session", None), target, declaring(BASE, alpha), STACKS, NOON)
    return {name: one for (where, name), one in found.items() if where == HOME}


def test_only_apps_that_run_are_asked_for_and_an_error_of_one_is_its_own() -> None:
    found = look(Target(None))

    assert found == {
        "dev/alpha": running.Running(tasks="1/1"),
        "dev/beta": running.Running(tasks="unknown", troubles=("its services are not known: AccessDenied",)),
    }
    assert len(FakeDoor.asked) == 2


@pytest.mark.parametrize(
    ("images", "simulated", "answers"),
    [
        (["microblog", "frontend"], (), True),
        (["microblog:v1"], ("frontend",), True),
        (["microblog:v2"], ("web", "frontend"), False),
        ([], ("web", "frontend"), False),
    ],
)
def test_services_of_images_without_a_folder_are_simulated(
    images: list[str],
    simulated: tuple[str, ...],
    answers: bool,  # noqa: FBT001 - a case
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(embedded, "images", lambda: images)

    alpha = look(Target(cast("EmbeddedEndpoint", object())))["dev/alpha"]

    assert (alpha.simulated, alpha.answers) == (simulated, answers)
