"""The only door to CloudFormation. Deployments themselves go through the CDK CLI; see cdk.py."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

import yaml
from botocore.exceptions import ClientError

from constructs_lib.config.model import CONFIG_OF_KIND, is_production_kind
from constructs_lib.config.naming import ENVIRONMENT_TAG, KIND_TAG, PUBLISHED_VALUES
from gitops.aws import stack_status
from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping
    from datetime import datetime

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

STACK_ID_TAG = "aws:cloudformation:stack-id"
LOGICAL_ID_TAG = "aws:cloudformation:logical-id"
"""Tags that CloudFormation gives to the resources of a stack, and that they keep when it is deleted.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-resource-tags.html
"""

_BEGINNINGS = {"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "DELETE_IN_PROGRESS", "IMPORT_IN_PROGRESS"}
_PARAMETERS = 10
"""https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameters.html"""
_FRAME = re.compile(r"\n\s+at .+:\d+:\d+\)?(?=\n|$)")
"""A line of the stack trace of a Node program, such as the CDK's own functions for custom resources."""
_CANCELLED = ("Resource creation cancelled", "Resource update cancelled")


@dataclass(frozen=True, kw_only=True, slots=True)
class DeployedStack:
    """A stack as CloudFormation describes it. `changed` is when its last operation began, or when it was deleted.

    `resolved` are the values that it has of what bases publish, by the names of the SSM parameters. Other parameters,
    such as the newest image of Amazon Linux, are taken anew with a deployment and are no reason for one.
    """

    name: str
    stack_id: str
    where: AccountRegion
    status: str
    status_reason: str
    changed: datetime
    tags: Mapping[str, str]
    outputs: Mapping[str, str]
    protected: bool
    resolved: Mapping[str, str]

    @property
    def environment(self) -> str | None:
        """The environment that the stack is, `dev/alpha`, or None when gitops did not create it."""
        return self.tags.get(ENVIRONMENT_TAG)

    @property
    def kind(self) -> str:
        """The kind of declaration that the stack was made from; empty when gitops did not create it."""
        return self.tags.get(KIND_TAG, "")

    @property
    def needs_confirmation(self) -> str | None:
        """Why its destruction takes the name of its environment a second time, or None."""
        if is_production_kind(self.kind):
            return "is production"
        if self.kind not in CONFIG_OF_KIND:
            return f"has a stack without the tag {KIND_TAG}, so it may be production"
        return "has termination protection" if self.protected else None


@dataclass(frozen=True, kw_only=True, slots=True)
class DeployedResource:
    """One resource of a stack. `physical_id` is empty while it does not exist."""

    type: str
    logical_id: str
    physical_id: str
    status: str


@dataclass(frozen=True, kw_only=True, slots=True)
class StackEvent:
    """Something that happened to a resource of a stack, or to the stack itself."""

    type: str
    logical_id: str
    physical_id: str
    status: str
    reason: str
    of_stack: bool


