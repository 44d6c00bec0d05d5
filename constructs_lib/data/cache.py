"""The Valkey cache of a production base: Django's cache and Celery's broker."""

import re

import aws_cdk as cdk
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_elasticache as elasticache
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.config.naming import CACHE_USERNAME
from constructs_lib.data.retention import keep
from constructs_lib.network.ports import CACHE_PORT

ENGINE_VERSION = "8.0"
PARAMETER_GROUP_FAMILY = "valkey8"
DATABASES = 10_000
"""Logical databases: an application may choose any number that it likes."""

PASSWORD_LENGTH = 64
"""ElastiCache allows 16 to 128 characters."""

COMMANDS = "on ~* &* +@all -@admin"
"""What applications may do: everything with every key, and nothing with the server itself.

https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/Clusters.RBAC.html
"""


class Cache(Construct):
    """One primary and its replicas, encrypted at rest, for the one application of the base; it is kept.

    A base with replicas fails over to another zone by itself. With `tls` connections are encrypted and take a user,
    whose password is in `password`; `users` begins the ids of this user and of its group. Without it the security group
    alone says who connects, and `password` is None. ElastiCache changes the one into the other in several steps, which
    CloudFormation does not take: each has a construct id of its own.
    https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/in-transit-encryption.html
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
        tls: bool,
        users: str,
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
            properties={"databases": str(DATABASES)},
        )
        self.password = self._generated_password() if tls else None
        self._group = elasticache.CfnReplicationGroup(
            self,
            "ReplicationGroup" if tls else "PlainReplicationGroup",
            replication_group_description="Cache and broker of the base's environments",
            engine="valkey",
            engine_version=ENGINE_VERSION,
            cache_node_type=node_type,
            num_node_groups=1,
            replicas_per_node_group=replicas,
            automatic_failover_enabled=replicas > 0,
            multi_az_enabled=replicas > 0,
            port=CACHE_PORT,
            cache_subnet_group_name=subnets.ref,
            cache_parameter_group_name=parameters.ref,
            security_group_ids=[security_group.security_group_id],
            at_rest_encryption_enabled=True,
            transit_encryption_enabled=tls,
            user_group_ids=[self._user_group(users, self.password)] if self.password else None,
            snapshot_retention_limit=snapshot_retention_days,
            auto_minor_version_upgrade=True,
        )
        keep(self)

    @property
    def host(self) -> str:
        """Host name of the primary."""
        return self._group.attr_primary_end_point_address

    @property
    def group_id(self) -> str:
        """Id of the replication group; its nodes are numbered from `-001`."""
        return self._group.ref

    def _generated_password(self) -> secretsmanager.Secret:
        secret = secretsmanager.Secret(
            self,
            "Password",
            description=f"Password of the cache's user {CACHE_USERNAME}",
            removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=PASSWORD_LENGTH, exclude_punctuation=True
            ),
        )
        acknowledge(secret, {"AwsSolutions-SMG4": "The user, the URLs of the apps and their tasks must change with it"})
        return secret

    def _user_group(self, prefix: str, password: secretsmanager.Secret) -> str:
        """Add a group with one user; Valkey needs no default user, and without one every client has to log in.

        CloudFormation chooses no ids for them. Part of the stack's id keeps them apart from those of an earlier stack
        of that name, which stay with its cache. An id has at most 40 characters and no two hyphens in a row.
        https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_CreateUser.html
        """
        stack_uuid = cdk.Fn.select(2, cdk.Fn.split("/", cdk.Aws.STACK_ID))
        unique_id = f"{re.sub('-+', '-', prefix)}-{cdk.Fn.select(0, cdk.Fn.split('-', stack_uuid))}"
        user = elasticache.CfnUser(
            self,
            "User",
            engine="valkey",
            user_id=unique_id,
            user_name=CACHE_USERNAME,
            access_string=COMMANDS,
            # A dynamic reference, which CloudFormation resolves: the template holds no password.
            passwords=[password.secret_value.unsafe_unwrap()],
        )
        group = elasticache.CfnUserGroup(
            self, "UserGroup", engine="valkey", user_group_id=f"{unique_id}-users", user_ids=[user.ref]
        )
        return group.ref
