"""Waking and sleeping hours of an ad hoc environment's services."""

from collections.abc import Iterable
from datetime import time

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs_lib.config import awake_hours
from constructs_lib.config.model import ScheduleConfig
from constructs_lib.services.scalable_tasks import scalable_tasks


class ServiceSchedule(Construct):
    """One task in the hours awake, none outside of them.

    The hours are those of the time zone's clock, in summer and winter: Application Auto Scaling follows its changes.
    https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-policy-overview.html

    Between the two actions nothing moves the number of tasks. The limits written in the template allow both none and
    one, so that a deployment, whenever it comes, neither wakes the service nor puts it to sleep.
    """

    def __init__(
        self, scope: Construct, construct_id: str, *, service: ecs.FargateService, config: ScheduleConfig
    ) -> None:
        super().__init__(scope, construct_id)
        hours = awake_hours.parse(config.awake)
        zone = cdk.TimeZone.of(config.timezone)
        target = scalable_tasks(service, min_capacity=0, max_capacity=1)
        target.scale_on_schedule(
            "Wake", schedule=_weekly(hours.start, hours.days), time_zone=zone, min_capacity=1, max_capacity=1
        )
        target.scale_on_schedule(
            "Sleep", schedule=_weekly(hours.end, hours.end_days), time_zone=zone, min_capacity=0, max_capacity=0
        )


def _weekly(moment: time, days: Iterable[int]) -> appscaling.Schedule:
    """Return `cron(minutes hours day-of-month month day-of-week year)`.

    https://docs.aws.amazon.com/autoscaling/application/userguide/scheduled-scaling-using-cron-expressions.html
    """
    names = ",".join(awake_hours.DAYS[day].upper() for day in days)
    return appscaling.Schedule.expression(f"cron({moment.minute} {moment.hour} ? * {names} *)")
