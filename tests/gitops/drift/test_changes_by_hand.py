"""Changes by hand are told, and what CloudFormation could not compare is not called unchanged.

CloudFormation's answers are checked against its model by botocore.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.stub import Stubber

from gitops.aws.cloudformation import CloudFormation
from gitops.aws.drift_detection import DriftDetection
from gitops.drift.changes_by_hand import find_changes_by_hand
from tests.gitops.factories import HOME, NOON, deployed

if TYPE_CHECKING:
    from gitops.aws.session import Session
    from gitops.drift.findings import Findings

STACK_ID = "arn:aws:cloudformation:us-east-1:111111111111:stack/dev-base/1"
DATABASE = "AWS::RDS::DBInstance"
TOPIC = "AWS::SNS::Topic"

Answer = dict[str, Any]


class Stack:
    """A stack with resources whose drift CloudFormation is asked for: what it answers, in the order of the requests."""

    def __init__(self, **types: str) -> None:
        self._types = types
        self._client = boto3.client(
            "cloudformation", region_name=HOME.region, config=Config(signature_version=UNSIGNED)
        )
        self._stub = Stubber(self._client)
        summaries = [
            {
                "LogicalResourceId": name,
                "PhysicalResourceId": name.lower(),
                "ResourceType": kind,
                "LastUpdatedTimestamp": NOON,
                "ResourceStatus": "CREATE_COMPLETE",
            }
            for name, kind in types.items()
        ]
        self._stub.add_response("list_stack_resources", {"StackResourceSummaries": summaries}, {"StackName": STACK_ID})

    def client(self, *_: object) -> object:
        return self._client

    def detects(self, *names: str, fails: str | None = None, **drifts: Answer) -> None:
        """Let a detection of resources follow, which fails for a reason or ends well, and leaves these drifts."""
        wanted = {"StackName": STACK_ID, "LogicalResourceIds": list(names)}
        self._stub.add_response("detect_stack_drift", {"StackDriftDetectionId": "1"}, wanted)
        failed = {} if fails is None else {"DetectionStatusReason": fails}
        for status in ("DETECTION_IN_PROGRESS", "DETECTION_COMPLETE" if fails is None else "DETECTION_FAILED"):
            answer = {
                "StackId": STACK_ID,
                "StackDriftDetectionId": "1",
                "DetectionStatus": status,
                "Timestamp": NOON,
                **(failed if status == "DETECTION_FAILED" else {}),
            }
            self._stub.add_response("describe_stack_drift_detection_status", answer, {"StackDriftDetectionId": "1"})
        found = [
            {
                "StackId": STACK_ID,
                "LogicalResourceId": name,
                "PhysicalResourceId": name.lower(),
                "ResourceType": self._types[name],
                "Timestamp": NOON,
                **drift,
            }
            for name, drift in drifts.items()
        ]
        self._stub.add_response(
            "describe_stack_resource_drifts", {"StackResourceDrifts": found}, {"StackName": STACK_ID}
        )

    def find(self) -> Findings:
        """Return what is found, after every answer has been asked for and nothing else."""
        session = cast("Session", self)
        with self._stub:
            found = find_changes_by_hand(
                [deployed("dev/base", kind="ad-hoc-base", stack_id=STACK_ID)],
                lambda stack: CloudFormation(session, stack.where),
                lambda stack: DriftDetection(session, stack.where),
                interval=0,
            )
            self._stub.assert_no_pending_responses()
        return found


SAME: Answer = {"StackResourceDriftStatus": "IN_SYNC"}


def modified(*paths: str) -> Answer:
    differences = [
        {"PropertyPath": path, "ExpectedValue": "1", "ActualValue": "2", "DifferenceType": "NOT_EQUAL"}
        for path in paths
    ]
    return {"StackResourceDriftStatus": "MODIFIED", "PropertyDifferences": differences}


def unread(reason: str) -> Answer:
    """As CloudFormation answers since August 2025: https://github.com/aws/aws-cdk-cli/issues/740."""
    return {"StackResourceDriftStatus": "UNKNOWN", "DriftStatusReason": reason}


def summary(**reasons: str) -> str:
    """A reason as CloudFormation gives it.

    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/801
    """
    failures = [{"Resource": name, "FailureReason": reason} for name, reason in reasons.items()]
    return json.dumps({"Summary": f"Failed to detect drift on resources [{','.join(reasons)}]", "Failures": failures})


def details(found: Findings) -> list[str]:
    return [line for finding in found.findings for line in finding.details]


def test_storage_that_rds_has_grown_is_no_change_by_hand() -> None:
    stack = Stack(Database=DATABASE)
    stack.detects("Database", Database=modified("/AllocatedStorage"))

    assert details(stack.find()) == []


