"""The ECS cluster of one application and how its services run on Fargate."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct


class Cluster(Construct):
    """A Fargate cluster. Its services roll without downtime, go back by themselves, and are open to ECS Exec."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_groups: list[ec2.ISecurityGroup],
        capacity: list[ecs.CapacityProviderStrategy],
        container_insights: bool,
    ) -> None:
        super().__init__(scope, construct_id)
        self.security_groups = security_groups
        self._capacity = capacity
        self.cluster = ecs.Cluster(
            self,
            "Cluster",
            vpc=vpc,
            enable_fargate_capacity_providers=True,
            container_insights_v2=(
                ecs.ContainerInsights.ENABLED if container_insights else ecs.ContainerInsights.DISABLED
            ),
        )

    def run(
        self,
        scope: Construct,
        *,
        task_definition: ecs.FargateTaskDefinition,
        singleton: bool,
    ) -> ecs.FargateService:
        """Add the service of a task definition to `scope`.

        The number of tasks is not set: it starts at one, and from then on belongs to scaling. A singleton stops before
        its successor starts; every other service starts new tasks first.
        """
        return ecs.FargateService(
            scope,
            "Service",
            cluster=self.cluster,
            task_definition=task_definition,
            capacity_provider_strategies=self._capacity,
            security_groups=self.security_groups,
            vpc_subnets=ec2.SubnetSelection(subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS),
            assign_public_ip=False,
            min_healthy_percent=0 if singleton else 100,
            max_healthy_percent=100 if singleton else 200,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            enable_execute_command=True,
            enable_ecs_managed_tags=True,
            propagate_tags=ecs.PropagatedTagSource.SERVICE,
        )
