"""A log group whose retention is a number of days."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from constructs import Construct

from constructs_lib.config.naming import SERVICE_TAG


class LogGroup(logs.LogGroup):
    """A CloudWatch log group, kept for `retention_days`, one of the numbers that CloudWatch allows."""

    def __init__(
        self, scope: Construct, construct_id: str, *, retention_days: int, removal_policy: cdk.RemovalPolicy
    ) -> None:
        super().__init__(scope, construct_id, removal_policy=removal_policy)
        cast("logs.CfnLogGroup", self.node.default_child).retention_in_days = retention_days


class TaskLogGroup(LogGroup):
    """The log group of a service or one-off task, whose name `of` a tag says: `gitops logs --service` takes it.

    CloudFormation keeps it when a creation is rolled back and when its stack is deleted: what a task has said last is
    needed most when it is gone. `gitops destroy` deletes what is left of ad hoc environments a day later.
    """

    def __init__(self, scope: Construct, construct_id: str, *, of: str, retention_days: int) -> None:
        super().__init__(scope, construct_id, retention_days=retention_days, removal_policy=cdk.RemovalPolicy.RETAIN)
        cdk.Tags.of(self).add(SERVICE_TAG, of)
