"""Corrections of types that MiniStack has: it deletes what is protected, in use or full, and creates without limits."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties
from local_aws.strictness import names, protections, quotas, service_linked_roles

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


def _tag(physical_id: str, properties: Properties) -> None:
    ministack.call("s3", "PutBucketTagging", Bucket=physical_id, Tagging={"TagSet": properties.get("Tags", [])})


def _retag(physical_id: str, _old: Properties, new: Properties) -> None:
    _tag(physical_id, new)


def _begin_access_logs(arn: str, properties: Properties) -> None:
    """Write the object with which a load balancer tries the bucket of its access logs, before any request.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
    """
    attributes = {one["Key"]: str(one["Value"]) for one in properties.get("LoadBalancerAttributes", [])}
    if attributes.get("access_logs.s3.enabled") == "true":
        prefix = f"{attributes['access_logs.s3.prefix']}/" if attributes.get("access_logs.s3.prefix") else ""
        key = f"{prefix}AWSLogs/{arn.split(':')[4]}/ELBAccessLogTestFile"
        ministack.call("s3", "PutObject", Bucket=attributes["access_logs.s3.bucket"], Key=key, Body=b"Enable AccessLog")


def _keep(refuse: Callable[[str], None]) -> Callable[[str, Properties], None]:
    """Return what a correction does before a deletion: ask whether AWS would refuse it."""
    return lambda physical_id, _properties: refuse(physical_id)


def _keep_capacity_providers(physical_id: str, _properties: Properties) -> None:
    protections.keep_capacity_providers_in_use(physical_id, ())


def _make_role(service: str, _properties: Properties) -> None:
    service_linked_roles.make(service)


def repository(name: str) -> Mapping[str, str] | None:
    """Return what DescribeRepositories says of a repository, or None if there is none."""
    try:
        answer = ministack.call("ecr", "DescribeRepositories", repositoryNames=[name])
    except ministack.ApiError as error:
        if error.code == "RepositoryNotFoundException":
            return None
        raise
    found: Mapping[str, str] = answer["repositories"][0]
    return found


CORRECTIONS = (
    Correction(name="AWS::S3::Bucket", created=_tag, updated=_retag, deleting=_keep(protections.keep_full_bucket)),
    Correction(
        name="AWS::ElasticLoadBalancingV2::LoadBalancer",
        created=_begin_access_logs,
        updated=lambda arn, _old, new: _begin_access_logs(arn, new),
        deleting=_keep(protections.keep_protected_balancer),
    ),
    Correction(name="AWS::ElasticLoadBalancingV2::TargetGroup", deleting=_keep(protections.keep_target_group_in_use)),
    Correction(
        name="AWS::ElasticLoadBalancingV2::ListenerRule",
        creating=lambda properties: quotas.refuse_rule(str(properties["ListenerArn"])),
    ),
    Correction(name="AWS::RDS::DBInstance", deleting=_keep(protections.keep_protected_database)),
    Correction(name="AWS::EC2::SecurityGroup", deleting=_keep(protections.keep_security_group_in_use)),
    Correction(name="AWS::EC2::Subnet", deleting=_keep(protections.keep_subnet_in_use)),
    Correction(
        name="AWS::EC2::VPC",
        creating=lambda _properties: quotas.refuse_vpc(),
        deleting=_keep(protections.keep_vpc_in_use),
    ),
    Correction(name="AWS::EC2::EIP", creating=lambda _properties: quotas.refuse_address()),
    Correction(name="AWS::ECS::ClusterCapacityProviderAssociations", deleting=_keep_capacity_providers),
    Correction(
        name="AWS::ECS::Cluster",
        creating=lambda _properties: service_linked_roles.require_ecs_role(),
        deleting=_keep(protections.keep_cluster_in_use),
    ),
    *(
        Correction(name=name, creating=partial(_make_role, service))
        for name, service in {
            "AWS::ApplicationAutoScaling::ScalableTarget": "ecs.application-autoscaling.amazonaws.com",
            "AWS::ElastiCache::ReplicationGroup": "elasticache.amazonaws.com",
            "AWS::ElasticLoadBalancingV2::LoadBalancer": "elasticloadbalancing.amazonaws.com",
            "AWS::RDS::DBInstance": "rds.amazonaws.com",
        }.items()
    ),
    *(
        Correction(name=unique.resource_type, creating=partial(names.refuse_taken, unique))
        for unique in names.UNIQUE_NAMES
    ),
)
