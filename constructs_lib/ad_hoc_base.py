"""The shared base of ad hoc environments: cheap, in one zone where that is possible."""

from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.base_interface import publish, publish_ad_hoc
from constructs_lib.config.model import AdHocBaseConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.data.bucket_emptier import BucketEmptier
from constructs_lib.data.database import Database
from constructs_lib.network.bastion import Bastion
from constructs_lib.network.certificate import WildcardCertificate
from constructs_lib.network.ingress import Ingress
from constructs_lib.network.mail_identity import MailIdentity
from constructs_lib.network.network import Network
from constructs_lib.network.private_names import PrivateNames
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
        groups = SecurityGroups(
            self,
            "SecurityGroups",
            vpc=vpc,
            cidr=config.network.cidr,
            allowed_cidrs=config.network.allowed_cidrs,
        )
        certificate = WildcardCertificate(
            self,
            "Certificate",
            domain=config.domain,
            hosted_zone_id=config.hosted_zone_id,
            arn=config.certificate_arn,
        )
        if config.mail:
            MailIdentity(self, "Mail", domain=config.domain, hosted_zone_id=config.hosted_zone_id)
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
        self.bastion = Bastion(self, "Bastion", vpc=vpc, security_group=groups.bastion)
        self.task_runner = TaskRunner(
            self, "TaskRunner", folder=name.folder, log_retention_days=config.log_retention_days
        )
        self.names = PrivateNames(self, "Names", vpc=vpc, domain=name.private_domain)
        self.bucket_emptier = BucketEmptier(self, "BucketEmptier", log_retention_days=config.log_retention_days)
        self._accept_what_is_cheap()
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
        publish_ad_hoc(self, name=name, bucket_emptier=self.bucket_emptier, names=self.names)

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
