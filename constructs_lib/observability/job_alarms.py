"""Alarms of the jobs of a production application."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from constructs_lib.config.naming import logical_id
from constructs_lib.observability.alarm import Alarm

PERIOD_MINUTES = 5


class JobAlarms(Construct):
    """Tells `topic` of every run of a job that has failed; `state_machines` are those of the jobs, by their names.

    https://docs.aws.amazon.com/step-functions/latest/dg/procedure-cw-metrics.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        state_machines: Mapping[str, sfn.CfnStateMachine],
        topic: sns.ITopic,
    ) -> None:
        super().__init__(scope, construct_id)
        for job, machine in state_machines.items():
            Alarm(
                self,
                logical_id(job),
                description=f"A run of the job {job} has failed: `gitops logs --service {job}` has its output",
                metric=cloudwatch.Metric(
                    namespace="AWS/States",
                    metric_name="ExecutionsFailed",
                    dimensions_map={"StateMachineArn": machine.ref},
                    statistic="Sum",
                    period=cdk.Duration.minutes(PERIOD_MINUTES),
                ),
                threshold=1,
                periods=1,
                topic=topic,
            )
