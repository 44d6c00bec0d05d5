"""Autoscaling of a production service."""

import aws_cdk as cdk
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs_lib.config.model import ScalingConfig

SCALE_OUT_COOLDOWN_SECONDS = 60
SCALE_IN_COOLDOWN_SECONDS = 300


class ServiceScaling(Construct):
    """Keeps the tasks' average CPU at its target by their number. Out fast, in slowly."""

    def __init__(
        self, scope: Construct, construct_id: str, *, service: ecs.FargateService, config: ScalingConfig
    ) -> None:
        super().__init__(scope, construct_id)
        self.target = service.auto_scale_task_count(min_capacity=config.min, max_capacity=config.max)
        self.target.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=config.cpu_percent,
            scale_out_cooldown=cdk.Duration.seconds(SCALE_OUT_COOLDOWN_SECONDS),
            scale_in_cooldown=cdk.Duration.seconds(SCALE_IN_COOLDOWN_SECONDS),
        )
