"""Alarms of one service of a production application."""

import math

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_sns as sns
from constructs import Construct

from constructs_lib.observability.alarm import Alarm
from constructs_lib.observability.metrics import ServiceMetrics, WebMetrics

ERROR_PERCENT = 5
SLOW_SECONDS = 2
BUSY_PERCENT = 90


class WebAlarms(Construct):
    """What visitors notice. `rollback` are the alarms that a deployment goes back on.

    They know the target group and the load balancer, not the service, so that the service can name them. A task may
    fail its health check for `grace_seconds` after its start: ECS leaves it alone, while the load balancer counts it.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, metrics: WebMetrics, grace_seconds: int, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        errors = Alarm(
            self,
            "Errors",
            description=f"{ERROR_PERCENT} % or more of the requests are answered with 5xx",
            metric=metrics.error_percent(),
            threshold=ERROR_PERCENT,
            periods=5,
            breaches=3,
            topic=topic,
        )
        unhealthy = Alarm(
            self,
            "Unhealthy",
            description="Tasks fail the load balancer's health check",
            metric=metrics.unhealthy_tasks(),
            threshold=1,
            periods=max(3, math.ceil(grace_seconds / 60) + 2),
            topic=topic,
        )
        slow = Alarm(
            self,
            "Latency",
            description=f"One request in twenty takes {SLOW_SECONDS} seconds or more",
            metric=metrics.latency_seconds("p95"),
            threshold=SLOW_SECONDS,
            periods=10,
            breaches=8,
            topic=topic,
        )
        self.rollback: list[cloudwatch.IAlarm] = [errors, unhealthy]
        self.all: list[cloudwatch.IAlarm] = [errors, unhealthy, slow]


class QueueAlarm(Construct):
    """Whether a service that follows its queue keeps up with it.

    `most` are the waiting messages for which all the tasks that it may have are enough. Without data the service
    does not scale, so missing data is a breach.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, metric: cloudwatch.IMetric, most: int, topic: sns.ITopic
    ) -> None:
        super().__init__(scope, construct_id)
        backlog = Alarm(
            self,
            "Backlog",
            description=f"{most} messages or more have waited for a quarter of an hour, or their number is not known",
            metric=metric,
            threshold=most,
            periods=3,
            missing=cloudwatch.TreatMissingData.BREACHING,
            topic=topic,
        )
        self.all: list[cloudwatch.IAlarm] = [backlog]


class TaskAlarms(Construct):
    """Whether the tasks of a service have enough, and whether there are any.

    A service whose tasks run has both metrics: without data none runs, which is a breach of the first alarm.
    """

    def __init__(self, scope: Construct, construct_id: str, *, metrics: ServiceMetrics, topic: sns.ITopic) -> None:
        super().__init__(scope, construct_id)
        cpu = Alarm(
            self,
            "Cpu",
            description=f"The tasks' CPU is at {BUSY_PERCENT} % or more, or no task runs",
            metric=metrics.cpu_percent(),
            threshold=BUSY_PERCENT,
            periods=3,
            missing=cloudwatch.TreatMissingData.BREACHING,
            topic=topic,
        )
        memory = Alarm(
            self,
            "Memory",
            description=f"A task uses {BUSY_PERCENT} % or more of its memory and will be killed at 100 %",
            metric=metrics.memory_percent(),
            threshold=BUSY_PERCENT,
            periods=2,
            topic=topic,
        )
        self.all: list[cloudwatch.IAlarm] = [cpu, memory]
