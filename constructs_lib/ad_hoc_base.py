"""The shared base of ad hoc environments: cheap, in one zone where that is possible."""

from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.base_interface import publish
from constructs_lib.config.model import AdHocBaseConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.data.cache import Cache
from constructs_lib.data.database import Database
from constructs_lib.data.storage import AssetsBucket
from constructs_lib.network.bastion import Bastion
from constructs_lib.network.certificate import WildcardCertificate
from constructs_lib.network.ingress import Ingress
from constructs_lib.network.network import Network
from constructs_lib.network.security_groups import SecurityGroups
from constructs_lib.release.task_runner import TaskRunner


class AdHocBase(Construct):
    """What many short-lived environments share."""

    def __init__(self, scope: Construct, construct_id: str, *, name: EnvironmentName, config: AdHocBaseConfig) -> None:
        super().__init__(scope, construct_id)
        self.network = Network(
            self,
            "Network",
            cidr=config.network.cidr,
            availability_zones=config.network.zone_count,
            nat=config.network.nat,
            nat_count=1,
        )
        vpc = self.network.vpc
        groups = SecurityGroups(self, "SecurityGroups", vpc=vpc, cidr=config.network.cidr)
        certificate = WildcardCertificate(
            self,
            "Certificate",
            domain=config.domain,
            hosted_zone_id=config.hosted_zone_id,
            arn=config.certificate_arn,
        )
        self.ingress = Ingress(
            self,
            "Ingress",
            vpc=vpc,
            security_group=groups.load_balancer,
            certificate=certificate.certificate,
        )
        self.database = Database(
            self,
            "Database",
            vpc=vpc,
            security_group=groups.database,
            engine_version=config.database.engine_version,
            instance_class=config.database.instance_class,
            storage_gib=config.database.storage_gib,
            max_storage_gib=config.database.max_storage_gib,
            multi_az=False,
            backup_retention_days=1,
            performance_insights=False,
            monitoring_interval_seconds=0,
            exported_logs=[],
            keep=False,
        )
        self.cache = Cache(
            self,
            "Cache",
            vpc=vpc,
            security_group=groups.cache,
            node_type=config.cache.node_type,
            replicas=0,
            users=None,
            snapshot_retention_days=0,
            keep=False,
        )
        self.assets = AssetsBucket(self, "Assets", versioned=False, access_logs=None)
        self.bastion = Bastion(self, "Bastion", vpc=vpc, security_group=groups.bastion)
        self.task_runner = TaskRunner(
            self, "TaskRunner", folder=name.folder, log_retention_days=config.log_retention_days
        )
        self._accept_what_is_cheap()
        publish(
            self,
            name=name,
            vpc=vpc,
            security_groups=groups,
            ingress=self.ingress,
            database=self.database,
            cache=self.cache,
            assets=self.assets,
            bastion=self.bastion,
            task_runner=self.task_runner,
        )

    def _accept_what_is_cheap(self) -> None:
        acknowledge(self.network, {"AwsSolutions-VPC7": "Flow logs cost more than they tell about short-lived tests"})
        acknowledge(self.ingress, {"AwsSolutions-ELB2": "The applications log their own requests"})
        acknowledge(
            self.database,
            {
                "AwsSolutions-RDS3": "A zone may fail: ad hoc environments can be made again",
                "AwsSolutions-RDS10": "Termination protection of the stack and a final snapshot guard it",
            },
        )
        acknowledge(
            self.cache,
            {
                "AwsSolutions-AEC3": "Applications written for cdk-django connect without TLS",
                "AwsSolutions-AEC4": "A zone may fail: the cache holds nothing that cannot be made again",
                "AwsSolutions-AEC6": "Security groups keep it to the tasks of the base",
            },
        )
        acknowledge(self.assets, {"AwsSolutions-S1": "Test uploads; nobody reads their access logs"})
