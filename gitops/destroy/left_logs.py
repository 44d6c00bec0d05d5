"""Logs that destroyed ad hoc environments leave: they can be read for a day, then they are deleted."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from constructs_lib.config.naming import KIND_TAG
from gitops.aws import stack_status
from gitops.aws.cloudformation import STACK_ID_TAG

if TYPE_CHECKING:
    from datetime import datetime

    from gitops.aws.cloudformation import CloudFormation
    from gitops.aws.logs import CloudWatchLogs

AD_HOC_APP = "ad-hoc-app"
DAYS = 1
"""How long they are kept: the shortest time for which CloudWatch keeps events, in days."""


def tidy(logs: CloudWatchLogs, cloudformation: CloudFormation, now: datetime) -> None:
    """Let the logs of environments that are gone end in a day, and delete those of stacks deleted longer ago.

    Names of stacks that exist, of the same environments made anew among them, are left alone. There is no other
    mechanism: what a destruction leaves is deleted by the next one in its account and region, and is empty by then.

    Raises:
        AwsError: AWS cannot be reached or refuses.
    """
    existing = {stack.name for stack in cloudformation.stacks()}
    for group in logs.groups():
        if _stack_of(group.name) in existing:
            continue
        tags = logs.tags(group.name)
        if tags.get(KIND_TAG) != AD_HOC_APP or STACK_ID_TAG not in tags:
            continue
        stack = cloudformation.stack(tags[STACK_ID_TAG])
        if stack is not None and stack.status != stack_status.DELETED:
            continue
        if stack is None or now - stack.changed > timedelta(days=DAYS):
            logs.delete(group.name)
        elif group.retention_days != DAYS:
            logs.keep(group.name, DAYS)


def _stack_of(group: str) -> str:
    """Return the stack that CloudFormation named a log group after, `STACK-LOGICALID-RANDOM`."""
    return group.rsplit("-", 2)[0]
