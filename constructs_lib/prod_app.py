"""The production application: Fargate on demand, autoscaled, on the production base."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from constructs import Construct

from constructs_lib.application import Application
from constructs_lib.base_interface import ImportedBase
from constructs_lib.cluster import Cluster
from constructs_lib.config.model import ProdAppConfig, ProdBaseConfig
from constructs_lib.config.naming import EnvironmentName, logical_id
from constructs_lib.config.routing import host
from constructs_lib.dns_record import DnsRecord
from constructs_lib.release import Release
from constructs_lib.scaling import ServiceScaling
from constructs_lib.services import Services


class ProdApp(Construct):
    """An application whose secrets and logs outlive it and whose services follow their load."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        config: ProdAppConfig,
        base: ProdBaseConfig,
    ) -> None:
        super().__init__(scope, construct_id)
        self.host = host(name, base.domain, config.hostname)
        imported = ImportedBase(
            self,
            "Base",
            name=name.base,
            availability_zones=base.network.availability_zones,
            domain=base.domain,
            hosted_zone_id=base.hosted_zone_id,
        )
        self.application = Application(
            self,
            "Application",
            name=name,
            config=config,
            host=self.host,
            base=imported,
            log_retention_days=base.log_retention_days,
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )
        tasks = ec2.SecurityGroup(
            self, "Tasks", vpc=imported.vpc, description=f"Tasks of {name}", allow_all_outbound=False
        )
        cluster = Cluster(
            self,
            "Cluster",
            vpc=imported.vpc,
            security_groups=[imported.application_security_group, tasks],
            capacity=[ecs.CapacityProviderStrategy(capacity_provider="FARGATE", weight=1)],
            container_insights=True,
        )
        self.services = Services(
            self,
            "Services",
            name=name,
            config=config.services,
            host=self.host,
            application=self.application,
            cluster=cluster,
            base=imported,
        )
        for service, service_config in config.services.items():
            if service_config.scaling is not None:
                ServiceScaling(
                    self,
                    f"{logical_id(service)}Scaling",
                    service=self.services.by_name[service],
                    config=service_config.scaling,
                )
        release = Release(
            self,
            "Release",
            application=self.application,
            command=config.release_command,
            database=name.database,
            seed_from=None,
            base=imported,
            engine_version=base.database.engine_version,
            cluster=cluster.cluster,
            security_groups=cluster.security_groups,
            log_retention_days=base.log_retention_days,
            removal_policy=cdk.RemovalPolicy.RETAIN,
            environment_on_delete=None,
        )
        for fargate_service in self.services.by_name.values():
            fargate_service.node.add_dependency(release)
        DnsRecord(self, "Dns", host=self.host, zone=imported.zone, load_balancer=imported.load_balancer)
        cdk.CfnOutput(self, "Url", value=f"https://{self.host}").override_logical_id("Url")
