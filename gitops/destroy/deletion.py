"""Deleting one stack through CloudFormation: the CDK cannot delete a stack that its app no longer contains."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.aws import stack_status
from gitops.aws.cloudformation import first_failures, kept
from gitops.aws.session import AwsError
from gitops.deploy.rounds import PATIENCE_SECONDS
from gitops.destroy.left_logs import AD_HOC_APP, tidy
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from gitops.aws.cloudformation import CloudFormation, DeployedStack, StackEvent
    from gitops.aws.logs import CloudWatchLogs
    from gitops.output.progress import Reporter


LOG_GROUP = "AWS::Logs::LogGroup"


def delete(
    cloudformation: CloudFormation, logs: CloudWatchLogs, stack: DeployedStack, *, interval: float, report: Reporter
) -> list[StackEvent]:
    """Delete a stack, termination protection or not, and return the events of retained resources.

    A deletion that goes on already is waited for; any other operation is let end first. `interval` is in seconds. The
    logs of an ad hoc app, which end in a day, are not among what is retained; that they could not be told to is said.

    Raises:
        UserError: CloudFormation could not delete all of it, or takes longer than `PATIENCE_SECONDS`.
    """
    if stack.status != stack_status.DELETING:
        now = _await_end(cloudformation, stack, interval=interval, report=report)
        # `stack` was described earlier: the operation that has ended may have changed its protection.
        if now is not None and now.protected:
            cloudformation.unprotect(stack.stack_id)
        cloudformation.delete(stack.stack_id)
    ended = _await_end(cloudformation, stack, interval=interval, report=report)
    if ended is not None and ended.status != stack_status.DELETED:
        causes = first_failures(cloudformation.events(stack.stack_id)) or [ended.status_reason]
        listed = "\n".join(f"  {cause}" for cause in causes)
        raise UserError(
            f"{stack.environment} could not be destroyed ({ended.status}):\n{listed}\n"
            "Put that right, then run this again; it goes on where it stopped."
        )
    retained = kept(cloudformation.events(stack.stack_id))
    if stack.kind != AD_HOC_APP:
        return retained
    try:
        tidy(logs, cloudformation, datetime.now(UTC))
    except AwsError as error:
        say(f"warning: logs of destroyed environments are kept longer than a day: {error}")
    return [event for event in retained if event.type != LOG_GROUP]


def _await_end(
    cloudformation: CloudFormation, stack: DeployedStack, *, interval: float, report: Reporter
) -> DeployedStack | None:
    """Wait until CloudFormation does not work on the stack; return it, or None when nothing is known of it."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while (now := cloudformation.stack(stack.stack_id)) and stack_status.is_moving(now.status):
        if time.monotonic() > deadline:
            raise UserError(
                f"CloudFormation still works on {stack.environment} ({now.status}) after "
                f"{PATIENCE_SECONDS / 60:.0f} minutes. It goes on by itself; run this again later."
            )
        report.update(str(stack.environment), stack_status.in_words(now.status))
        time.sleep(interval)
    return now
