"""Autoscaling of a production service."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_applicationautoscaling as appscaling
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.config import queue_metric
from constructs_lib.config.model import ScalingConfig
from constructs_lib.services.scalable_tasks import scalable_tasks

SCALE_OUT_COOLDOWN_SECONDS = 60
"""About what a new task takes to show in the metrics."""

SCALE_IN_COOLDOWN_SECONDS = 300
"""Longer than the way out: a task too many costs cents, one too few is felt."""


class ServiceScaling(Construct):
    """Follows a production service's load by the number of its tasks: out fast, in slowly.

    Each target is a policy of its own. The largest number that one of them asks for wins, and tasks are only taken
    away when all agree. `load_balancer` and `target_group` are full names; `queue` are the dimensions of the metric
    that `publisher` may publish when the service follows its queue.
    https://docs.aws.amazon.com/autoscaling/application/userguide/target-tracking-scaling-policy-overview.html
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        service: ecs.FargateService,
        config: ScalingConfig,
        load_balancer: str,
        target_group: str | None,
        queue: Mapping[str, str],
        publisher: iam.IGrantable,
    ) -> None:
        super().__init__(scope, construct_id)
        self._service = service
        self._target = scalable_tasks(service, min_capacity=config.min, max_capacity=config.max)
        self._target.scale_on_cpu_utilization(
            "Cpu",
            target_utilization_percent=config.cpu_percent,
            scale_out_cooldown=cdk.Duration.seconds(SCALE_OUT_COOLDOWN_SECONDS),
            scale_in_cooldown=cdk.Duration.seconds(SCALE_IN_COOLDOWN_SECONDS),
        )
        if config.requests_per_target is not None and target_group is not None:
            self._follow_requests(config.requests_per_target, load_balancer, target_group)
        if config.queue_length_per_task is not None:
            self._follow_queue(config.queue_length_per_task, queue)
            _allow_publishing(publisher)

    def _follow_requests(self, per_minute: int, load_balancer: str, target_group: str) -> None:
        self._track(
            "Requests",
            per_minute,
            predefined_metric_specification=appscaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty(
                predefined_metric_type="ALBRequestCountPerTarget",
                resource_label=f"{load_balancer}/{target_group}",
            ),
        )

    def _follow_queue(self, per_task: int, dimensions: Mapping[str, str]) -> None:
        """Hold the waiting messages for each running task.

        Their number is divided here, by the task count of Container Insights: the application need not know how
        many tasks it has, and any one of them may publish. Without data nothing scales.
        https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-target-tracking-metric-math.html
        """
        service = {"ClusterName": self._service.cluster.cluster_name, "ServiceName": self._service.service_name}
        self._track(
            "Queue",
            per_task,
            customized_metric_specification=appscaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty(
                metrics=[
                    _average("waiting", queue_metric.NAMESPACE, queue_metric.QUEUE_LENGTH, dimensions),
                    _average("running", "ECS/ContainerInsights", "RunningTaskCount", service),
                    appscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty(
                        id="per_task", expression="waiting / running", label="waiting messages per task"
                    ),
                ]
            ),
        )

    def _track(
        self,
        construct_id: str,
        target: int,
        *,
        predefined_metric_specification: appscaling.CfnScalingPolicy.PredefinedMetricSpecificationProperty
        | None = None,
        customized_metric_specification: appscaling.CfnScalingPolicy.CustomizedMetricSpecificationProperty
        | None = None,
    ) -> None:
        appscaling.CfnScalingPolicy(
            self,
            construct_id,
            policy_name=construct_id,
            policy_type="TargetTrackingScaling",
            scaling_target_id=self._target.scalable_target_ref.resource_id,
            target_tracking_scaling_policy_configuration=(
                appscaling.CfnScalingPolicy.TargetTrackingScalingPolicyConfigurationProperty(
                    target_value=target,
                    scale_out_cooldown=SCALE_OUT_COOLDOWN_SECONDS,
                    scale_in_cooldown=SCALE_IN_COOLDOWN_SECONDS,
                    predefined_metric_specification=predefined_metric_specification,
                    customized_metric_specification=customized_metric_specification,
                )
            ),
        )


def _allow_publishing(publisher: iam.IGrantable) -> None:
    # CloudWatch's metrics are not resources; their namespace is what a permission can be limited to.
    # https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/iam-cw-condition-keys-namespace.html
    iam.Grant.add_to_principal(
        grantee=publisher,
        actions=["cloudwatch:PutMetricData"],
        resource_arns=["*"],
        conditions={"StringEquals": {"cloudwatch:namespace": queue_metric.NAMESPACE}},
    )


def _average(
    query_id: str, namespace: str, name: str, dimensions: Mapping[str, str]
) -> appscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty:
    return appscaling.CfnScalingPolicy.TargetTrackingMetricDataQueryProperty(
        id=query_id,
        return_data=False,
        metric_stat=appscaling.CfnScalingPolicy.TargetTrackingMetricStatProperty(
            stat="Average",
            metric=appscaling.CfnScalingPolicy.TargetTrackingMetricProperty(
                namespace=namespace,
                metric_name=name,
                dimensions=[
                    appscaling.CfnScalingPolicy.TargetTrackingMetricDimensionProperty(name=key, value=value)
                    for key, value in dimensions.items()
                ],
            ),
        ),
    )
