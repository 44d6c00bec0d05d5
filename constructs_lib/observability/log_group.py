"""A log group whose retention is a number of days."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.config.naming import SERVICE_TAG


class LogGroup(logs.LogGroup):
    """A CloudWatch log group, kept for `retention_days`, one of the numbers that CloudWatch allows.

    `of` is the service or one-off task that logs there, which a tag says: `gitops logs --service` takes it.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        retention_days: int,
        removal_policy: cdk.RemovalPolicy,
        of: str | None = None,
    ) -> None:
        super().__init__(scope, construct_id, removal_policy=removal_policy)
        cast("logs.CfnLogGroup", self.node.default_child).retention_in_days = retention_days
        if of is not None:
            cdk.Tags.of(self).add(SERVICE_TAG, of)
