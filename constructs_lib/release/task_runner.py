"""The task runner of a base: lets the stacks of its apps wait for one-off tasks."""

from pathlib import Path
from typing import cast

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import custom_resources
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, wildcard_finding
from constructs_lib.config.naming import ROLE_PATH, one_off_families
from constructs_lib.observability.log_group import LogGroup

CODE = Path(__file__).parent / "functions" / "run_task"
QUERY_SECONDS = 10
LOGGING_POLICY_FINDING = (
    "AwsSolutions-IAM4[Policy::arn:<AWS::Partition>:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole]"
)
TOTAL_TIMEOUT_MINUTES = 60
"""The longest that CloudFormation waits for a custom resource."""


class TaskRunner(Construct):
    """A custom-resource provider that runs tasks of the stacks whose names begin with `<folder>-`.

    One serves all apps of a base. Its service token must never change: CloudFormation refuses to update a custom
    resource whose token has.
    """

    def __init__(self, scope: Construct, construct_id: str, *, folder: str, log_retention_days: int) -> None:
        super().__init__(scope, construct_id)
        self._logs = LogGroup(self, "Logs", retention_days=log_retention_days, removal_policy=cdk.RemovalPolicy.DESTROY)
        starter, follower = self._function("Start", "index.on_event"), self._function("Follow", "index.is_complete")
        for function, statements in ((starter, _starting(self, folder)), (follower, _following(self, folder))):
            for statement in statements:
                function.add_to_role_policy(statement)
                for arn in statement.resources:
                    acknowledge(
                        self, {wildcard_finding(self, arn): "Stacks, tasks, roles and logs of this base's apps"}
                    )
        self._provider = custom_resources.Provider(
            self,
            "Provider",
            on_event_handler=starter,
            is_complete_handler=follower,
            query_interval=cdk.Duration.seconds(QUERY_SECONDS),
            total_timeout=cdk.Duration.minutes(TOTAL_TIMEOUT_MINUTES),
            log_group=self._logs,
        )
        self._accept_the_framework([starter, follower])

    @property
    def service_token(self) -> str:
        """What a custom resource names as its provider."""
        return self._provider.service_token

    def _accept_the_framework(self, handlers: list[lambda_.Function]) -> None:
        provider = self._provider.node
        own = [
            cast("lambda_.Function", provider.find_child(f"framework-{name}")) for name in ("isComplete", "onTimeout")
        ]
        acknowledge(
            self._provider,
            {
                LOGGING_POLICY_FINDING: "Set by the framework; it allows writing logs",
                "AwsSolutions-L1": "The framework chooses its runtime",
                "AwsSolutions-SF1": "Its functions log what matters",
                "AwsSolutions-SF2": "A trace of waiting tells nothing",
                **{
                    wildcard_finding(self, f"{function.function_arn}:*"): "Every version of one function"
                    for function in (*handlers, *own)
                },
            },
        )

    def _function(self, construct_id: str, handler: str) -> lambda_.Function:
        role = iam.Role(
            self,
            f"{construct_id}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Runs one-off tasks for CloudFormation",
        )
        self._logs.grant_write(role)
        return lambda_.Function(
            self,
            construct_id,
            role=role,
            handler=handler,
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            timeout=cdk.Duration.minutes(1),
            log_group=self._logs,
        )


def _starting(scope: Construct, folder: str) -> list[iam.PolicyStatement]:
    stack = cdk.Stack.of(scope)
    return [
        iam.PolicyStatement(
            actions=["ecs:RunTask"],
            resources=[
                stack.format_arn(
                    service="ecs", resource="task-definition", resource_name=f"{one_off_families(folder)}:*"
                )
            ],
        ),
        iam.PolicyStatement(
            actions=["iam:PassRole"],
            resources=[stack.format_arn(service="iam", region="", resource=f"role{ROLE_PATH}{folder}-*")],
            conditions={"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}},
        ),
        iam.PolicyStatement(
            actions=["cloudformation:DescribeStacks"],
            resources=[stack.format_arn(service="cloudformation", resource="stack", resource_name=f"{folder}-*/*")],
        ),
    ]


def _following(scope: Construct, folder: str) -> list[iam.PolicyStatement]:
    stack = cdk.Stack.of(scope)
    return [
        iam.PolicyStatement(
            actions=["ecs:DescribeTasks", "ecs:StopTask"],
            resources=[stack.format_arn(service="ecs", resource="task", resource_name=f"{folder}-*/*")],
        ),
        iam.PolicyStatement(
            actions=["logs:GetLogEvents"],
            resources=[
                stack.format_arn(
                    service="logs",
                    resource="log-group",
                    resource_name=f"{folder}-*:log-stream:*",
                    arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
                )
            ],
        ),
    ]
