"""The ECS cluster of one application and how its services run on Fargate."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_logs as logs
from constructs import Construct

ON_DEMAND = (ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=1),)
SPOT = (ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=1),)
"""Both architectures run on Spot, ARM since platform version 1.4.0, which is what LATEST means.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
"""


def partly_spot(percent: int) -> Sequence[ecs.CapacityProviderStrategy]:
    """Return a strategy that keeps the first task of a service on demand and runs `percent` of the others on Spot.

    A provider with a weight of 0 places no tasks, not even its base: at 100 percent, one in a hundred is on demand.
    """
    if percent == 0:
        return ON_DEMAND
    return (
        ecs.CapacityProviderStrategy(capacity_provider="FARGATE", base=1, weight=max(100 - percent, 1)),
        ecs.CapacityProviderStrategy(capacity_provider="FARGATE_SPOT", weight=percent),
    )


class Cluster(Construct):
    """A Fargate cluster. Its services roll without downtime, go back by themselves, and are open to ECS Exec.

    `capacity` is what services run on, `singleton_capacity` what those run on of which there is one task at most.
    `session_logs` records ECS Exec sessions, input and output.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_groups: list[ec2.ISecurityGroup],
        capacity: Sequence[ecs.CapacityProviderStrategy],
        singleton_capacity: Sequence[ecs.CapacityProviderStrategy],
        container_insights: bool,
        session_logs: logs.ILogGroup | None,
    ) -> None:
        super().__init__(scope, construct_id)
        self.security_groups = security_groups
        self._capacity = capacity
        self._singleton_capacity = singleton_capacity
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=vpc,
            container_insights_v2=(
                ecs.ContainerInsights.ENABLED if container_insights else ecs.ContainerInsights.DISABLED
            ),
            execute_command_configuration=(
                ecs.ExecuteCommandConfiguration(
                    logging=ecs.ExecuteCommandLogging.OVERRIDE,
                    log_configuration=ecs.ExecuteCommandLogConfiguration(cloud_watch_log_group=session_logs),
                )
                if session_logs
                else None
            ),
        )

        # Services depend on it: one that is created before, or deleted after, has no capacity provider to run on.
        self._capacity_providers = ecs.CfnClusterCapacityProviderAssociations(
            self.cluster,
            "Cluster",
            cluster=self.cluster.cluster_name,
            capacity_providers=["FARGATE", "FARGATE_SPOT"],
            default_capacity_provider_strategy=[],
        )

    def run(
        self,
        scope: Construct,
        *,
        task_definition: ecs.FargateTaskDefinition,
        singleton: bool,
        health_check_grace_seconds: int | None = None,
        security_groups: list[ec2.ISecurityGroup] | None = None,
    ) -> ecs.FargateService:
        """Add the service of a task definition to `scope`, in the groups of the cluster or in others.

        The number of tasks is not set: it starts at one, and from then on belongs to scaling. A singleton stops before
        its successor starts, so ECS does not move it to even out zones; every other service starts new tasks first.
        """
        service = ecs.FargateService(
            scope,
            "Service",
            cluster=self.cluster,
            task_definition=task_definition,
            capacity_provider_strategies=list(self._singleton_capacity if singleton else self._capacity),
            security_groups=security_groups or self.security_groups,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            assign_public_ip=False,
            min_healthy_percent=0 if singleton else 100,
            max_healthy_percent=100 if singleton else 200,
            # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-rebalancing.html
            availability_zone_rebalancing=ecs.AvailabilityZoneRebalancing.DISABLED if singleton else None,
            health_check_grace_period=(
                None if health_check_grace_seconds is None else cdk.Duration.seconds(health_check_grace_seconds)
            ),
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            enable_execute_command=True,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
        service.node.add_dependency(self._capacity_providers)
        return service
