"""What begins when production exists: deletion protection, and the retention of the database's logs."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, wildcard_finding
from constructs_lib.data.database import Database
from constructs_lib.observability.log_group import LogGroup

CODE = Path(__file__).parent / "functions" / "protect"


class DeletionProtection(Construct):
    """Protects a database and a load balancer once they are made, and releases the load balancer with its stack.

    A database that is protected from the start cannot be deleted when the first creation of its stack fails: it would
    stay, cost money and keep its VPC. The database stays protected when the stack is deleted, and is kept. Its logs,
    whose groups RDS makes, end after the same number of days as those of the stack.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        database: Database,
        load_balancer: elbv2.IApplicationLoadBalancer,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        logs = LogGroup(self, "Logs", retention_days=log_retention_days, removal_policy=cdk.RemovalPolicy.DESTROY)
        role = iam.Role(self, "Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        own_stack = cdk.Stack.of(self).format_arn(
            service="cloudformation", resource="stack", resource_name=f"{cdk.Stack.of(self).stack_name}/*"
        )
        # CreateLogGroup is asked for the group, with `:*` or without; PutRetentionPolicy is, too.
        rds_logs = cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"{database.log_group_prefix}*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        for actions, arn in (
            (["rds:ModifyDBInstance"], database.instance.instance_arn),
            (["elasticloadbalancing:ModifyLoadBalancerAttributes"], load_balancer.load_balancer_arn),
            (["cloudformation:DescribeStacks"], own_stack),
            (["logs:CreateLogGroup", "logs:PutRetentionPolicy"], rds_logs),
        ):
            role.add_to_policy(iam.PolicyStatement(actions=actions, resources=[arn]))
        acknowledge(
            role,
            {
                wildcard_finding(self, own_stack): "The id of its own stack",
                wildcard_finding(self, rds_logs): "The logs of its own database",
            },
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
            timeout=cdk.Duration.minutes(1),
            log_group=logs,
        )
        protected = cdk.CustomResource(
            self,
            "On",
            resource_type="Custom::DeletionProtection",
            service_token=function.function_arn,
            service_timeout=cdk.Duration.minutes(5),
            properties={
                "Database": database.instance.instance_identifier,
                "LoadBalancer": load_balancer.load_balancer_arn,
                "LogGroups": [f"{database.log_group_prefix}{log}" for log in database.exported_logs],
                "LogRetentionDays": log_retention_days,
            },
        )
        # The function needs what its role may do, when it is created and when it is deleted.
        protected.node.add_dependency(role)
