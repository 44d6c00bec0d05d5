"""An AWS account of its own for each test, and stacks in it."""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from botocore.config import Config

    from local_aws import lifecycle

REGION = "eu-central-1"


@dataclass(frozen=True)
class Account:
    """An AWS account of the embedded AWS that no other test uses."""

    aws: lifecycle.EmbeddedAws
    number: str

    def client(self, service: str, config: Config | None = None) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]  # stubs are installed for few services
            config=config,
            endpoint_url=self.aws.endpoint,
            region_name=REGION,
            aws_access_key_id=self.number,
            aws_secret_access_key="test",  # noqa: S106 - checked by nobody
        )

    def use_ecs(self) -> None:
        """Make ECS's service-linked role, without which the first cluster of an account is refused."""
        self.client("iam").create_service_linked_role(AWSServiceName="ecs.amazonaws.com")

    def deploy(
        self, name: str, resources: dict[str, Any], *, tags: dict[str, str] | None = None, **sections: Any
    ) -> Deployed:
        """Create or update a stack, wait for it and return it as it is then."""
        cloudformation = self.client("cloudformation")
        body = json.dumps({"Resources": resources, **sections})
        arguments = {
            "StackName": name,
            "TemplateBody": body,
            "Capabilities": ["CAPABILITY_NAMED_IAM"],
            "Tags": [{"Key": key, "Value": value} for key, value in (tags or {}).items()],
        }
        known = {stack["StackName"] for stack in cloudformation.describe_stacks()["Stacks"]}
        verb = "update" if name in known else "create"
        getattr(cloudformation, f"{verb}_stack")(**arguments)
        self._wait(name, f"stack_{verb}_complete")
        return self.deployed(name)

    def deployed(self, name: str) -> Deployed:
        cloudformation = self.client("cloudformation")
        outputs = cloudformation.describe_stacks(StackName=name)["Stacks"][0].get("Outputs", [])
        resources = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return Deployed(
            outputs={output["OutputKey"]: output["OutputValue"] for output in outputs},
            physical_ids={r["LogicalResourceId"]: r["PhysicalResourceId"] for r in resources},
        )

    def delete(self, name: str) -> None:
        self.client("cloudformation").delete_stack(StackName=name)
        self._wait(name, "stack_delete_complete")

    def _wait(self, name: str, state: str) -> None:
        waiter = self.client("cloudformation").get_waiter(state)
        try:
            waiter.wait(StackName=name, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})
        except WaiterError as error:
            error.add_note("\n".join(self.failures(name)))
            raise

    def failures(self, name: str) -> list[str]:
        """The reasons of the failed resources of a stack."""
        events = self.client("cloudformation").describe_stack_events(StackName=name)["StackEvents"]
        return [e.get("ResourceStatusReason", "") for e in events if e["ResourceStatus"].endswith("_FAILED")]


def push_image(aws: lifecycle.EmbeddedAws, account: str, image: str) -> None:
    """Push an image, REPOSITORY:TAG, to the registry of an account, and make its repository."""
    ecr = Account(aws, account).client("ecr")
    repository, _, tag = image.partition(":")
    with suppress(ecr.exceptions.RepositoryAlreadyExistsException):
        ecr.create_repository(repositoryName=repository)
    with suppress(ecr.exceptions.ImageAlreadyExistsException):
        ecr.put_image(repositoryName=repository, imageTag=tag, imageManifest=json.dumps({"tag": tag}))


def described(ecs: Any, cluster: str, task: str) -> dict[str, Any]:
    """Return a task; one that is new is not shown at once."""
    found = next(tasks for _ in range(2) if (tasks := ecs.describe_tasks(cluster=cluster, tasks=[task])["tasks"]))
    return dict(found[0])


@dataclass(frozen=True)
class Deployed:
    """What a stack consists of."""

    outputs: dict[str, str]
    physical_ids: dict[str, str]
