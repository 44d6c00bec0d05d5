"""The door to change sets that are only looked at: made, read, and deleted again. None is ever executed."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING
from uuid import uuid4

from constructs_lib.config.naming import CHANGE_SET_PREFIX
from gitops.aws.session import AwsError, translate_errors
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import OperationEventTypeDef, ResourceChangeTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

COMPLETE = "CREATE_COMPLETE"
FAILED = "FAILED"

_WITHOUT_CHANGES = ("didn't contain changes", "No updates are to be performed")


@dataclass(frozen=True, kw_only=True, slots=True)
class ResourceDifference:
    """The change of one resource in a change set, in CloudFormation's terms; `properties` are those that change.

    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_ResourceChange.html
    """

    action: str
    logical_id: str
    type: str
    replacement: str
    policy_action: str
    properties: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangeSetState:
    """How far CloudFormation is with a change set. `arn` is that of the change set."""

    status: str
    reason: str
    arn: str = ""

    @property
    def has_ended(self) -> bool:
        """Whether it will not change any more."""
        return self.status in {COMPLETE, FAILED}

    @property
    def is_empty(self) -> bool:
        """Whether CloudFormation refused it because nothing would change."""
        return self.status == FAILED and any(words in self.reason for words in _WITHOUT_CHANGES)

    @property
    def has_failures(self) -> bool:
        """Whether CloudFormation refused it and tells why in events alone: its validations and hooks failed."""
        return self.status == FAILED and "DescribeEvents" in self.reason


class ChangeSets:
    """Change sets in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: CloudFormationClient = session.client("cloudformation", where)

    @contextmanager
    def made(self, stack: str, template: str, tags: Mapping[str, str]) -> Iterator[str]:
        """Make a change set of an existing stack, yield its name, and always delete it.

        A template with macros is refused: they would run with the rights of the account.
        """
        name = f"{CHANGE_SET_PREFIX}-{uuid4().hex}"
        try:
            with translate_errors():
                self._client.create_change_set(
                    StackName=stack,
                    ChangeSetName=name,
                    ChangeSetType="UPDATE",
                    TemplateBody=template,
                    Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
                    Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
                    Description="Shows what a pull request would change; never executed",
                )
            yield name
        finally:
            # Also after a request that failed: its answer may have been lost on the way.
            self._delete(stack, name)

    def state(self, stack: str, name: str) -> ChangeSetState:
        """Return how far CloudFormation is."""
        with translate_errors():
            answer = self._client.describe_change_set(StackName=stack, ChangeSetName=name)
        return ChangeSetState(
            status=answer["Status"], reason=answer.get("StatusReason", ""), arn=answer.get("ChangeSetId", "")
        )

    def failures(self, arn: str) -> list[str]:
        """Return what validations of a change set have found, a line each, with the resource.

        A change set is found by its ARN alone: https://github.com/aws-cloudformation/cloudformation-cli/issues/1116
        https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/validate-stack-deployments.html
        """
        with translate_errors():
            pages = self._client.get_paginator("describe_events").paginate(
                ChangeSetName=arn, Filters={"FailedEvents": True}
            )
            events = [event for page in pages for event in page["OperationEvents"]]
        return list(dict.fromkeys(line for event in events if (line := _failure(event))))

    def differences(self, stack: str, name: str) -> list[ResourceDifference]:
        """Return the changes of resources, from all pages of the answer."""
        with translate_errors():
            pages = self._client.get_paginator("describe_change_set").paginate(StackName=stack, ChangeSetName=name)
            changes = [change.get("ResourceChange") for page in pages for change in page.get("Changes", [])]
        return [_difference(change) for change in changes if change]

    def _delete(self, stack: str, name: str) -> None:
        try:
            with translate_errors():
                self._client.delete_change_set(StackName=stack, ChangeSetName=name)
        except AwsError as error:
            say(f"the change set {name} of {stack} could not be deleted: {error}")


def _failure(event: OperationEventTypeDef) -> str:
    """Return what an event says of a resource; nothing where it is of the change set as a whole, or only a warning."""
    modes = {event.get("ValidationFailureMode"), event.get("HookFailureMode")}
    reason = event.get("ValidationStatusReason") or event.get("HookStatusReason", "")
    if not reason or "WARN" in modes:
        return ""
    resource = f"{event.get('LogicalResourceId', '')} ({event.get('ResourceType', '')})"
    return f"{resource}: {reason}"


def _difference(change: ResourceChangeTypeDef) -> ResourceDifference:
    targets = [detail.get("Target", {}) for detail in change.get("Details", [])]
    names = (target.get("Name") or target.get("Attribute", "") for target in targets)
    return ResourceDifference(
        action=change.get("Action", ""),
        logical_id=change.get("LogicalResourceId", ""),
        type=change.get("ResourceType", ""),
        replacement=change.get("Replacement", "False"),
        policy_action=change.get("PolicyAction", ""),
        properties=tuple(dict.fromkeys(name for name in names if name)),
    )
