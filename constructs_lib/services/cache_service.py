"""The cache and broker of one ad hoc environment: a Valkey server that no other environment can reach."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_iam as iam
from aws_cdk import aws_servicediscovery as servicediscovery
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.config.naming import CACHE_SERVICE, SERVICE_TAG, EnvironmentName, service_family
from constructs_lib.network.ports import CACHE_PORT
from constructs_lib.observability.log_group import TaskLogGroup
from constructs_lib.services.cluster import Cluster

IMAGE = "public.ecr.aws/valkey/valkey:8.1-alpine"
"""The tag follows bug fixes of Valkey 8.1, as that of PostgreSQL's image does: docs/dependencies.md."""

CPU = 256
MEMORY_MIB = 512
MAX_DATA_MIB = 384
"""What is left is for connections, and for Valkey itself."""

DNS_TTL_SECONDS = 5
"""A replaced task has another address."""


class CacheService(Construct):
    """One task, found as `host`. It keeps nothing on disk: what is in it ends with the task.

    Its security group lets in the tasks of `clients` alone, so it needs no password and no TLS, and an application
    may use any of its databases under any key. When memory is short, keys that expire are given up, least recently used
    first; a queue's never are.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        cluster: Cluster,
        vpc: ec2.IVpc,
        clients: ec2.ISecurityGroup,
        namespace: servicediscovery.IPrivateDnsNamespace,
        log_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        self.host = f"{name.cache_name}.{name.private_domain}"
        group = ec2.SecurityGroup(
            self, "SecurityGroup", vpc=vpc, description=f"Cache of {name}", allow_all_outbound=False
        )
        group.add_ingress_rule(clients, ec2.Port.tcp(CACHE_PORT), "Tasks of the same environment")
        group.add_egress_rule(ec2.Peer.any_ipv4(), ec2.Port.HTTPS, "Registry, logs and ECS Exec")
        self.service = cluster.run(
            self,
            task_definition=self._task(service_family(name, CACHE_SERVICE), log_retention_days),
            singleton=True,
            security_groups=[group],
        )
        self.discovery = servicediscovery.Service(
            self,
            "Name",
            namespace=namespace,
            name=name.cache_name,
            dns_record_type=servicediscovery.DnsRecordType.A,
            dns_ttl=cdk.Duration.seconds(DNS_TTL_SECONDS),
            custom_health_check=servicediscovery.HealthCheckCustomConfig(),
        )
        self.service.associate_cloud_map_service(service=self.discovery)
        cdk.Tags.of(self.service).add(SERVICE_TAG, CACHE_SERVICE)
        acknowledge(self, {"AwsSolutions-IAM5[Resource::*]": "ECS Exec knows no resources"})

    @property
    def url(self) -> str:
        """URL of the first database."""
        return f"redis://{self.host}:{CACHE_PORT}/0"

    def _task(self, family: str, log_retention_days: int) -> ecs.FargateTaskDefinition:
        principal = iam.ServicePrincipal(
            "ecs-tasks.amazonaws.com",
            conditions={"StringEquals": {"aws:SourceAccount": cdk.Stack.of(self).account}},
        )
        task = ecs.FargateTaskDefinition(
            self,
            "TaskDefinition",
            family=family,
            cpu=CPU,
            memory_limit_mib=MEMORY_MIB,
            runtime_platform=ecs.RuntimePlatform(
                cpu_architecture=ecs.CpuArchitecture.ARM64, operating_system_family=ecs.OperatingSystemFamily.LINUX
            ),
            task_role=iam.Role(self, "TaskRole", assumed_by=principal, description="The cache: ECS Exec alone"),
            execution_role=iam.Role(self, "ExecutionRole", assumed_by=principal, description="Writes the cache's logs"),
        )
        task.add_container(
            CACHE_SERVICE,
            container_name=CACHE_SERVICE,
            image=ecs.ContainerImage.from_registry(IMAGE),
            command=[
                *("valkey-server", "--bind", "0.0.0.0", "--port", str(CACHE_PORT), "--protected-mode", "no"),  # noqa: S104 # the network of the task
                *("--save", "", "--appendonly", "no"),
                *("--maxmemory", f"{MAX_DATA_MIB}mb", "--maxmemory-policy", "volatile-lru"),
            ],
            port_mappings=[ecs.PortMapping(container_port=CACHE_PORT)],
            logging=ecs.LogDrivers.aws_logs(
                stream_prefix=CACHE_SERVICE,
                log_group=TaskLogGroup(self, "Logs", of=CACHE_SERVICE, retention_days=log_retention_days),
            ),
            health_check=ecs.HealthCheck(
                command=["CMD", "valkey-cli", "ping"],
                interval=cdk.Duration.seconds(10),
                timeout=cdk.Duration.seconds(5),
                start_period=cdk.Duration.seconds(10),
                retries=3,
            ),
            # Reaps the processes that ECS Exec leaves behind.
            linux_parameters=ecs.LinuxParameters(self, "LinuxParameters", init_process_enabled=True),
        )
        return task
