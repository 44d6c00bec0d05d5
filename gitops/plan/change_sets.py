"""Change sets of a plan: one for each stack that exists, read and deleted again.

The plan is data that code of a pull request has made. The name of a stack comes from the name of its environment, its
account from the default branch's declarations; of the plan are only the region, the template and the tags.
"""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from time import monotonic
from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion, parse_name
from gitops.aws import change_sets as aws_change_sets
from gitops.aws import stack_status
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.resource_types import deletion_outcome, resource_type
from gitops.aws.session import AwsError
from gitops.errors import UserError
from gitops.output.progress import say, without_workflow_commands
from gitops.plan.document import INLINE_TEMPLATE_BYTES, ChangeSetResult, ChangeSets
from gitops.plan.planning import template_hash
from gitops.templates import replacement
from gitops.templates.changes import NEW_REVISION, ordered
from gitops.templates.differences import Detail, ResourceChange
from gitops.templates.words import cut

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from gitops.aws.change_sets import ResourceDifference
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.session import Session
    from gitops.plan.document import Plan, PlannedEnvironment

AT_A_TIME = 8
"""Change sets that are made at once; CloudFormation throttles callers that ask much more of it."""

INTERVAL_SECONDS = 1.0
PATIENCE_SECONDS = 300.0

_CONDITIONAL = "may be replaced; CloudFormation decides that during the deployment"


def ask(plan: Plan, account: str, account_id: str, session: Session) -> ChangeSets:
    """Return what CloudFormation says of the environments of one account that are deployed and stay.

    An environment of which it cannot be asked has no changes and a note that says why.
    """
    stop = Event()
    with ThreadPoolExecutor(max_workers=AT_A_TIME) as pool:
        asked = [
            pool.submit(_result, planned, session, stop)
            for planned in plan.environments
            if planned.account_id == account_id and planned.region and planned.action != "destroy"
        ]
        try:
            results = [found for future in asked if (found := future.result()) is not None]
        except BaseException:
            # What is under way ends at once, and deletes what it has made.
            stop.set()
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return ChangeSets(account=account, results=tuple(results))


def _result(planned: PlannedEnvironment, session: Session, stop: Event) -> ChangeSetResult | None:
    """Return what CloudFormation says of one environment; None where there is nothing to say."""
    name = parse_name(planned.environment)
    where = AccountRegion(planned.account_id, planned.region)
    try:
        cloudformation = CloudFormation(session, where)
        stack = cloudformation.stack(name.stack)
        reason = _not_asked(planned, stack)
        if reason:
            say(f"{planned.environment}: {reason}")
            return ChangeSetResult(environment=planned.environment, changes=None, note=reason)
        if stack is None or stack.status == stack_status.REVIEW:
            return None
        before = cloudformation.template(stack.stack_id)
        changes = _changes(planned, stack, aws_change_sets.ChangeSets(session, where), stop)
    except UserError as error:
        say(without_workflow_commands(f"{planned.environment}: {error}"))
        return ChangeSetResult(
            environment=planned.environment, changes=None, note=cut(f"no change set: {error}", 1_000)
        )
    return ChangeSetResult(
        environment=planned.environment,
        changes=tuple(changes),
        drifted=planned.template_before is not None and template_hash(before) != planned.template_before,
        refusals=tuple(_refusals(planned, changes, before)),
    )


def _not_asked(planned: PlannedEnvironment, stack: DeployedStack | None) -> str:
    """Return why there is no change set of an environment, or nothing when there may be one, or need be none."""
    if stack is None or stack.status == stack_status.REVIEW:
        return "is not deployed: the deployment creates all of it" if planned.action == "update" else ""
    if stack.environment != planned.environment:
        return (
            f"no change set: the stack {stack.name} exists and belongs to {stack.environment or 'another application'}"
        )
    if not stack_status.is_operational(stack.status):
        return f"no change set: its stack is in {stack.status}"
    if planned.template is None:
        return (
            f"no change set: its template has more than {INLINE_TEMPLATE_BYTES:,} bytes, and CloudFormation takes a "
            "larger one only from a bucket, to which this job may not write"
        )
    return ""


def _changes(
    planned: PlannedEnvironment, stack: DeployedStack, change_sets: aws_change_sets.ChangeSets, stop: Event
) -> list[ResourceChange]:
    """Return what a change set says. Raises UserError when CloudFormation refuses it or takes too long."""
    with change_sets.made(stack.name, planned.template or "", planned.tags) as name:
        deadline = monotonic() + PATIENCE_SECONDS
        while not (state := change_sets.state(stack.name, name)).has_ended:
            if stop.wait(INTERVAL_SECONDS) or monotonic() > deadline:
                raise UserError(
                    f"the change set was not ready after {PATIENCE_SECONDS / 60:.0f} minutes ({state.status})"
                )
        if state.is_empty:
            return []
        if state.status == aws_change_sets.FAILED:
            raise UserError(f"CloudFormation refuses the change: {_reason(change_sets, state)}")
        known = {change.logical_id: change.details for change in planned.changes}
        found = change_sets.differences(stack.name, name)
    return ordered(_change(difference, known.get(difference.logical_id, ())) for difference in found)


def _reason(change_sets: aws_change_sets.ChangeSets, state: aws_change_sets.ChangeSetState) -> str:
    """Return why CloudFormation refuses a change, with what its validations have found, as far as it can be read."""
    if not state.has_failures:
        return state.reason
    try:
        found = change_sets.failures(state.arn)
    except AwsError:
        return state.reason  # an account that was bootstrapped earlier does not allow it
    return "; ".join(found) or state.reason


def _change(difference: ResourceDifference, known: tuple[Detail, ...]) -> ResourceChange:
    """Return a change of a change set as one of a plan; values that templates tell are taken from there."""
    named = tuple(Detail(path=cut(name), before=None, after=None) for name in difference.properties[:100])
    logical_id, kind, details = difference.logical_id, difference.type, known or named
    if difference.action == "Remove":
        policy = difference.policy_action if difference.policy_action in {"Delete", "Retain", "Snapshot"} else None
        return ResourceChange(action="destroy", logical_id=logical_id, type=kind, cause=deletion_outcome(kind, policy))
    if difference.action in {"Add", "Import"}:
        return ResourceChange(action="create", logical_id=logical_id, type=kind)
    revisions = resource_type(kind).revisions
    if difference.replacement == "False" or revisions:
        cause = NEW_REVISION if revisions else ""
        return ResourceChange(action="update", logical_id=logical_id, type=kind, cause=cause, details=details)
    cause = "" if difference.replacement == "True" else _CONDITIONAL
    return ResourceChange(action="replace", logical_id=logical_id, type=kind, cause=cause, details=details)


def _refusals(planned: PlannedEnvironment, changes: Iterable[ResourceChange], deployed: object) -> Iterator[str]:
    """Yield the replacements of resources that hold data that are not in the plan and have no consent.

    What a deployment would refuse is refused, by the template that is deployed; and what CloudFormation is certain of.
    """
    # CloudFormation has taken the template, so it has the shape of one.
    refused = {found.logical_id for found in replacement.find(deployed, json.loads(planned.template or "{}"))}
    for change in changes:
        certain = change.action == "destroy" or (change.action == "replace" and change.cause != _CONDITIONAL)
        told = any(f"{change.logical_id} (" in refusal for refusal in planned.refusals)
        lost = resource_type(change.type).needs_consent and (certain or change.logical_id in refused)
        if lost and not told and change.logical_id not in planned.consents:
            yield f"would replace a resource that holds data without consent: {change.logical_id} ({change.type})"
