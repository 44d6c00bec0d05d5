"""Buckets: uploads of the applications, and access logs."""

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3
from constructs import Construct

from constructs_lib.acknowledge import acknowledge

INCOMPLETE_UPLOAD_DAYS = 7

OLD_VERSION_DAYS = 90
"""How long a file that was overwritten or deleted can be brought back."""


class AssetsBucket(Construct):
    """Files that applications keep: private, encrypted, TLS only. It stays when the base is destroyed."""

    def __init__(self, scope: Construct, construct_id: str, *, versioned: bool, access_logs: s3.IBucket | None) -> None:
        super().__init__(scope, construct_id)
        self.bucket = s3.Bucket(
            self,
            "Bucket",
            encryption=s3.BucketEncryption.S3_MANAGED,
            block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
            enforce_ssl=True,
            versioned=versioned,
            server_access_logs_bucket=access_logs,
            server_access_logs_prefix=None if access_logs is None else "assets/",
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            lifecycle_rules=[
                s3.LifecycleRule(
                    abort_incomplete_multipart_upload_after=cdk.Duration.days(INCOMPLETE_UPLOAD_DAYS),
                    noncurrent_version_expiration=cdk.Duration.days(OLD_VERSION_DAYS) if versioned else None,
                )
            ],
        )


class AccessLogsBucket(Construct):
    """Access logs of the load balancer and of other buckets, for a limited number of days."""

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
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(retention_days))],
        )
        acknowledge(self.bucket, {"AwsSolutions-S1": "Logs of the log bucket would feed themselves"})
