"""Buckets: uploads of an application, and access logs."""

from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, wildcard_finding

INCOMPLETE_UPLOAD_DAYS = 7

OLD_VERSION_DAYS = 90
"""How long a file that was overwritten or deleted can be brought back."""

BUCKET_LOGS_PREFIX = "buckets/"
"""Begins the keys of the access logs of applications' buckets."""


class ApplicationBucket(Construct):
    """The files of one application: private, encrypted, TLS only, and no other application's.

    A bucket that is `kept` has versions and stays when its stack is deleted. Another goes with its stack, once
    `BucketContents` has emptied it.
    """

    def __init__(self, scope: Construct, construct_id: str, *, kept: bool, access_logs_bucket: str | None) -> None:
        super().__init__(scope, construct_id)
        removal = cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE if kept else cdk.RemovalPolicy.DESTROY
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=kept,
            removal_policy=removal,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(INCOMPLETE_UPLOAD_DAYS),
                    noncurrent_version_expiration=cdk.Duration.days(OLD_VERSION_DAYS) if kept else None,
                )
            ],
        )
        if access_logs_bucket is not None:
            # The base's bucket allows this; the CDK would want to change the policy of that bucket here.
            cast(
                "s3.CfnBucket", self.bucket.node.default_child
            ).logging_configuration = s3.CfnBucket.LoggingConfigurationProperty(
                destination_bucket_name=access_logs_bucket,
                log_file_prefix=f"{BUCKET_LOGS_PREFIX}{cdk.Stack.of(self).stack_name}/",
            )

    def grant_read_write(self, role: iam.Role) -> None:
        """Let a role list the bucket, and read, write and delete every object in it."""
        objects = self.bucket.arn_for_objects("*")
        role.add_to_policy(
            iam.PolicyStatement(
                actions=["s3:AbortMultipartUpload", "s3:DeleteObject", "s3:GetObject", "s3:PutObject"],
                resources=[objects],
            )
        )
        role.add_to_policy(iam.PolicyStatement(actions=["s3:ListBucket"], resources=[self.bucket.bucket_arn]))
        acknowledge(role, {wildcard_finding(self, objects): "Every object of the application's own bucket"})


class AccessLogsBucket(Construct):
    """Access logs of the load balancer and of applications' buckets, for a limited number of days."""

    def __init__(self, scope: Construct, construct_id: str, *, retention_days: int) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            # Load balancers write with Amazon S3 managed keys only.
            # https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            # Kept after a failed creation too: load balancers write at once, and S3 deletes no bucket with objects.
            removal_policy=cdk.RemovalPolicy.RETAIN,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(retention_days))],
        )
        acknowledge(self.bucket, {"AwsSolutions-S1": "Logs of the log bucket would feed themselves"})

    def accept_bucket_logs(self) -> None:
        """Let S3 write the access logs of any bucket of this account: apps come after their base.

        https://docs.aws.amazon.com/AmazonS3/latest/userguide/enable-server-access-logging.html
        """
        self.bucket.add_to_resource_policy(
            iam.PolicyStatement(
                principals=[iam.ServicePrincipal("logging.s3.amazonaws.com")],
                actions=["s3:PutObject"],
                resources=[self.bucket.arn_for_objects(f"{BUCKET_LOGS_PREFIX}*")],
                conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
            )
        )
