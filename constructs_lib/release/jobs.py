"""Management commands on a schedule."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct, IDependable

from constructs_lib.acknowledge import acknowledge
from constructs_lib.base_interface import ImportedBase
from constructs_lib.config import cron
from constructs_lib.config.model import JobConfig, ServiceConfig
from constructs_lib.config.naming import JOB_TAG, SKIPPED, EnvironmentName, job_family, logical_id
from constructs_lib.release.one_off_task import task_properties
from constructs_lib.release.task_runner import QUERY_SECONDS, query_seconds, waiting
from constructs_lib.services.application import Application

STOP_TIMEOUT_SECONDS = 120

SETTLE_SECONDS = 5
"""How long a run waits before it asks for others, so that those which started in the same moment are listed."""

MOST_EXECUTIONS = 100
"""Executions that one question lists: those that run are one, and those that look whether they may."""

_LAST_EXECUTION = "States.ArrayGetItem($.Executions, States.MathAdd(States.ArrayLength($.Executions), -1))"


class Jobs(Construct):
    """A schedule and a state machine for each job: its executions say when a job ran and how it ended.

    The state machine lets the task runner of the base start the task and follow it to its end, as the release command
    is followed. An execution fails when the task has failed.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        config: Mapping[str, JobConfig],
        application: Application,
        base: ImportedBase,
        cluster: ecs.ICluster,
        security_groups: list[ec2.ISecurityGroup],
        sleeper: ecs.FargateService | None,
        after: IDependable,
    ) -> None:
        super().__init__(scope, construct_id)
        self.state_machines: dict[str, sfn.CfnStateMachine] = {}
        for job, job_config in config.items():
            part = Construct(self, logical_id(job))
            task = application.define_task(
                part,
                family=job_family(name, job),
                service_name=job,
                service=ServiceConfig(command=job_config.command, cpu=job_config.cpu, memory_mib=job_config.memory_mib),
                stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
            )
            properties = task_properties(
                description=f"the job {job}",
                task_definition=task,
                cluster=cluster,
                vpc=base.vpc,
                security_groups=security_groups,
                timeout_seconds=job_config.timeout_minutes * 60,
            )
            asleep = None if sleeper is None or job_config.while_asleep else sleeper
            machine = _state_machine(
                part,
                job_config,
                step_arn=base.task_step_arn,
                cluster=cluster,
                properties=properties,
                sleeper=asleep,
            )
            cdk.Tags.of(machine).add(JOB_TAG, job)
            self.state_machines[job] = machine
            schedule = _schedule(part, job_config, machine)
            schedule.node.add_dependency(after, task.task_role, task.obtain_execution_role())


def _state_machine(
    scope: Construct,
    job: JobConfig,
    *,
    step_arn: str,
    cluster: ecs.ICluster,
    properties: Mapping[str, object],
    sleeper: ecs.FargateService | None,
) -> sfn.CfnStateMachine:
    role = iam.Role(
        scope, "Role", assumed_by=_service("states.amazonaws.com", scope), description="Follows a job to its end"
    )
    role.add_to_policy(iam.PolicyStatement(actions=["lambda:InvokeFunction"], resources=[step_arn]))
    machine = sfn.CfnStateMachine(
        scope, "Run", role_arn=role.role_arn, definition=_definition(job, step_arn, cluster, properties, sleeper)
    )
    if job.overlap == "skip":
        role.add_to_policy(iam.PolicyStatement(actions=["states:ListExecutions"], resources=[machine.ref]))
    if sleeper is not None:
        role.add_to_policy(iam.PolicyStatement(actions=["ecs:DescribeServices"], resources=[sleeper.service_arn]))
    acknowledge(
        machine,
        {
            "AwsSolutions-SF1": "The function that it invokes logs what matters",
            "AwsSolutions-SF2": "A trace of waiting tells nothing",
        },
    )
    return machine


def _definition(
    job: JobConfig,
    step_arn: str,
    cluster: ecs.ICluster,
    properties: Mapping[str, object],
    sleeper: ecs.FargateService | None,
) -> dict[str, object]:
    """Return the state machine: skip where the application sleeps or another run goes on, else run and follow."""
    event = {"RequestType": "Job", "RequestId.$": "$$.Execution.Name", "ResourceProperties": dict(properties)}
    run = waiting(step_arn, query_seconds(job.timeout_minutes * 60))
    states: dict[str, object] = {"Event": {"Type": "Pass", "Parameters": {"Event": event}, "Next": run["StartAt"]}}
    states.update(run["States"])
    start = "Event"
    if job.overlap == "skip":
        states |= _unless_older_runs(start)
        start = "Settle"
    if sleeper is not None:
        states |= _unless_asleep(cluster, sleeper, start)
        start = "Sleep"
    return {"StartAt": start, "States": states}


