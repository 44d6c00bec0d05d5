"""Emptying the buckets of ad hoc environments, which go with their stacks."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs_lib.observability.log_group import LogGroup

CODE = Path(__file__).parent / "functions" / "empty_bucket"

FUNCTION_MINUTES = 15
"""All that Lambda allows: time for millions of objects."""


class BucketEmptier(Construct):
    """The function of a base that empties buckets of its apps.

    Its role may do nothing with buckets by itself: the policy of each bucket lets it in (`BucketContents`). So it can
    delete no object of any other bucket in the account.
    """

    def __init__(self, scope: Construct, construct_id: str, *, log_retention_days: int) -> None:
        super().__init__(scope, construct_id)
        logs = LogGroup(self, "Logs", retention_days=log_retention_days, removal_policy=cdk.RemovalPolicy.DESTROY)
        role = iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Empties the buckets whose policies let it in",
        )
        logs.grant_write(role)
        function = lambda_.Function(
            self,
            "Function",
            role=role,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            timeout=cdk.Duration.minutes(FUNCTION_MINUTES),
            log_group=logs,
        )
        self.service_token = function.function_arn
        self.role_arn = role.role_arn


class BucketContents(Construct):
    """The objects of a bucket as a resource: when it is deleted, so are they.

    What waits for the end of all that writes to the bucket depends on `emptied`.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, bucket: s3.Bucket, service_token: str, emptier_role_arn: str
    ) -> None:
        super().__init__(scope, construct_id)
        emptier = iam.ArnPrincipal(emptier_role_arn)
        bucket.add_to_resource_policy(
            iam.PolicyStatement(principals=[emptier], actions=["s3:ListBucketVersions"], resources=[bucket.bucket_arn])
        )
        bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[emptier],
                actions=["s3:DeleteObject", "s3:DeleteObjectVersion"],
                resources=[bucket.arn_for_objects("*")],
            )
        )
        self.emptied = cdk.CustomResource(
            self,
            "Objects",
            resource_type="Custom::BucketContents",
            service_token=service_token,
            service_timeout=cdk.Duration.minutes(FUNCTION_MINUTES + 1),
            properties={"Bucket": bucket.bucket_name},
        )
        if bucket.policy is not None:
            self.emptied.node.add_dependency(bucket.policy)
