"""Alarms and dashboard of a production application, for all of its services."""

from collections.abc import Mapping

from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs_lib.base_interface import ImportedProdBase
from constructs_lib.config import queue_metric
from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import logical_id
from constructs_lib.observability.dashboard import Dashboard
from constructs_lib.observability.metrics import (
    CacheMetrics,
    DatabaseMetrics,
    LoadBalancerMetrics,
    ServiceMetrics,
    WebMetrics,
    queue_length,
)
from constructs_lib.observability.service_alarms import QueueAlarm, TaskAlarms, WebAlarms
from constructs_lib.services.services import Services


class Observability(Construct):
    """Watches the services, rolls deployments of web services back on their alarms, and shows it all on one page."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        config: Mapping[str, ServiceConfig],
        host: str,
        services: Services,
        cluster: ecs.ICluster,
        base: ImportedProdBase,
        cache_nodes: int,
    ) -> None:
        super().__init__(scope, construct_id)
        alarms: list[cloudwatch.IAlarm] = []
        web: dict[str, WebMetrics] = {}
        tasks: dict[str, ServiceMetrics] = {}
        topic = base.alarm_topic
        for name, part in services.web.items():
            web[name] = WebMetrics(
                target_group=part.target_group.target_group_full_name, load_balancer=base.load_balancer_full_name
            )
            grace = config[name].health_check_grace_seconds
            web_alarms = WebAlarms(self, f"{logical_id(name)}Web", metrics=web[name], grace_seconds=grace, topic=topic)
            part.service.enable_deployment_alarms(
                [alarm.alarm_name for alarm in web_alarms.rollback], behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM
            )
            alarms += web_alarms.all
        for name, service in services.by_name.items():
            tasks[name] = ServiceMetrics(cluster=cluster.cluster_name, service=service.service_name)
            alarms += TaskAlarms(self, f"{logical_id(name)}Tasks", metrics=tasks[name], topic=topic).all
        for name, declared in config.items():
            scaling = declared.scaling
            if scaling and scaling.queue_length_per_task is not None:
                metric = queue_length(queue_metric.dimensions(host, name))
                most = scaling.queue_length_per_task * scaling.max
                alarms += QueueAlarm(self, f"{logical_id(name)}Queue", metric=metric, most=most, topic=topic).all
        Dashboard(
            self,
            "Dashboard",
            alarms=alarms,
            load_balancer=LoadBalancerMetrics(load_balancer=base.load_balancer_full_name),
            web=web,
            services=tasks,
            database=DatabaseMetrics(instance=base.database_id),
            cache=CacheMetrics(group=base.cache_id, nodes=cache_nodes),
        )
