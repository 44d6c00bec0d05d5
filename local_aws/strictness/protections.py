"""What is not deleted: what is protected, in use or not empty. Each function raises ApiError when AWS would refuse."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.ministack import ApiError, seams
from local_aws.strictness import network_use

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def keep_protected_balancer(arn: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html"""
    for one in ministack.call("elbv2", "DescribeLoadBalancers")["LoadBalancers"]:
        if one["LoadBalancerArn"] != arn:
            continue
        attributes = ministack.call("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=arn)["Attributes"]
        if {"Key": "deletion_protection.enabled", "Value": "true"} in attributes:
            message = f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled"
            raise ApiError("DeleteLoadBalancer", "OperationNotPermitted", message)


def keep_target_group_in_use(arn: str) -> None:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteTargetGroup.html"""
    actions = [
        action
        for record in [*seams.listeners.all(), *seams.listener_rules.all()]
        for action in record.get("DefaultActions") or record.get("Actions") or []
    ]
    used = {action.get("TargetGroupArn") for action in actions} | {
        group.get("TargetGroupArn")
        for action in actions
        for group in (action.get("ForwardConfig") or {}).get("TargetGroups", [])
    }
    if arn in used:
        message = f"Target group '{arn}' is currently in use by a listener or a rule"
        raise ApiError("DeleteTargetGroup", "ResourceInUse", message)


def keep_protected_database(identifier: str) -> None:
    """https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_DeleteInstance.html"""
    for one in ministack.call("rds", "DescribeDBInstances")["DBInstances"]:
        if one["DBInstanceIdentifier"] == identifier and one["DeletionProtection"]:
            message = "Cannot delete protected DB Instance, please disable deletion protection and try again."
            raise ApiError("DeleteDBInstance", "InvalidParameterCombination", message)


def keep_full_bucket(name: str) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/delete-bucket.html"""
    try:
        listing = ministack.call("s3", "ListObjectVersions", Bucket=name, MaxKeys=1)
    except ApiError:  # there is no such bucket
        return
    if listing.keys() & {"Versions", "DeleteMarkers"}:
        message = "The bucket you tried to delete is not empty. You must delete all versions in the bucket."
        raise ApiError("DeleteBucket", "BucketNotEmpty", message)


def keep_security_group_in_use(group_id: str) -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html"""
    used = any(group_id in one.groups for one in network_use.interfaces()) or any(network_use.rules_naming(group_id))
    if used:
        message = f"resource {group_id} has a dependent object"
        raise ApiError("DeleteSecurityGroup", "DependencyViolation", message)


def keep_subnet_in_use(subnet_id: str) -> None:
    """https://docs.aws.amazon.com/vpc/latest/userguide/subnet-deleting.html"""
    if any(subnet_id in one.subnets for one in network_use.interfaces()):
        message = f"The subnet '{subnet_id}' has dependencies and cannot be deleted."
        raise ApiError("DeleteSubnet", "DependencyViolation", message)


def keep_vpc_in_use(vpc_id: str) -> None:
    """MiniStack looks at subnets, security groups and internet gateways; endpoints and route tables count, too.

    https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteVpc.html
    """
    endpoints = [one for one in ministack.call("ec2", "DescribeVpcEndpoints")["VpcEndpoints"] if one["VpcId"] == vpc_id]
    tables = [
        one
        for one in ministack.call("ec2", "DescribeRouteTables")["RouteTables"]
        if one["VpcId"] == vpc_id and not any(association.get("Main") for association in one["Associations"])
    ]
    if endpoints or tables:
        message = f"The vpc '{vpc_id}' has dependencies and cannot be deleted."
        raise ApiError("DeleteVpc", "DependencyViolation", message)


def keep_capacity_providers_in_use(cluster: str, kept: Collection[str]) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PutClusterCapacityProviders.html"""
    used = {
        item["capacityProvider"]
        for service in _active_services(cluster)
        for item in service.get("capacityProviderStrategy") or []
    }
    if used - set(kept):
        message = "The specified capacity provider is in use and cannot be removed."
        raise ApiError("PutClusterCapacityProviders", "ResourceInUseException", message)


def keep_cluster_in_use(cluster: str) -> None:
    """https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html"""
    if _active_services(cluster):
        message = "The Cluster cannot be deleted while Services are active."
        raise ApiError("DeleteCluster", "ClusterContainsServicesException", message)
    name = cluster.rpartition("/")[2]
    if any(one["lastStatus"] != "STOPPED" and one["clusterArn"].endswith(f"/{name}") for one in seams.tasks.all()):
        message = "The Cluster cannot be deleted while Tasks are active."
        raise ApiError("DeleteCluster", "ClusterContainsTasksException", message)


def _active_services(cluster: str) -> list[Mapping[str, Any]]:
    """Return the services of a cluster by its name or ARN that are not being deleted."""
    name = cluster.rpartition("/")[2]
    return [
        service
        for service in seams.services.all()
        if service["status"] == "ACTIVE" and service["clusterArn"].endswith(f"/{name}")
    ]
