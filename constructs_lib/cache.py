"""The Valkey cache of a base: Django's cache and Celery's broker."""

from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from constructs import Construct

from constructs_lib.config.naming import CACHE_DATABASES

ENGINE_VERSION = "8.0"
PARAMETER_GROUP_FAMILY = "valkey8"
PORT = 6379


class Cache(Construct):
    """One primary and its replicas, encrypted at rest, with a logical database for every app.

    A base with replicas fails over to another zone by itself.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        vpc: ec2.IVpc,
        security_group: ec2.ISecurityGroup,
        node_type: str,
        replicas: int,
        transit_encryption: bool,
        snapshot_retention_days: int,
    ) -> None:
        super().__init__(scope, construct_id)
        subnets = elasticache.CfnSubnetGroup(
            self,
            "SubnetGroup",
            description="Isolated subnets of the base",
            subnet_ids=vpc.select_subnets(subnet_type=ec2.SubnetType.PRIVATE_ISOLATED).subnet_ids,
        )
        parameters = elasticache.CfnParameterGroup(
            self,
            "ParameterGroup",
            cache_parameter_group_family=PARAMETER_GROUP_FAMILY,
            description="A logical database for every app of the base",
            properties={"databases": str(CACHE_DATABASES)},
        )
        self._transit_encryption = transit_encryption
        self._group = elasticache.CfnReplicationGroup(
            self,
            "ReplicationGroup",
            replication_group_description="Cache and broker of the base's environments",
            engine="valkey",
            engine_version=ENGINE_VERSION,
            cache_node_type=node_type,
            num_node_groups=1,
            replicas_per_node_group=replicas,
            automatic_failover_enabled=replicas > 0,
            multi_az_enabled=replicas > 0,
            port=PORT,
            cache_subnet_group_name=subnets.ref,
            cache_parameter_group_name=parameters.ref,
            security_group_ids=[security_group.security_group_id],
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=transit_encryption,
            snapshot_retention_limit=snapshot_retention_days,
            auto_minor_version_upgrade=True,
        )

    @property
    def host(self) -> str:
        """Host name of the primary."""
        return self._group.attr_primary_end_point_address

    @property
    def url(self) -> str:
        """URL of the primary, without a database number."""
        scheme = "rediss" if self._transit_encryption else "redis"
        return f"{scheme}://{self.host}:{PORT}"
