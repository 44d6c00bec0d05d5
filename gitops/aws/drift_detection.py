"""The only door to CloudFormation's drift detection: changes by hand to a stack's resources.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackResourceDriftTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

COMPARED_AT_ONCE = 200
"""https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_DetectStackDrift.html"""

_FAILED = "DETECTION_FAILED"
_IN_PROGRESS = "DETECTION_IN_PROGRESS"
_NOT_CHECKED = {"NOT_CHECKED", "UNSUPPORTED"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Detection:
    """How a detection goes. `failure` is why some resources could not be compared; empty when all were."""

    ended: bool
    failure: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class ComparedResource:
    """A resource as the last detection has found it. `changed` are paths of properties, without their values."""

    type: str
    logical_id: str
    physical_id: str
    deleted: bool
    changed: tuple[str, ...]


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
        reason = answer.get("DetectionStatusReason", "no reason is given")
        return Detection(ended=status != _IN_PROGRESS, failure=reason if status == _FAILED else "")

    def compared(self, stack_id: str) -> list[ComparedResource]:
        """Return the resources of a stack that were ever compared, as the last detection of each has found it."""
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


def _compared(drift: StackResourceDriftTypeDef) -> ComparedResource:
    return ComparedResource(
        type=drift["ResourceType"],
        logical_id=drift["LogicalResourceId"],
        physical_id=drift.get("PhysicalResourceId", ""),
        deleted=drift["StackResourceDriftStatus"] == "DELETED",
        changed=tuple(_paths(drift)),
    )


def _paths(drift: StackResourceDriftTypeDef) -> Iterator[str]:
    for difference in drift.get("PropertyDifferences", []):
        yield difference["PropertyPath"]
