"""Changes by hand to the resources of stacks, found by CloudFormation's drift detection."""

from __future__ import annotations

import re
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, NamedTuple

from gitops.aws import stack_status
from gitops.aws.drift_detection import COMPARED_AT_ONCE
from gitops.aws.resource_types import resource_type
from gitops.drift.findings import DriftFinding, Findings
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from gitops.aws.cloudformation import CloudFormation, DeployedResource, DeployedStack
    from gitops.aws.drift_detection import ComparedResource, Detection, DriftDetection

AT_ONCE = 4
"""Stacks whose resources are compared at a time: CloudFormation asks the services for each of them."""

PATIENCE_SECONDS = 900.0

AGAIN = 2
"""How often resources are compared once more of which a service was asked too often."""

PAUSE = 10
"""How many intervals are left before that."""

_THROTTLED = re.compile(r"rate exceeded|throttl|too ?many ?requests|request ?limit ?exceeded", re.IGNORECASE)
"""As services say it: https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/573"""

_UNSUPPORTED = "CloudFormation does not support it"

_CUSTOM = ("Custom::", "AWS::CloudFormation::")


def find_changes_by_hand(
    stacks: Sequence[DeployedStack],
    cloudformation: Callable[[DeployedStack], CloudFormation],
    detection: Callable[[DeployedStack], DriftDetection],
    *,
    interval: float,
) -> Findings:
    """Compare the resources of stacks with what they were deployed as. `interval` is in seconds, between questions.

    Stacks that cannot be compared completely are `unknown`. Raises AwsError when AWS cannot be reached or refuses.
    """
    ready = [stack for stack in stacks if stack_status.is_drift_detectable(stack.status)]
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        parts = list(pool.map(lambda stack: _of_stack(stack, cloudformation(stack), detection(stack), interval), ready))
    others = [
        f"{stack.environment}: CloudFormation detects no drift while the status is {stack.status}"
        for stack in stacks
        if not stack_status.is_drift_detectable(stack.status)
    ]
    left_out: Counter[str] = sum((counted for _, counted in parts), Counter())
    return Findings(
        findings=tuple(finding for part, _ in parts for finding in part.findings),
        not_compared=(*others, *_explained(left_out)),
        unknown=tuple(line for part, _ in parts for line in part.unknown),
    )


def _of_stack(
    stack: DeployedStack, cloudformation: CloudFormation, detection: DriftDetection, interval: float
) -> tuple[Findings, Counter[str]]:
    resources = [item for item in cloudformation.resources(stack.stack_id) if item.physical_id]
    wanted = [
        item.logical_id
        for item in resources
        if not resource_type(item.type).drift_unread and not item.type.startswith(_CUSTOM)
    ]
    found = _compare(detection, stack, wanted, interval)
    for _ in range(AGAIN):
        throttled = sorted(name for name, reason in found.failed.items() if _THROTTLED.search(reason))
        if not throttled:
            break
        time.sleep(PAUSE * interval)
        found = found.followed_by(_compare(detection, stack, throttled, interval))
    lines = [line for item in found.compared.values() if (line := _line(item))]
    finding = DriftFinding(
        environment=str(stack.environment), difference="changed by hand", details=tuple(sorted(lines))
    )
    failures = [f"{name}: {reason}" for name, reason in sorted(found.failed.items())]
    unknown = tuple(
        f"{stack.environment}: not all resources could be compared: {failure}"
        for failure in [*failures, *found.failures]
    )
    return Findings(findings=(finding,) if lines else (), unknown=unknown), _left_out(resources, found)


class _Comparison(NamedTuple):
    """Resources as detections have found them, and why others could not be compared, by logical ids.

    `failures` are those of resources that CloudFormation does not name.
    """

    compared: Mapping[str, ComparedResource] = {}
    failed: Mapping[str, str] = {}
    failures: tuple[str, ...] = ()

    def followed_by(self, later: _Comparison) -> _Comparison:
        """Return both as one, a later comparison of other resources or of some that failed in this one."""
        failed = {name: why for name, why in self.failed.items() if name not in later.compared}
        return _Comparison(
            {**self.compared, **later.compared}, {**failed, **later.failed}, (*self.failures, *later.failures)
        )


def _compare(
    detection: DriftDetection, stack: DeployedStack, logical_ids: Sequence[str], interval: float
) -> _Comparison:
    found = _Comparison()
    for start in range(0, len(logical_ids), COMPARED_AT_ONCE):
        some = logical_ids[start : start + COMPARED_AT_ONCE]
        found = found.followed_by(_compare_at_once(detection, stack, some, interval))
    return found


def _compare_at_once(
    detection: DriftDetection, stack: DeployedStack, logical_ids: Sequence[str], interval: float
) -> _Comparison:
    ended = _await_end(detection, detection.start(stack.stack_id, logical_ids), stack, interval)
    found = {item.logical_id: item for item in detection.compared(stack.stack_id) if item.logical_id in logical_ids}
    failed = {**ended.failures, **{name: item.failure for name, item in found.items() if item.failure}}
    # Once resources that could not be compared are known, the words about all of them say nothing more.
    failures = (ended.failure,) if ended.failure and not failed else ()
    return _Comparison({name: item for name, item in found.items() if name not in failed}, failed, failures)


def _await_end(detection: DriftDetection, detection_id: str, stack: DeployedStack, interval: float) -> Detection:
    """Wait for the end of a detection, and return how it ended."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (now := detection.look(detection_id)).ended:
        if time.monotonic() > deadline:
            raise UserError(
                f"the drift detection of {stack.environment} has not ended after {PATIENCE_SECONDS / 60:.0f} minutes"
            )
        time.sleep(interval)
    return now


def _line(resource: ComparedResource) -> str:
    """Return what was done to a resource, or nothing. Values are not shown: they may be secret."""
    named = f"{resource.logical_id} ({resource.type})"
    if resource.deleted:
        return f"{named} was deleted"
    changed = [path for path in resource.changed if path not in resource_type(resource.type).changed_at_runtime]
    return f"{named}: {', '.join(sorted(changed))}" if changed else ""


def _left_out(resources: Iterable[DeployedResource], found: _Comparison) -> Counter[str]:
    looked_at = found.compared.keys() | found.failed.keys()
    return Counter(item.type for item in resources if item.logical_id not in looked_at)


def _explained(left_out: Counter[str]) -> list[str]:
    return [
        f"{count} of the type {name} not compared: {resource_type(name).drift_unread or _UNSUPPORTED}"
        for name, count in sorted(left_out.items())
    ]
