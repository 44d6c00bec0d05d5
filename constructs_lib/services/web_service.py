"""A service behind the load balancer."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticloadbalancingv2 as elbv2
from constructs import Construct

from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import EnvironmentName, service_family
from constructs_lib.config.routing import listener_rules
from constructs_lib.services.application import Application
from constructs_lib.services.cluster import Cluster

STOP_TIMEOUT_SECONDS = 90
"""From SIGTERM to SIGKILL: longer than the load balancer keeps sending requests to a task that stops."""

DEREGISTRATION_DELAY_SECONDS = 30


class WebService(Construct):
    """Tasks that answer HTTP for one host name and the paths that are theirs."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        service: str,
        config: ServiceConfig,
        host: str,
        application: Application,
        cluster: Cluster,
        vpc: ec2.IVpc,
        listener: elbv2.IApplicationListener,
    ) -> None:
        super().__init__(scope, construct_id)
        task = application.define_task(
            self,
            family=service_family(name, service),
            service_name=service,
            service=config,
            stop_timeout_seconds=STOP_TIMEOUT_SECONDS,
        )
        self.service = cluster.run(
            self,
            task_definition=task,
            singleton=config.singleton,
            health_check_grace_seconds=config.health_check_grace_seconds,
        )
        self.target_group = elbv2.ApplicationTargetGroup(
            self,
            "TargetGroup",
            vpc=vpc,
            port=config.port,
            protocol=elbv2.ApplicationProtocol.HTTP,
            target_type=elbv2.TargetType.IP,
            targets=[self.service],
            deregistration_delay=cdk.Duration.seconds(DEREGISTRATION_DELAY_SECONDS),
            health_check=elbv2.HealthCheck(
                path=config.health_check_path,
                healthy_http_codes=config.health_check_codes,
                interval=cdk.Duration.seconds(15),
                timeout=cdk.Duration.seconds(5),
                healthy_threshold_count=2,
                unhealthy_threshold_count=3,
            ),
        )
        for index, rule in enumerate(listener_rules(name, service, config)):
            elbv2.ApplicationListenerRule(
                self,
                f"Rule{index}",
                listener=listener,
                priority=rule.priority,
                conditions=[
                    elbv2.ListenerCondition.host_headers([host]),
                    elbv2.ListenerCondition.path_patterns(list(rule.paths)),
                ],
                target_groups=[self.target_group],
            )
