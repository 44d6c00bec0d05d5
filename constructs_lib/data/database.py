"""The PostgreSQL instance of a base."""

from collections.abc import Sequence
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_rds as rds
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.data.retention import keep as keep_all

MASTER_USERNAME = "postgres"
"""Changing it replaces the instance and its data (aws-cdk issue 12112)."""

MONITORING_POLICY_FINDING = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AmazonRDSEnhancedMonitoringRole]"
)


class Database(Construct):
    """An encrypted PostgreSQL instance in isolated subnets that accepts TLS connections only.

    Sizes are in GiB. Deleting or replacing it leaves a final snapshot behind; one to `keep` stays itself, but not
    when the creation of its stack fails.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        engine_version: str,
        instance_class: str,
        storage_gib: int,
        max_storage_gib: int,
        multi_az: bool,
        backup_retention_days: int,
        performance_insights: bool,
        monitoring_interval_seconds: int,
        exported_logs: Sequence[str],
        keep: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.exported_logs = exported_logs
        engine = rds.DatabaseInstanceEngine.postgres(
            version=rds.PostgresEngineVersion.of(engine_version, engine_version.partition(".")[0])
        )
        self.instance = rds.DatabaseInstance(
            self,
            "Instance",
            engine=engine,
            credentials=rds.Credentials.from_username(MASTER_USERNAME),
            instance_type=ec2.InstanceType(instance_class),
            vpc=vpc,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED),
            security_groups=[security_group],
            allocated_storage=storage_gib,
            max_allocated_storage=max_storage_gib,
            storage_type=rds.StorageType.GP3,
            storage_encrypted=True,
            multi_az=multi_az,
            parameters={"rds.force_ssl": "1"},
            backup_retention=cdk.Duration.days(backup_retention_days),
            copy_tags_to_snapshot=True,
            delete_automated_backups=not keep,
            enable_performance_insights=performance_insights,
            auto_minor_version_upgrade=True,
            # RDS refuses a new major version without it. gitops asks for a dated consent in the declaration.
            allow_major_version_upgrade=True,
            publicly_accessible=False,
            monitoring_interval=cdk.Duration.seconds(monitoring_interval_seconds),
            cloudwatch_logs_exports=list(exported_logs) or None,
            removal_policy=cdk.RemovalPolicy.SNAPSHOT,
        )
        if keep:
            # Its credentials, groups and monitoring too: it does not run, or cannot be reached, without them.
            keep_all(self.instance)
        # A bare major version follows minor upgrades; a full one would make CloudFormation ask for a downgrade after
        # each of them. The linter knows full versions only.
        cast("rds.CfnDBInstance", self.instance.node.default_child).add_metadata(
            "cfn-lint", {"config": {"ignore_checks": ["W3691"]}}
        )
        acknowledge(
            self.instance,
            {
                "AwsSolutions-RDS11": "The port is no secret; security groups decide who reaches it",
                "AwsSolutions-SMG4": "No application reads the master password; it is rotated by hand",
                MONITORING_POLICY_FINDING: "AWS keeps this policy in step with what the agent needs",
            },
        )

    @property
    def host(self) -> str:
        """Host name of the instance."""
        return self.instance.db_instance_endpoint_address

    @property
    def log_group_prefix(self) -> str:
        """What the names of the log groups begin with that RDS makes for `exported_logs`.

        https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
        """
        return f"/aws/rds/instance/{self.instance.instance_identifier}/"

    @property
    def master_secret_arn(self) -> str:
        """ARN of the secret with the master user's credentials, as JSON."""
        if self.instance.secret is None:
            raise AssertionError("the instance was made with generated credentials")
        return self.instance.secret.secret_arn
