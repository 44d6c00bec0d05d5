"""The only door to CloudFormation's drift detection: changes by hand to a stack's resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackResourceDriftTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

COMPARED_AT_ONCE = 200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html"""

_FAILED = "DETECTION_FAILED"
_IN_PROGRESS = "DETECTION_IN_PROGRESS"
_NOT_CHECKED = {"NOT_CHECKED", "UNSUPPORTED"}
_UNKNOWN = "UNKNOWN"
"""Since August 2025, of a resource that could not be read: https://github.com/aws/aws-cdk-cli/issues/740"""
_NO_REASON = "no reason is given"


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """How a detection goes.

    `failures` are the reasons why resources could not be compared, by their logical ids. Where CloudFormation does not
    say which these are, `failure` is what it says; else it is empty.
    """

    ended: bool
    failure: str = ""
    failures: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedResource:
    """A resource as the last detection has found it. `changed` are paths of properties, without their values.

    `failure` is why it could not be compared; empty when it was.
    """

    type: str
    logical_id: str
    physical_id: str
    deleted: bool
    changed: tuple[str, ...]
    failure: str = ""


class DriftDetection:
    """Drift detection in one account and region. Every method raises AwsError when AWS refuses or is out of reach."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: CloudFormationClient = session.client("cloudformation", where)

    def start(self, stack_id: str, logical_ids: Sequence[str]) -> str:
        """Start to compare up to `COMPARED_AT_ONCE` resources of a stack, and return the detection's id."""
        with translate_errors():
            answer = self._client.detect_stack_drift(StackName=stack_id, LogicalResourceIds=logical_ids)
        return answer["StackDriftDetectionId"]

    def look(self, detection_id: str) -> Detection:
        """Return how a detection goes."""
        with translate_errors():
            answer = self._client.describe_stack_drift_detection_status(StackDriftDetectionId=detection_id)
        status = answer["DetectionStatus"]
        if status != _FAILED:
            return Detection(ended=status != _IN_PROGRESS)
        reason = answer.get("DetectionStatusReason", _NO_REASON)
        failures = _failures(reason)
        return Detection(ended=True, failure="" if failures else reason, failures=failures)

    def compared(self, stack_id: str) -> list[ComparedResource]:
        """Return the resources of a stack that were ever to be compared, as the last detection of each has found it."""
        drifts: list[StackResourceDriftTypeDef] = []
        token = ""
        with translate_errors():
            # boto3 has no paginator for this.
            while True:
                following = {"NextToken": token} if token else {}
                answer = self._client.describe_stack_resource_drifts(StackName=stack_id, **following)  # type: ignore[arg-type] # boto3 types the keywords one by one
                drifts += answer["StackResourceDrifts"]
                token = answer.get("NextToken", "")
                if not token:
                    break
        return [_compared(drift) for drift in drifts if drift["StackResourceDriftStatus"] not in _NOT_CHECKED]


def _failures(reason: str) -> dict[str, str]:
    """Return why resources could not be compared by their logical ids; nothing where the reason is of another form.

    It is JSON, as users show it: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/801
    """
    try:
        told: Any = json.loads(reason)
        return {str(failure["Resource"]): str(failure["FailureReason"]) for failure in told["Failures"]}
    except (ValueError, KeyError, TypeError):
        return {}


def _compared(drift: StackResourceDriftTypeDef) -> ComparedResource:
    return ComparedResource(
        type=drift["ResourceType"],
        logical_id=drift["LogicalResourceId"],
        physical_id=drift.get("PhysicalResourceId", ""),
        deleted=drift["StackResourceDriftStatus"] == "DELETED",
        changed=tuple(_paths(drift)),
        failure=drift.get("DriftStatusReason", _NO_REASON) if drift["StackResourceDriftStatus"] == _UNKNOWN else "",
    )


def _paths(drift: StackResourceDriftTypeDef) -> Iterator[str]:
    for difference in drift.get("PropertyDifferences", []):
        yield difference["PropertyPath"]
