"""What stands in subnets and security groups: network interfaces, as far as a resource that MiniStack keeps has some.

https://docs.aws.amazon.com/vpc/latest/userguide/deleting-security-groups.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from local_aws import ministack
from local_aws.ministack import seams
from local_aws.ministack.ecs_tasks import SERVICE_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Interfaces(NamedTuple):
    """The network interfaces of one resource: its subnets and security groups."""

    owner: str
    subnets: frozenset[str]
    groups: frozenset[str]


def interfaces() -> Iterator[Interfaces]:
    """Yield the network interfaces of the account and region of the request."""
    yield from _of_ec2()
    yield from _of_balancers()
    yield from _of_databases()
    yield from _of_caches()
    yield from _of_tasks()


def rules_naming(group_id: str) -> Iterator[str]:
    """Yield the security groups that have a rule for another security group."""
    for group in ministack.call("ec2", "DescribeSecurityGroups")["SecurityGroups"]:
        permissions = [*group.get("IpPermissions", []), *group.get("IpPermissionsEgress", [])]
        named = {pair.get("GroupId") for one in permissions for pair in one.get("UserIdGroupPairs", [])}
        if group_id in named and group["GroupId"] != group_id:
            yield group["GroupId"]


def _interfaces(owner: str, subnets: Iterable[str], groups: Iterable[str]) -> Interfaces:
    return Interfaces(owner, frozenset(subnets), frozenset(groups))


def _of_ec2() -> Iterator[Interfaces]:
    for one in ministack.call("ec2", "DescribeNetworkInterfaces")["NetworkInterfaces"]:
        yield _interfaces(one["NetworkInterfaceId"], [one["SubnetId"]], _ids(one.get("Groups", [])))
    for reservation in ministack.call("ec2", "DescribeInstances")["Reservations"]:
        for one in reservation["Instances"]:
            if one["State"]["Name"] != "terminated":
                yield _interfaces(one["InstanceId"], [one.get("SubnetId", "")], _ids(one.get("SecurityGroups", [])))
    for one in ministack.call("ec2", "DescribeNatGateways")["NatGateways"]:
        if one["State"] not in {"deleted", "failed"}:
            yield _interfaces(one["NatGatewayId"], [one["SubnetId"]], [])
    for one in seams.vpc_endpoints.all():  # whose subnets and groups MiniStack's API does not show
        yield _interfaces(one["VpcEndpointId"], one.get("SubnetIds", []), one.get("SecurityGroupIds", []))


def _ids(groups: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    return (str(group["GroupId"]) for group in groups)


def _of_balancers() -> Iterator[Interfaces]:
    for one in ministack.call("elbv2", "DescribeLoadBalancers")["LoadBalancers"]:
        subnets = [zone.get("SubnetId", "") for zone in one.get("AvailabilityZones", [])]
        yield _interfaces(one["LoadBalancerArn"], subnets, one.get("SecurityGroups", []))


def _of_databases() -> Iterator[Interfaces]:
    for one in ministack.call("rds", "DescribeDBInstances")["DBInstances"]:
        subnets = [subnet["SubnetIdentifier"] for subnet in one.get("DBSubnetGroup", {}).get("Subnets", [])]
        groups = [group["VpcSecurityGroupId"] for group in one.get("VpcSecurityGroups", [])]
        yield _interfaces(one["DBInstanceIdentifier"], subnets, groups)


def _of_caches() -> Iterator[Interfaces]:
    for cluster in seams.cache_clusters.all():
        group = seams.cache_subnet_groups.get(cluster["CacheSubnetGroupName"]) or {}
        subnets = [subnet["SubnetIdentifier"] for subnet in group.get("Subnets", [])]
        groups = [one["SecurityGroupId"] for one in cluster["SecurityGroups"]]
        yield _interfaces(cluster["CacheClusterId"], subnets, groups)


def _of_tasks() -> Iterator[Interfaces]:
    configurations = {
        (one["clusterArn"], f"{SERVICE_GROUP}{one['serviceName']}"): one.get("networkConfiguration")
        for one in seams.services.all()
    }
    for task in seams.tasks.all():
        if task["lastStatus"] == "STOPPED":
            continue
        configuration = task.get(seams.NETWORK_OF_TASK) or configurations.get((task["clusterArn"], task["group"]))
        own = (configuration or {}).get("awsvpcConfiguration") or {}
        yield _interfaces(task["taskArn"], own.get("subnets") or [], own.get("securityGroups") or [])
