"""A plan says why CloudFormation refuses a change, as far as the account lets it be read.

CloudFormation's answers are checked against its model by botocore.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.stub import ANY, Stubber

from gitops.plan.change_sets import ask
from gitops.plan.document import Plan
from tests.gitops.factories import HOME, NOON
from tests.gitops.plan.plans import planned

if TYPE_CHECKING:
    from gitops.aws.session import Session

STACK_ID = f"arn:aws:cloudformation:{HOME.region}:{HOME.account}:stack/dev-alpha/1"
CHANGE_SET_ID = f"arn:aws:cloudformation:{HOME.region}:{HOME.account}:changeSet/cdk-diff-change-set-1/2"
EARLY = (
    "The following hook(s)/validation failed: [AWS::EarlyValidation::ResourceExistenceCheck]. To troubleshoot Early "
    "Validation errors, use the DescribeEvents API for detailed failure information."
)
"""https://github.com/aws/aws-cdk-cli/issues/1000"""
EXISTS = "Resource of type 'AWS::S3::Bucket' with identifier 'media' already exists."


def event(logical_id: str, reason: str, mode: str = "FAIL") -> dict[str, Any]:
    return {
        "EventId": logical_id,
        "OperationId": "3",
        "OperationType": "CREATE_CHANGESET",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": logical_id,
        "ResourceType": "AWS::S3::Bucket",
        "ValidationFailureMode": mode,
        "ValidationName": "NAME_CONFLICT_VALIDATION",
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": reason,
        "ValidationPath": f"/Resources/{logical_id}/Properties/BucketName",
    }


OPERATION = {"EventId": "0", "OperationId": "3", "OperationType": "CREATE_CHANGESET", "OperationStatus": "FAILED"}


class Refusing:
    """A session with a CloudFormation that refuses the change set of dev/alpha for a reason."""

    def __init__(self, reason: str) -> None:
        self._client = boto3.client(
            "cloudformation", region_name=HOME.region, config=Config(signature_version=UNSIGNED)
        )
        self.stub = Stubber(self._client)
        stack = {
            "StackId": STACK_ID,
            "StackName": "dev-alpha",
            "CreationTime": NOON,
            "StackStatus": "CREATE_COMPLETE",
            "Tags": [{"Key": "gitops:environment", "Value": "dev/alpha"}],
        }
        self.stub.add_response("describe_stacks", {"Stacks": [stack]}, {"StackName": "dev-alpha"})
        self.stub.add_response("get_template", {"TemplateBody": "{}"}, {"StackName": STACK_ID, "TemplateStage": ANY})
        made = {"Id": CHANGE_SET_ID, "StackId": STACK_ID}
        expected = dict.fromkeys(("TemplateBody", "Capabilities", "Tags", "Description", "ChangeSetType"), ANY)
        named = {"StackName": "dev-alpha", "ChangeSetName": ANY}
        self.stub.add_response("create_change_set", made, {**named, **expected})
        failed = {"ChangeSetId": CHANGE_SET_ID, "Status": "FAILED", "StatusReason": reason}
        self.stub.add_response("describe_change_set", failed, named)

    def client(self, *_: object) -> object:
        return self._client

    def tells(self, *events: dict[str, Any], after: str | None = None, following: str | None = None) -> None:
        """Let a page of events follow."""
        asked = {"ChangeSetName": CHANGE_SET_ID, "Filters": {"FailedEvents": True}}
        answer = {"OperationEvents": list(events), **({"NextToken": following} if following else {})}
        self.stub.add_response("describe_events", answer, {**asked, **({"NextToken": after} if after else {})})

    def note(self) -> str:
        """Return what the plan says of the environment, once every answer was asked for."""
        self.stub.add_response("delete_change_set", {}, {"StackName": "dev-alpha", "ChangeSetName": ANY})
        plan = Plan(environments=(planned(template="{}"),), unchanged=0)
        with self.stub:
            (result,) = ask(plan, "main", HOME.account, cast("Session", self)).results
            self.stub.assert_no_pending_responses()
        assert result.changes is None
        return result.note


def test_what_validations_have_found_is_said_with_the_resources() -> None:
    session = Refusing(EARLY)
    session.tells(OPERATION, event("Media", EXISTS), following="more")
    session.tells(event("Media", EXISTS), event("Logs", "It is not empty.", mode="WARN"), after="more")

    assert session.note() == f"no change set: CloudFormation refuses the change: Media (AWS::S3::Bucket): {EXISTS}"


def test_without_the_permission_the_reason_of_the_change_set_is_said() -> None:
    session = Refusing(EARLY)
    session.stub.add_client_error("describe_events", "AccessDenied", "is not authorized to perform: DescribeEvents")

    assert session.note() == f"no change set: CloudFormation refuses the change: {EARLY}"


@pytest.mark.parametrize("events", [[], [OPERATION]])
def test_events_that_say_nothing_of_a_resource_leave_the_reason_of_the_change_set(events: list[dict[str, Any]]) -> None:
    session = Refusing(EARLY)
    session.tells(*events)

    assert session.note() == f"no change set: CloudFormation refuses the change: {EARLY}"


def test_another_reason_is_said_as_it_is_without_a_question() -> None:
    session = Refusing("Template error: instance of Fn::GetAtt references undefined resource Queue")

    assert session.note().endswith(
        "refuses the change: Template error: instance of Fn::GetAtt references undefined resource Queue"
    )
