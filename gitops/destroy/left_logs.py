"""Logs that destroyed ad hoc environments leave: they can be read for a day, then they are deleted."""

from __future__ import annotations

import re
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
_BY_CLOUDFORMATION = re.compile(r"(?P<stack>[A-Za-z][A-Za-z0-9-]*)-[A-Za-z0-9]+-[A-Za-z0-9]+")
"""Names that CloudFormation chooses, STACK-LOGICALID-RANDOM. Others, such as `/aws/lambda/…`, are not asked for tags:
an account may have thousands, and CloudWatch answers ten questions a second.

https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-name.html
"""
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
        named = _BY_CLOUDFORMATION.fullmatch(group.name)
        if named is None or named["stack"] in existing:
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
