"""The base of production: several zones, encrypted, backed up, protected, logged."""

from typing import cast

import aws_cdk as cdk
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.base_interface import publish, publish_production
from constructs_lib.config.model import ProdBaseConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.data.cache import Cache
from constructs_lib.data.database import Database
from constructs_lib.data.protection import DeletionProtection
from constructs_lib.data.storage import AccessLogsBucket
from constructs_lib.network.bastion import Bastion
from constructs_lib.network.certificate import WildcardCertificate
from constructs_lib.network.firewall import Firewall
from constructs_lib.network.ingress import Ingress
from constructs_lib.network.mail_identity import MailIdentity
from constructs_lib.network.network import Network
from constructs_lib.network.security_groups import SecurityGroups
from constructs_lib.observability.base_alarms import BaseAlarms
from constructs_lib.observability.notifications import Notifications
from constructs_lib.release.task_runner import TaskRunner

CACHE_SNAPSHOT_DAYS = 7
MONITORING_INTERVAL_SECONDS = 60


class ProdBase(Construct):
    """What the production application stands on. Nothing in it is lost by a mistake."""

    def __init__(self, scope: Construct, construct_id: str, *, name: EnvironmentName, config: ProdBaseConfig) -> None:
        super().__init__(scope, construct_id)
        self.network = Network(
            self,
            "Network",
            cidr=config.network.cidr,
            availability_zones=config.network.zone_count,
            nat="gateway",
            nat_count=config.network.zone_count,
        )
        self.network.log_flows(retention_days=config.log_retention_days)
        vpc = self.network.vpc
        groups = SecurityGroups(self, "SecurityGroups", vpc=vpc, cidr=config.network.cidr)
        certificate = WildcardCertificate(
            self,
            "Certificate",
            domain=config.domain,
            hosted_zone_id=config.hosted_zone_id,
            arn=config.certificate_arn,
        )
        if config.mail:
            MailIdentity(self, "Mail", domain=config.domain, hosted_zone_id=config.hosted_zone_id)
        access_logs = AccessLogsBucket(self, "AccessLogs", retention_days=config.log_retention_days)
        self.ingress = Ingress(
            self,
            "Ingress",
            vpc=vpc,
            security_group=groups.load_balancer,
            certificate=certificate.certificate,
        )
        self.ingress.log_requests(access_logs.bucket)
        access_logs.accept_bucket_logs()
        if config.firewall:
            Firewall(self, "Firewall", load_balancer=self.ingress.load_balancer)
        self.database = Database(
            self,
            "Database",
            vpc=vpc,
            security_group=groups.database,
            engine_version=config.database.engine_version,
            instance_class=config.database.instance_class,
            storage_gib=config.database.storage_gib,
            max_storage_gib=config.database.max_storage_gib,
            multi_az=True,
            backup_retention_days=config.database.backup_retention_days,
            performance_insights=True,
            monitoring_interval_seconds=MONITORING_INTERVAL_SECONDS,
            exported_logs=["postgresql", "upgrade"],
            keep=True,
        )
        acknowledge(self.database, {"AwsSolutions-RDS10": "Switched on below, once the instance exists"})
        DeletionProtection(
            self,
            "Protection",
            database=self.database,
            load_balancer=self.ingress.load_balancer,
            log_retention_days=config.log_retention_days,
        )
        cache_group = groups.add_cache()
        self.cache = Cache(
            self,
            "Cache",
            vpc=vpc,
            security_group=cache_group,
            node_type=config.cache.node_type,
            replicas=config.cache.replicas,
            tls=config.cache.tls,
            users=name.folder,
            snapshot_retention_days=CACHE_SNAPSHOT_DAYS,
        )
        if config.cache.tls:
            acknowledge(self.cache, {"AwsSolutions-AEC6": "A user with a password of its own takes the place of AUTH"})
        else:
            declared = "The declaration says so, for an application that connects with the host alone"
            acknowledge(self.cache, {"AwsSolutions-AEC3": declared, "AwsSolutions-AEC6": declared})
        # The database and the cache stay when the stack is deleted, and with them what they are in: the VPC, their
        # subnets and their groups. The rules of the groups go: each names the application's or the bastion's group,
        # which could not be deleted while a rule refers to it.
        subnets = (subnet.node.find_child("Subnet") for subnet in vpc.isolated_subnets)
        groups_of_data = (groups.database.node.default_child, cache_group.node.default_child)
        for resource in (vpc.node.default_child, *subnets, *groups_of_data):
            cast("cdk.CfnResource", resource).apply_removal_policy(cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE)
        self.bastion = Bastion(self, "Bastion", vpc=vpc, security_group=groups.bastion)
        self.task_runner = TaskRunner(
            self, "TaskRunner", folder=name.folder, log_retention_days=config.log_retention_days
        )
        publish(
            self,
            name=name,
            vpc=vpc,
            security_groups=groups,
            ingress=self.ingress,
            database=self.database,
            bastion=self.bastion,
            task_runner=self.task_runner,
        )
        self.notifications = Notifications(self, "Notifications", email=config.alarm_email)
        BaseAlarms(
            self,
            "Alarms",
            topic=self.notifications.topic,
            load_balancer=self.ingress.load_balancer.load_balancer_full_name,
            database=self.database.instance.instance_identifier,
            database_class=config.database.instance_class,
            storage_gib=config.database.storage_gib,
            cache_group=self.cache.group_id,
            cache_nodes=1 + config.cache.replicas,
            nat_gateways=self.network.nat_ids,
        )
        publish_production(
            self,
            name=name,
            notifications=self.notifications,
            database=self.database,
            cache=self.cache,
            access_logs=access_logs,
        )