class CloudFormation:
    """CloudFormation in one account and region.

    Every method raises AwsError when AWS cannot be reached or refuses.
    """

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self.where = where
        self._session = session
        self._client: CloudFormationClient = session.client("cloudformation", where)

    def stacks(self) -> list[DeployedStack]:
        """Return every stack that exists, including those that gitops did not create."""
        with translate_errors():
            pages = self._client.get_paginator("describe_stacks").paginate()
            described = [self._deployed_stack(stack) for page in pages for stack in page["Stacks"]]
        return [stack for stack in described if stack.status != stack_status.DELETED]

    def stack(self, name_or_id: str) -> DeployedStack | None:
        """Return one stack or None. A deleted stack is found by its id alone."""
        with translate_errors():
            try:
                described = self._client.describe_stacks(StackName=name_or_id)["Stacks"]
            except ClientError as error:
                # CloudFormation has no code of its own for this.
                if "does not exist" in error.response["Error"]["Message"]:
                    return None
                raise
        return self._deployed_stack(described[0])

    def resources(self, name_or_id: str) -> list[DeployedResource]:
        """Return the resources of a stack, those already deleted included."""
        with translate_errors():
            pages = self._client.get_paginator("list_stack_resources").paginate(StackName=name_or_id)
            return [
                DeployedResource(
                    type=resource["ResourceType"],
                    logical_id=resource["LogicalResourceId"],
                    physical_id=resource.get("PhysicalResourceId", ""),
                    status=resource["ResourceStatus"],
                )
                for page in pages
                for resource in page["StackResourceSummaries"]
            ]

    def template(self, name_or_id: str) -> object:
        """Return the template of a stack as it was last given to CloudFormation, parsed.

        The CDK CLI gives it a template that it need not upload as YAML. Tags, as people write them, are not parsed.
        """
        with translate_errors():
            # boto3 has parsed it when it is JSON; its types say that it always has.
            body: object = self._client.get_template(StackName=name_or_id, TemplateStage="Original")["TemplateBody"]
        if not isinstance(body, str):
            return body
        with suppress(yaml.YAMLError):
            return yaml.load(body, yaml.CSafeLoader)
        return body

    def events(self, stack_id: str) -> Iterator[StackEvent]:
        """Yield the events of a stack, a deleted one's too, newest first; pages are asked for as they are needed."""
        with translate_errors():
            for page in self._client.get_paginator("describe_stack_events").paginate(StackName=stack_id):
                for event in page["StackEvents"]:
                    yield StackEvent(
                        type=event["ResourceType"],
                        logical_id=event["LogicalResourceId"],
                        physical_id=event.get("PhysicalResourceId", ""),
                        status=event["ResourceStatus"],
                        reason=event.get("ResourceStatusReason", ""),
                        of_stack=event.get("PhysicalResourceId") == stack_id,
                    )

    def unprotect(self, stack_id: str) -> None:
        """Switch a stack's termination protection off."""
        with translate_errors():
            self._client.update_termination_protection(StackName=stack_id, EnableTerminationProtection=False)

    def delete(self, stack_id: str) -> None:
        """Ask CloudFormation to delete a stack; it goes on by itself."""
        with translate_errors():
            self._client.delete_stack(StackName=stack_id)

    def is_bootstrapped(self, parameter: str) -> bool:
        """Whether `cdk bootstrap` was run here: it leaves its version in an SSM parameter."""
        client = self._session.client("ssm", self.where)
        with translate_errors():
            # Unlike GetParameter, this answers for a missing one without an error.
            return bool(client.get_parameters(Names=[parameter])["Parameters"])

    def published(self, names: Collection[str]) -> dict[str, str]:
        """Return the values of SSM parameters, of those that exist."""
        client = self._session.client("ssm", self.where)
        batches = [sorted(names)[start : start + _PARAMETERS] for start in range(0, len(names), _PARAMETERS)]
        with translate_errors():
            found = [p for batch in batches for p in client.get_parameters(Names=batch)["Parameters"]]
        return {parameter["Name"]: parameter["Value"] for parameter in found}

    def _deployed_stack(self, stack: StackTypeDef) -> DeployedStack:
        return DeployedStack(
            name=stack["StackName"],
            stack_id=stack["StackId"],
            where=self.where,
            status=stack["StackStatus"],
            status_reason=stack.get("StackStatusReason", ""),
            changed=stack.get("DeletionTime", stack.get("LastUpdatedTime", stack["CreationTime"])),
            tags={tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])},
            outputs={output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs", [])},
            protected=stack.get("EnableTerminationProtection", False),
            resolved={
                parameter["ParameterValue"]: parameter["ResolvedValue"]
                for parameter in stack.get("Parameters", [])
                if "ResolvedValue" in parameter and parameter["ParameterValue"].startswith(PUBLISHED_VALUES)
            },
        )


def first_failures(newest_first: Iterable[StackEvent], limit: int = 3) -> list[str]:
    """Return the first failures of a stack's last operation, oldest first, of at most `limit` resources.

    Events of earlier operations are left out, and so are resources that were only cancelled because another
    one failed. When no resource failed, the stack's own reason is all there is.
    """
    resources: list[str] = []
    stack: list[str] = []
    for event in newest_first:
        if event.of_stack and event.status in _BEGINNINGS:
            break
        if event.of_stack:
            stack += [event.reason] if event.reason else []
        elif event.status.endswith("_FAILED") and not event.reason.startswith(_CANCELLED):
            resources.append(f"{event.logical_id} ({event.type}): {_FRAME.sub('', event.reason) or event.status}")
    return list(dict.fromkeys(reversed(resources)))[:limit] or stack[-1:]


def kept(events: Iterable[StackEvent]) -> list[StackEvent]:
    """Return the events that tell of resources which the stack has let go of without deleting them."""
    return [event for event in events if event.status == "DELETE_SKIPPED"]
