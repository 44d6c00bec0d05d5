"""The production application: Fargate on demand, with Spot where that was asked for, and autoscaled."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, wildcard_finding
from constructs_lib.base_interface import ImportedProdBase
from constructs_lib.config import queue_metric
from constructs_lib.config.contract import mail_sender
from constructs_lib.config.model import ProdAppConfig, ProdBaseConfig
from constructs_lib.config.naming import URL_OUTPUT, EnvironmentName, logical_id
from constructs_lib.config.routing import host
from constructs_lib.data.cache_url import CacheUrl
from constructs_lib.data.storage import ApplicationBucket
from constructs_lib.network.dns_record import DnsRecord
from constructs_lib.observability.job_alarms import JobAlarms
from constructs_lib.observability.log_group import LogGroup
from constructs_lib.observability.observability import Observability
from constructs_lib.release.jobs import Jobs
from constructs_lib.release.post_release import PostRelease
from constructs_lib.release.release import Release
from constructs_lib.services.application import Application
from constructs_lib.services.cluster import ON_DEMAND, Cluster, partly_spot
from constructs_lib.services.scaling import ServiceScaling
from constructs_lib.services.services import Services


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
        imported = ImportedProdBase(
            self,
            "Base",
            name=name.base,
            availability_zones=base.network.zone_count,
            domain=base.domain,
            hosted_zone_id=base.hosted_zone_id,
            cache_tls=base.cache.tls,
        )
        cache_url = None
        if config.cache:
            cache_url = CacheUrl(
                self,
                "CacheUrl",
                password_arn=imported.cache_password_arn,
                host=imported.cache_host,
                removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            )
        storage = ApplicationBucket(self, "Storage", kept=True, access_logs_bucket=imported.access_logs_bucket)
        self.application = Application(
            self,
            "Application",
            name=name,
            config=config,
            host=self.host,
            base=imported,
            storage=storage,
            sender=mail_sender(base.domain) if base.mail else None,
            cache_host=imported.cache_host if config.cache and not base.cache.tls else None,
            cache_url=cache_url,
            log_retention_days=base.log_retention_days,
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        tasks = ec2.SecurityGroup(
            self, "Tasks", vpc=imported.vpc, description=f"Tasks of {name}", allow_all_outbound=False
        )
        sessions = LogGroup(
            self,
            "Sessions",
            retention_days=base.log_retention_days,
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
        )
        streams = cdk.Stack.of(self).format_arn(
            service="logs",
            resource="log-group",
            resource_name=f"{sessions.log_group_name}:*",
            arn_format=cdk.ArnFormat.COLON_RESOURCE_NAME,
        )
        acknowledge(self.application, {wildcard_finding(self, streams): "Every session in the log group of sessions"})
        cluster = Cluster(
            self,
            "Cluster",
            vpc=imported.vpc,
            security_groups=[imported.application_security_group, tasks],
            capacity=partly_spot(config.capacity.spot_percent),
            singleton_capacity=ON_DEMAND,
            container_insights=True,
            session_logs=sessions,
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
                web = self.services.web.get(service)
                ServiceScaling(
                    self,
                    f"{logical_id(service)}Scaling",
                    service=self.services.by_name[service],
                    config=service_config.scaling,
                    load_balancer=imported.load_balancer_full_name,
                    target_group=web.target_group.target_group_full_name if web else None,
                    queue=queue_metric.dimensions(self.host, service),
                    publisher=self.application.task_role,
                )
        release = Release(
            self,
            "Release",
            name=name,
            application=self.application,
            command=config.release_command,
            seed_from=None,
            base=imported,
            engine_version=base.database.engine_version,
            cluster=cluster.cluster,
            security_groups=cluster.security_groups,
            log_retention_days=base.log_retention_days,
            environment_on_delete=None,
            shares_instance=False,
        )
        for fargate_service in self.services.by_name.values():
            fargate_service.node.add_dependency(release.finished)
        PostRelease(
            self,
            "PostRelease",
            name=name,
            application=self.application,
            command=config.post_release_command,
            base=imported,
            cluster=cluster.cluster,
            security_groups=cluster.security_groups,
            after=list(self.services.by_name.values()),
        )
        Observability(
            self,
            "Observability",
            config=config.services,
            host=self.host,
            services=self.services,
            cluster=cluster.cluster,
            base=imported,
            cache_nodes=1 + base.cache.replicas,
        )
        jobs = Jobs(
            self,
            "Jobs",
            name=name,
            config=config.jobs,
            application=self.application,
            base=imported,
            cluster=cluster.cluster,
            security_groups=cluster.security_groups,
            sleeper=None,
            after=release.finished,
        )
        JobAlarms(self, "JobAlarms", state_machines=jobs.state_machines, topic=imported.alarm_topic)
        DnsRecord(
            self,
            "Dns",
            host=self.host,
            zone=imported.zone,
            dns_name=imported.load_balancer_dns_name,
            load_balancer_zone_id=imported.load_balancer_zone_id,
        )
        cdk.CfnOutput(self, URL_OUTPUT, value=f"https://{self.host}").override_logical_id(URL_OUTPUT)