def test_other_changes_of_a_database_are_told_without_the_storage() -> None:
    stack = Stack(Database=DATABASE)
    stack.detects("Database", Database=modified("/AllocatedStorage", "/MaxAllocatedStorage"))

    assert details(stack.find()) == ["Database (AWS::RDS::DBInstance): /MaxAllocatedStorage"]


def test_what_is_as_it_was_deployed_is_no_finding() -> None:
    stack = Stack(Database=DATABASE, Topic=TOPIC)
    stack.detects("Database", "Topic", Database=SAME, Topic=SAME)

    found = stack.find()

    assert (found.findings, found.unknown, found.not_compared) == ((), (), ())


def as_status(name: str, reason: str) -> tuple[str | None, Answer]:
    """As CloudFormation has told of a resource that it could not read since August 2025."""
    del name
    return None, unread(reason)


def as_failure(name: str, reason: str) -> tuple[str | None, Answer]:
    """As it did before: with the result of an earlier detection, or with none."""
    return summary(**{name: reason}), modified("/DisplayName")


def as_both(name: str, reason: str) -> tuple[str | None, Answer]:
    return summary(**{name: reason}), unread(reason)


def as_status_and_text(name: str, reason: str) -> tuple[str | None, Answer]:
    return f"Failed to detect drift on resources [{name}]", unread(reason)


FORMS = pytest.mark.parametrize("form", [as_status, as_failure, as_both, as_status_and_text])

Form = Callable[[str, str], tuple[str | None, Answer]]


@FORMS
@pytest.mark.parametrize(
    "reason", ["Rate exceeded", "Throttling: Rate exceeded", "TooManyRequestsException", "Request limit exceeded."]
)
def test_only_resources_whose_service_was_asked_too_often_are_compared_again(form: Form, reason: str) -> None:
    fails, drift = form("Topic", reason)
    stack = Stack(Database=DATABASE, Topic=TOPIC)
    stack.detects("Database", "Topic", fails=fails, Database=modified("/Engine"), Topic=drift)
    stack.detects("Topic", Database=modified("/Engine"), Topic=SAME)

    found = stack.find()

    assert details(found) == ["Database (AWS::RDS::DBInstance): /Engine"]
    assert (found.unknown, found.not_compared) == ((), ())


def test_a_change_that_the_second_detection_finds_is_told() -> None:
    stack = Stack(Topic=TOPIC)
    stack.detects("Topic", Topic=unread("Rate exceeded"))
    stack.detects("Topic", Topic=unread("Rate exceeded"))
    stack.detects("Topic", Topic=modified("/DisplayName"))

    found = stack.find()

    assert details(found) == ["Topic (AWS::SNS::Topic): /DisplayName"]
    assert found.unknown == ()


@FORMS
def test_what_cannot_be_compared_in_the_end_is_unknown(form: Form) -> None:
    fails, drift = form("Topic", "Rate exceeded")
    stack = Stack(Database=DATABASE, Topic=TOPIC)
    stack.detects("Database", "Topic", fails=fails, Database=SAME, Topic=drift)
    stack.detects("Topic", fails=fails, Database=SAME, Topic=drift)
    stack.detects("Topic", fails=fails, Database=SAME, Topic=drift)

    found = stack.find()

    assert found.findings == ()
    assert found.unknown == ("dev/base: not all resources could be compared: Topic: Rate exceeded",)
    assert found.not_compared == ()


@FORMS
def test_resources_that_could_not_be_read_for_another_reason_are_not_asked_for_again(form: Form) -> None:
    fails, drift = form("Topic", "not authorized to perform: sns:GetTopicAttributes")
    stack = Stack(Topic=TOPIC)
    stack.detects("Topic", fails=fails, Topic=drift)

    found = stack.find()

    assert found.findings == ()
    (line,) = found.unknown
    assert line.endswith("Topic: not authorized to perform: sns:GetTopicAttributes")


@pytest.mark.parametrize("reason", ["Rate exceeded", '"Rate exceeded"', '{"Failures": "Rate exceeded"}', "[]"])
def test_a_failure_that_names_no_resource_is_told_in_its_own_words(reason: str) -> None:
    stack = Stack(Topic=TOPIC)
    stack.detects("Topic", fails=reason, Topic=SAME)

    assert stack.find().unknown == (f"dev/base: not all resources could be compared: {reason}",)


def test_a_type_that_cloudformation_does_not_compare_is_said() -> None:
    stack = Stack(Topic=TOPIC)
    stack.detects("Topic")

    assert stack.find().not_compared == (
        "1 of the type AWS::SNS::Topic not compared: CloudFormation does not support it",
    )
