"""What each type of resource costs that is billed for being there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.cost import fargate
from gitops.cost.line import Line, Part, line
from gitops.cost.place import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from gitops.cost.place import Properties

__all__ = ["PRICED", "Place", "lines"]


def lines(place: Place) -> Iterator[Line]:
    """Yield the lines of a template's resources, in its order."""
    for logical_id, resource in place.resources.items():
        price = _PRICES_OF_TYPE.get(resource["Type"])
        if price:
            yield from price(place, logical_id, resource.get("Properties", {}))


def _one(what: str, group: str, figure: str) -> Callable[[Place, str, Properties], Iterable[Line]]:
    """Return the pricing of a type of which each resource costs the same."""

    def price(place: Place, logical_id: str, _properties: Properties) -> Iterable[Line]:
        return [line(logical_id, what, Part(place.price(group, figure), 1))]

    return price


def _service(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    yield fargate.service(place, logical_id, properties)


def _load_balancer(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    units = place.prices.assumption("load_balancer_capacity_units")
    yield line(
        logical_id,
        f"Application Load Balancer with {units:g} capacity unit in use",
        Part(place.price("load_balancer", "application"), 1),
        Part(place.price("load_balancer", "capacity unit"), units),
    )
    if properties.get("Scheme") == "internet-facing":
        # One address in each of its subnets' zones. https://aws.amazon.com/vpc/pricing/
        count = len(properties["Subnets"])
        yield line(logical_id, f"public IPv4 addresses: {count}", Part(place.price("public_ipv4", "address"), count))


def _instance(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    kind = properties["InstanceType"]
    yield line(logical_id, f"EC2 {kind}, on demand", Part(place.price("ec2", kind), 1))
    volumes = [mapping["Ebs"] for mapping in properties.get("BlockDeviceMappings", ()) if "Ebs" in mapping]
    for volume in volumes or [{"VolumeType": "gp3"}]:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html: gp2 unless it says otherwise
        name = volume.get("VolumeType", "gp2")
        size = volume.get("VolumeSize", place.prices.assumption("default_volume_gib"))
        yield line(logical_id, f"EBS {name}, {size:g} GiB", Part(place.price("ebs", name), size))
    if any(interface.get("AssociatePublicIpAddress") for interface in properties.get("NetworkInterfaces", ())):
        yield line(logical_id, "public IPv4 addresses: 1", Part(place.price("public_ipv4", "address"), 1))


def _database(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    instance_class, size = properties["DBInstanceClass"], int(properties["AllocatedStorage"])
    storage, engine = properties.get("StorageType", "gp2"), properties["Engine"]
    standby = properties.get("MultiAZ", False)
    copies = place.prices.assumption("database_standby_factor") if standby else 1
    zones = "with a standby" if standby else "in one zone"
    instance = place.price("rds_postgresql", instance_class) if engine == "postgres" else None
    yield line(logical_id, f"RDS {engine} {instance_class} {zones}", Part(instance, copies))
    disk = Part(place.price("rds_storage", storage), size * copies)
    yield line(logical_id, f"RDS storage {storage}, {size} GiB {zones}", disk)


def _cache(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    node_type, engine = properties["CacheNodeType"], properties.get("Engine", "redis")
    nodes = properties.get("NumNodeGroups", 1) * (1 + properties.get("ReplicasPerNodeGroup", 0))
    price = place.price("elasticache_valkey", node_type) if engine == "valkey" else None
    yield line(logical_id, f"ElastiCache {engine} {node_type}: {nodes} x", Part(price, nodes))


def _endpoint(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    if properties.get("VpcEndpointType") == "Interface":  # gateway endpoints cost nothing
        zones = len(properties.get("SubnetIds", ())) or 1
        price = place.price("interface_endpoint", "endpoint in a zone")
        yield line(logical_id, f"VPC interface endpoint in {zones} zones", Part(price, zones))


def _alarm(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    metrics = _metrics_read(properties.get("Metrics", ()))
    yield line(
        logical_id, f"CloudWatch alarm on {_metrics(metrics)}", Part(place.price("cloudwatch", "alarm"), metrics)
    )


def _scaling_policy(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    tracking = properties.get("TargetTrackingScalingPolicyConfiguration", {})
    metrics = _metrics_read(tracking.get("CustomizedMetricSpecification", {}).get("Metrics", ()))
    alarms = place.prices.assumption("alarms_of_a_target")
    what = f"CloudWatch alarms of a scaling policy: {alarms:g} on {_metrics(metrics)}"
    yield line(logical_id, what, Part(place.price("cloudwatch", "alarm"), metrics * alarms))


def _metrics_read(queries: Iterable[Properties]) -> int:
    """Return the number of metrics that an alarm reads: those of its expression, or the one that it is about.

    Each is billed. https://aws.amazon.com/cloudwatch/pricing/
    """
    return sum("MetricStat" in query for query in queries) or 1


def _metrics(count: int) -> str:
    return "1 metric" if count == 1 else f"{count} metrics"


def _web_acl(place: Place, logical_id: str, properties: Properties) -> Iterator[Line]:
    rules = len(properties.get("Rules", ()))
    yield line(
        logical_id,
        f"WAF web ACL with {rules} rules",
        Part(place.price("waf", "web ACL"), 1),
        Part(place.price("waf", "rule"), rules),
    )


_PRICES_OF_TYPE: dict[str, Callable[[Place, str, Properties], Iterable[Line]]] = {
    "AWS::ApplicationAutoScaling::ScalingPolicy": _scaling_policy,
    "AWS::CloudWatch::Alarm": _alarm,
    "AWS::CloudWatch::Dashboard": _one("CloudWatch dashboard", "cloudwatch", "dashboard"),
    "AWS::EC2::EIP": _one("public IPv4 addresses: 1", "public_ipv4", "address"),
    "AWS::EC2::Instance": _instance,
    "AWS::EC2::NatGateway": _one("NAT gateway", "nat_gateway", "gateway"),
    "AWS::EC2::VPCEndpoint": _endpoint,
    "AWS::ECS::Service": _service,
    "AWS::ElastiCache::ReplicationGroup": _cache,
    "AWS::ElasticLoadBalancingV2::LoadBalancer": _load_balancer,
    "AWS::KMS::Key": _one("KMS key", "kms", "key"),
    "AWS::RDS::DBInstance": _database,
    "AWS::Route53::HostedZone": _one("Route 53 hosted zone", "route53", "hosted zone"),
    "AWS::SecretsManager::Secret": _one("Secrets Manager secret", "secrets_manager", "secret"),
    "AWS::WAFv2::WebACL": _web_acl,
}

PRICED = frozenset(_PRICES_OF_TYPE)
"""The types that have a line."""
