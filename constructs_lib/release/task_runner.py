"""The task runner of a base: lets the stacks of its apps wait for one-off tasks."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, wildcard_finding
from constructs_lib.config.naming import ROLE_PATH, one_off_families
from constructs_lib.observability.log_group import LogGroup

CODE = Path(__file__).parent / "functions" / "run_task"
QUERY_SECONDS = 10
FUNCTION_SECONDS = 60
PATIENCE_SECONDS = 120
"""For so long a step is repeated that fails: AWS's APIs are eventually consistent, and throttle.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""


MOST_EVENTS = 20_000
EVENTS_A_QUERY = 9
"""Step Functions ends an execution after 25,000 events: five of the function, two each of the choice and the wait, and
some for steps that are repeated.

https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html
"""


def query_seconds(timeout_seconds: int) -> int:
    """Return how often a task is asked for that may take so long, in seconds."""
    return max(QUERY_SECONDS, -(-timeout_seconds * EVENTS_A_QUERY // MOST_EVENTS))


class Waiting(TypedDict):
    """A state machine in the Amazon States Language."""

    StartAt: str
    States: dict[str, object]


class TaskRunner(Construct):
    """What runs the custom resources of the stacks whose names begin with `<folder>-`: a task of ECS each.

    A function takes CloudFormation's events, and a state machine has another one start the task and follow it to its
    end. One runner serves all apps of a base. Its service token must never change: CloudFormation refuses to update a
    custom resource whose token has.
    """

    def __init__(self, scope: Construct, construct_id: str, *, folder: str, log_retention_days: int) -> None:
        super().__init__(scope, construct_id)
        self._logs = LogGroup(self, "Logs", retention_days=log_retention_days, removal_policy=cdk.RemovalPolicy.DESTROY)
        stepper = self._function(
            self, "Step", "index.on_step", [*_starting(self, folder), *_following(self, folder)], FUNCTION_SECONDS
        )
        self.step_arn = stepper.function_arn
        waiter = self._waiter(stepper)
        # The path of the service token, which keeps its logical id.
        token = self._function(
            Construct(self, "Provider"),
            "framework-onEvent",
            "index.on_event",
            [iam.PolicyStatement(actions=["states:StartExecution"], resources=[waiter.ref])],
            PATIENCE_SECONDS + FUNCTION_SECONDS,
        )
        token.add_environment("STATE_MACHINE", waiter.ref)
        self.service_token = token.function_arn

    def _function(
        self, scope: Construct, construct_id: str, handler: str, statements: Sequence[iam.PolicyStatement], seconds: int
    ) -> lambda_.Function:
        role = iam.Role(
            scope,
            f"{construct_id}Role",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
            description="Runs one-off tasks for CloudFormation",
        )
        self._logs.grant_write(role)
        for statement in statements:
            role.add_to_policy(statement)
            for arn in filter(lambda arn: "*" in arn, statement.resources):
                acknowledge(role, {wildcard_finding(self, arn): "Stacks, tasks, roles and logs of this base's apps"})
        return lambda_.Function(
            scope,
            construct_id,
            role=role,
            handler=handler,
            code=lambda_.Code.from_asset(str(CODE), exclude=["__pycache__"]),
            runtime=lambda_.Runtime.PYTHON_3_14,
            architecture=lambda_.Architecture.ARM_64,
            timeout=cdk.Duration.seconds(seconds),
            log_group=self._logs,
        )

    def _waiter(self, stepper: lambda_.IFunction) -> sfn.CfnStateMachine:
        role = iam.Role(self, "WaiterRole", assumed_by=iam.ServicePrincipal("states.amazonaws.com"))
        role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[stepper.function_arn]))
        waiter = sfn.CfnStateMachine(
            self, "Waiter", role_arn=role.role_arn, definition=dict(waiting(stepper.function_arn, QUERY_SECONDS))
        )
        acknowledge(
            waiter,
            {
                "AwsSolutions-SF1": "Its function logs what matters",
                "AwsSolutions-SF2": "A trace of waiting tells nothing",
            },
        )
        return waiter


def waiting(function_arn: str, seconds: int) -> Waiting:
    """Return the state machine that has a function start a task, and asks it every so many seconds for the end.

    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html: the first retrier that names an
    error decides.
    """
    step = {
        "Type": "Task",
        "Resource": function_arn,
        "Retry": [
            {"ErrorEquals": ["TaskFailedError"], "MaxAttempts": 0},
            {
                "ErrorEquals": ["States.ALL"],
                "IntervalSeconds": QUERY_SECONDS,
                "MaxAttempts": PATIENCE_SECONDS // QUERY_SECONDS,
                "BackoffRate": 1,
            },
        ],
    }
    fails = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.Error", "Next": "Fail"}]
    return {
        "StartAt": "Step",
        "States": {
            "Step": {**step, "Catch": fails, "Next": "Ended"},
            "Ended": {
                "Type": "Choice",
                "Choices": [{"Variable": "$.Ended", "BooleanEquals": True, "Next": "End"}],
                "Default": "Wait",
            },
            "Wait": {"Type": "Wait", "Seconds": seconds, "Next": "Step"},
            "Fail": {**step, "End": True},
            "End": {"Type": "Succeed"},
        },
    }


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
            actions=["ecs:ListTasks"],
            resources=["*"],
            conditions={
                "ArnLike": {
                    "ecs:cluster": stack.format_arn(service="ecs", resource="cluster", resource_name=f"{folder}-*")
                }
            },
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
