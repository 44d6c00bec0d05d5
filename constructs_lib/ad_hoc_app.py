"""One on-demand environment: its own cluster, tasks, secrets and address on a shared base."""

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.base_interface import ImportedAdHocBase
from constructs_lib.config.contract import mail_sender
from constructs_lib.config.model import AdHocAppConfig, AdHocBaseConfig
from constructs_lib.config.naming import CACHE_SERVICE, URL_OUTPUT, EnvironmentName, logical_id
from constructs_lib.config.routing import host
from constructs_lib.data.app_database import ON_DELETE
from constructs_lib.data.bucket_emptier import BucketContents
from constructs_lib.data.storage import ApplicationBucket
from constructs_lib.network.dns_record import DnsRecord
from constructs_lib.release.jobs import Jobs
from constructs_lib.release.post_release import PostRelease
from constructs_lib.release.release import Release
from constructs_lib.services.application import Application
from constructs_lib.services.cache_service import CacheService
from constructs_lib.services.cluster import ON_DEMAND, SPOT, Cluster
from constructs_lib.services.schedule import ServiceSchedule
from constructs_lib.services.services import Services


class AdHocApp(Construct):
    """An application on Fargate, by default on Spot, that leaves nothing behind but its logs, for a day."""

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        name: EnvironmentName,
        config: AdHocAppConfig,
        base: AdHocBaseConfig,
    ) -> None:
        super().__init__(scope, construct_id)
        self.host = host(name, base.domain)
        imported = ImportedAdHocBase(
            self,
            "Base",
            name=name.base,
            availability_zones=base.network.zone_count,
            domain=base.domain,
            hosted_zone_id=base.hosted_zone_id,
        )
        tasks = ec2.SecurityGroup(
            self, "Tasks", vpc=imported.vpc, description=f"Tasks of {name}", allow_all_outbound=False
        )
        # A service on both would not do: its strategy places a task by weights, and falls back to no other provider.
        capacity = SPOT if config.capacity.spot_percent else ON_DEMAND
        cluster = Cluster(
            self,
            "Cluster",
            vpc=imported.vpc,
            security_groups=[imported.application_security_group, tasks],
            capacity=capacity,
            singleton_capacity=capacity,
            container_insights=False,
            session_logs=None,
        )
        acknowledge(cluster, {"AwsSolutions-ECS4": "Container Insights costs more than the tasks it would watch"})
        cache = None
        if config.cache:
            cache = CacheService(
                self,
                "Cache",
                name=name,
                cluster=cluster,
                vpc=imported.vpc,
                clients=tasks,
                namespace=imported.namespace,
                log_retention_days=base.log_retention_days,
            )
        storage = ApplicationBucket(self, "Storage", kept=False, access_logs_bucket=None)
        acknowledge(storage, {"AwsSolutions-S1": "Test uploads; nobody reads their access logs"})
        contents = BucketContents(
            self,
            "StorageContents",
            bucket=storage.bucket,
            service_token=imported.bucket_emptier_arn,
            emptier_role_arn=imported.bucket_emptier_role_arn,
        )
        self.application = Application(
            self,
            "Application",
            name=name,
            config=config,
            host=self.host,
            base=imported,
            storage=storage,
            sender=mail_sender(base.domain) if base.mail else None,
            cache_host=cache.host if cache else None,
            cache_url=cache.url if cache else None,
            log_retention_days=base.log_retention_days,
            removal_policy=cdk.RemovalPolicy.DESTROY,
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
        before_the_application = [cache.service] if cache else []
        if config.schedule is not None:
            sleepers = {**self.services.by_name, **({CACHE_SERVICE: cache.service} if cache else {})}
            for service_name, part in sleepers.items():
                ServiceSchedule(self, f"{logical_id(service_name)}Schedule", service=part, config=config.schedule)
        seed_from = config.database.seed_from
        release = Release(
            self,
            "Release",
            name=name,
            application=self.application,
            command=config.release_command,
            seed_from=seed_from and EnvironmentName(name.folder, seed_from).database,
            base=imported,
            engine_version=base.database.engine_version,
            cluster=cluster.cluster,
            security_groups=cluster.security_groups,
            log_retention_days=base.log_retention_days,
            environment_on_delete=ON_DELETE,
            shares_instance=True,
            command_needs=before_the_application,
        )
        # The cache is there before what uses it, and goes after it. Once no task is left, the bucket is emptied and the
        # name of the cache is free: Cloud Map deletes no name that a task still has.
        release.provisioned.node.add_dependency(contents.emptied)
        if cache is not None:
            release.provisioned.node.add_dependency(cache.discovery)
            cache.service.node.add_dependency(release.provisioned)
        for fargate_service in self.services.by_name.values():
            fargate_service.node.add_dependency(*before_the_application, release.finished)
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
        Jobs(
            self,
            "Jobs",
            name=name,
            config=config.jobs,
            application=self.application,
            base=imported,
            cluster=cluster.cluster,
            security_groups=cluster.security_groups,
            sleeper=next(iter(self.services.by_name.values())),
            after=release.finished,
        )
        DnsRecord(
            self,
            "Dns",
            host=self.host,
            zone=imported.zone,
            dns_name=imported.load_balancer_dns_name,
            load_balancer_zone_id=imported.load_balancer_zone_id,
        )
        cdk.CfnOutput(self, URL_OUTPUT, value=f"https://{self.host}").override_logical_id(URL_OUTPUT)
