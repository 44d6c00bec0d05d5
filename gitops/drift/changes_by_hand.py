"""Changes by hand to the resources of stacks, found by CloudFormation's drift detection."""

from __future__ import annotations

import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from gitops.aws import stack_status
from gitops.aws.drift_detection import COMPARED_AT_ONCE
from gitops.aws.resource_types import resource_type
from gitops.drift.findings import DriftFinding, Findings
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from gitops.aws.cloudformation import CloudFormation, DeployedResource, DeployedStack
    from gitops.aws.drift_detection import ComparedResource, DriftDetection

AT_ONCE = 4
"""Stacks whose resources are compared at a time: CloudFormation asks the services for each of them."""

PATIENCE_SECONDS = 900.0

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
    failures = []
    for start in range(0, len(wanted), COMPARED_AT_ONCE):
        detection_id = detection.start(stack.stack_id, wanted[start : start + COMPARED_AT_ONCE])
        if failure := _await_end(detection, detection_id, stack, interval):
            failures.append(f"{stack.environment}: not all resources could be compared: {failure}")
    asked = set(wanted)
    compared = [item for item in detection.compared(stack.stack_id) if item.logical_id in asked] if wanted else []
    lines = [line for item in compared if (line := _line(item))]
    finding = DriftFinding(
        environment=str(stack.environment), difference="changed by hand", details=tuple(sorted(lines))
    )
    return Findings(findings=(finding,) if lines else (), unknown=tuple(failures)), _left_out(resources, compared)


def _await_end(detection: DriftDetection, detection_id: str, stack: DeployedStack, interval: float) -> str:
    """Wait for the end of a detection; return why it failed, or nothing."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not (now := detection.look(detection_id)).ended:
        if time.monotonic() > deadline:
            raise UserError(
                f"the drift detection of {stack.environment} has not ended after {PATIENCE_SECONDS / 60:.0f} minutes"
            )
        time.sleep(interval)
    return now.failure


def _line(resource: ComparedResource) -> str:
    """Return what was done to a resource, or nothing. Values are not shown: they may be secret."""
    named = f"{resource.logical_id} ({resource.type})"
    if resource.deleted:
        return f"{named} was deleted"
    changed = [path for path in resource.changed if path not in resource_type(resource.type).changed_at_runtime]
    return f"{named}: {', '.join(sorted(changed))}" if changed else ""


def _left_out(resources: Iterable[DeployedResource], compared: Iterable[ComparedResource]) -> Counter[str]:
    looked_at = {item.logical_id for item in compared}
    return Counter(item.type for item in resources if item.logical_id not in looked_at)


def _explained(left_out: Counter[str]) -> list[str]:
    return [
        f"{count} of the type {name} not compared: {resource_type(name).drift_unread or _UNSUPPORTED}"
        for name, count in sorted(left_out.items())
    ]