def _unless_older_runs(otherwise: str) -> dict[str, object]:
    """Return states that skip a run while an older one goes on: of those that start together, the oldest runs.

    ListExecutions lists the execution that asks too, and the most recent one first. It is eventually consistent, which
    is why it is asked a little later.
    https://docs.aws.amazon.com/step-functions/latest/apireference/API_ListExecutions.html
    """
    return {
        "Settle": {"Type": "Wait", "Seconds": SETTLE_SECONDS, "Next": "Overlap"},
        "Overlap": _question(
            "arn:aws:states:::aws-sdk:sfn:listExecutions",
            {"StateMachineArn.$": "$$.StateMachine.Id", "StatusFilter": "RUNNING", "MaxResults": MOST_EXECUTIONS},
            "OverlapFound",
        ),
        "OverlapFound": {
            "Type": "Choice",
            "Choices": [{"Variable": "$.Executions[1]", "IsPresent": True, "Next": "OverlapOldest"}],
            "Default": otherwise,
        },
        "OverlapOldest": {"Type": "Pass", "Parameters": {"Oldest.$": _LAST_EXECUTION}, "Next": "OverlapOlder"},
        "OverlapOlder": {
            "Type": "Choice",
            "Choices": [
                {
                    "Variable": "$.Oldest.ExecutionArn",
                    "StringEqualsPath": "$$.Execution.Id",
                    "Next": otherwise,
                }
            ],
            "Default": "SkippedForOverlap",
        },
        "SkippedForOverlap": _skipped("the run before was going on"),
    }


def _unless_asleep(cluster: ecs.ICluster, sleeper: ecs.FargateService, otherwise: str) -> dict[str, object]:
    """Return states that skip a run while the environment sleeps."""
    return {
        "Sleep": _question(
            "arn:aws:states:::aws-sdk:ecs:describeServices",
            {"Cluster": cluster.cluster_name, "Services": [sleeper.service_arn]},
            "SleepFound",
        ),
        "SleepFound": {
            "Type": "Choice",
            "Choices": [
                {"Variable": "$.Services[0].DesiredCount", "NumericEquals": 0, "Next": "SkippedForSleep"},
            ],
            "Default": otherwise,
        },
        "SkippedForSleep": _skipped("the environment was asleep"),
    }


def _question(resource: str, parameters: Mapping[str, object], following: str) -> dict[str, object]:
    retry = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": QUERY_SECONDS, "MaxAttempts": 3, "BackoffRate": 2}]
    return {"Type": "Task", "Resource": resource, "Parameters": parameters, "Retry": retry, "Next": following}


def _skipped(reason: str) -> dict[str, object]:
    """Return the end of a run that was skipped, which has succeeded: its output has the reason."""
    return {"Type": "Pass", "Result": {SKIPPED: reason}, "End": True}


def _schedule(scope: Construct, job: JobConfig, machine: sfn.CfnStateMachine) -> scheduler.CfnSchedule:
    role = iam.Role(
        scope, "ScheduleRole", assumed_by=_service("scheduler.amazonaws.com", scope), description="Starts a job"
    )
    start = iam.Policy(
        scope,
        "ScheduleRolePolicy",
        roles=[role],
        statements=[iam.PolicyStatement(actions=["states:StartExecution"], resources=[machine.ref])],
    )
    schedule = scheduler.CfnSchedule(
        scope,
        "Schedule",
        schedule_expression=cron.expression(job.schedule),
        schedule_expression_timezone=job.timezone,
        flexible_time_window=scheduler.CfnSchedule.FlexibleTimeWindowProperty(mode="OFF"),
        target=scheduler.CfnSchedule.TargetProperty(arn=machine.ref, role_arn=role.role_arn),
    )
    schedule.node.add_dependency(start)
    return schedule


def _service(principal: str, scope: Construct) -> iam.ServicePrincipal:
    return iam.ServicePrincipal(
        principal, conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(scope).account}}
    )
