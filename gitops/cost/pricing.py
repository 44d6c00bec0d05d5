"""What resources cost a month that AWS bills for being there, by their properties.

Which function prices which type stands in the register, gitops/aws/resource_types.toml.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops.aws.resource_types import resource_type
from gitops.templates.fargate import CPU_UNITS, ON_DEMAND_ALONE, SPOT, task_range

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from gitops.cost.prices import Price, Prices
    from gitops.templates.fargate import TaskRange

    Properties = Mapping[str, Any]

MEBIBYTES = 1024
"""In a gigabyte as Fargate counts it."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CostLine:
    """What one resource costs a month, in US dollars: with the fewest and with the most tasks, or None unpriced."""

    resource: str
    what: str
    least_usd: float | None
    most_usd: float | None
    derived: bool


@dataclass(frozen=True, slots=True)
class PricingContext:
    """A template's resources by logical id, their region, the price file, and the share of time that services run."""

    resources: Mapping[str, Any]
    region: str
    prices: Prices
    awake_share: float

    def price(self, group: str, figure: str) -> Price | None:
        """Return a price in the template's region."""
        return self.prices.find(group, figure, self.region)

    def of_type(self, name: str) -> Iterator[tuple[str, Properties]]:
        """Yield the resources of a type with their properties."""
        for logical_id, resource in self.resources.items():
            if resource["Type"] == name:
                yield logical_id, resource.get("Properties", {})


class Quantity(NamedTuple):
    """An amount of something at a price, None where the file has none; `most` is the upper end of a range."""

    price: Price | None
    amount: float
    most: float | None = None


def cost_lines(context: PricingContext) -> Iterator[CostLine]:
    """Yield the lines of a template's resources, in its order."""
    for logical_id, resource in context.resources.items():
        known = resource_type(resource["Type"])
        if known.unit_price:
            unit = known.unit_price
            yield _cost_line(logical_id, unit.what, Quantity(context.price(unit.group, unit.figure), 1))
        elif known.pricing:
            yield from PRICING[known.pricing](context, logical_id, resource.get("Properties", {}))


def _cost_line(resource: str, what: str, *quantities: Quantity) -> CostLine:
    """Return the line of a resource that is made of quantities. Without a price for one of them it has none."""
    least = most = 0.0
    for quantity in quantities:
        if quantity.price is None:
            return CostLine(resource=resource, what=what, least_usd=None, most_usd=None, derived=False)
        least += quantity.price.usd * quantity.amount
        most += quantity.price.usd * (quantity.amount if quantity.most is None else quantity.most)
    derived = any(quantity.price and quantity.price.derived for quantity in quantities)
    return CostLine(resource=resource, what=what, least_usd=least, most_usd=most, derived=derived)


def _load_balancer(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    units = context.prices.assumption("load_balancer_capacity_units")
    yield _cost_line(
        logical_id,
        f"Application Load Balancer with {units:g} capacity unit in use",
        Quantity(context.price("load_balancer", "application"), 1),
        Quantity(context.price("load_balancer", "capacity unit"), units),
    )
    if properties.get("Scheme") == "internet-facing":
        # One address in each of its subnets' zones. https://aws.amazon.com/vpc/pricing/
        count = len(properties["Subnets"])
        yield _cost_line(
            logical_id, f"public IPv4 addresses: {count}", Quantity(context.price("public_ipv4", "address"), count)
        )


def _instance(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    kind = properties["InstanceType"]
    yield _cost_line(logical_id, f"EC2 {kind}, on demand", Quantity(context.price("ec2", kind), 1))
    volumes = [mapping["Ebs"] for mapping in properties.get("BlockDeviceMappings", ()) if "Ebs" in mapping]
    for volume in volumes or [{"VolumeType": "gp3"}]:
        # https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_EbsBlockDevice.html: gp2 unless it says otherwise
        name = volume.get("VolumeType", "gp2")
        size = volume.get("VolumeSize", context.prices.assumption("default_volume_gib"))
        yield _cost_line(logical_id, f"EBS {name}, {size:g} GiB", Quantity(context.price("ebs", name), size))
    if any(interface.get("AssociatePublicIpAddress") for interface in properties.get("NetworkInterfaces", ())):
        yield _cost_line(logical_id, "public IPv4 addresses: 1", Quantity(context.price("public_ipv4", "address"), 1))


def _database(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    instance_class, size = properties["DBInstanceClass"], int(properties["AllocatedStorage"])
    storage, engine = properties.get("StorageType", "gp2"), properties["Engine"]
    standby = properties.get("MultiAZ", False)
    copies = context.prices.assumption("database_standby_factor") if standby else 1
    zones = "with a standby" if standby else "in one zone"
    instance = context.price("rds_postgresql", instance_class) if engine == "postgres" else None
    yield _cost_line(logical_id, f"RDS {engine} {instance_class} {zones}", Quantity(instance, copies))
    disk = Quantity(context.price("rds_storage", storage), size * copies)
    yield _cost_line(logical_id, f"RDS storage {storage}, {size} GiB {zones}", disk)


def _cache(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    node_type, engine = properties["CacheNodeType"], properties.get("Engine", "redis")
    nodes = properties.get("NumNodeGroups", 1) * (1 + properties.get("ReplicasPerNodeGroup", 0))
    price = context.price("elasticache_valkey", node_type) if engine == "valkey" else None
    yield _cost_line(logical_id, f"ElastiCache {engine} {node_type}: {nodes} x", Quantity(price, nodes))


def _endpoint(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    if properties.get("VpcEndpointType") == "Interface":  # gateway endpoints cost nothing
        zones = len(properties.get("SubnetIds", ())) or 1
        price = context.price("interface_endpoint", "endpoint in a zone")
        yield _cost_line(logical_id, f"VPC interface endpoint in {zones} zones", Quantity(price, zones))


def _alarm(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    metrics = _metrics_read(properties.get("Metrics", ()))
    yield _cost_line(
        logical_id, f"CloudWatch alarm on {_metrics(metrics)}", Quantity(context.price("cloudwatch", "alarm"), metrics)
    )


def _scaling_policy(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    tracking = properties.get("TargetTrackingScalingPolicyConfiguration", {})
    metrics = _metrics_read(tracking.get("CustomizedMetricSpecification", {}).get("Metrics", ()))
    alarms = context.prices.assumption("alarms_of_a_target")
    what = f"CloudWatch alarms of a scaling policy: {alarms:g} on {_metrics(metrics)}"
    yield _cost_line(logical_id, what, Quantity(context.price("cloudwatch", "alarm"), metrics * alarms))


def _metrics_read(queries: Iterable[Properties]) -> int:
    """Return the number of metrics that an alarm reads: those of its expression, or the one that it is about.

    Each is billed. https://aws.amazon.com/cloudwatch/pricing/
    """
    return sum("MetricStat" in query for query in queries) or 1


def _metrics(count: int) -> str:
    return "1 metric" if count == 1 else f"{count} metrics"


def _web_acl(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    rules = len(properties.get("Rules", ()))
    yield _cost_line(
        logical_id,
        f"WAF web ACL with {rules} rules",
        Quantity(context.price("waf", "web ACL"), 1),
        Quantity(context.price("waf", "rule"), rules),
    )


class _Size(NamedTuple):
    """What one task gets."""

    vcpu: float
    gigabytes: float
    architecture: str


def _fargate_service(context: PricingContext, logical_id: str, properties: Properties) -> Iterator[CostLine]:
    """Yield the line of an ECS service.

    A processor and a gigabyte of memory are billed while a task runs; up to 20 GiB of disk are included.
    https://aws.amazon.com/fargate/pricing/
    """
    task = context.resources[properties["TaskDefinition"]["Ref"]]["Properties"]
    size = _Size(
        int(task["Cpu"]) / CPU_UNITS,
        int(task["Memory"]) / MEBIBYTES,
        task.get("RuntimePlatform", {}).get("CpuArchitecture", "X86_64").lower(),
    )
    strategy = properties.get("CapacityProviderStrategy", ON_DEMAND_ALONE)
    tasks = task_range(context.resources, logical_id)
    least, most = (
        context.awake_share * _full_price_tasks(strategy, count, context.prices.assumption("spot_discount"))
        for count in tasks
    )
    yield _cost_line(
        logical_id,
        f"Fargate {_name(properties)}: {_in_words(size, strategy, tasks)}{_awake(context.awake_share)}",
        Quantity(context.price("fargate", f"{size.architecture} vCPU"), size.vcpu * least, size.vcpu * most),
        Quantity(context.price("fargate", f"{size.architecture} GB"), size.gigabytes * least, size.gigabytes * most),
    )


def _full_price_tasks(strategy: Sequence[Mapping[str, Any]], count: int, spot_discount: float) -> float:
    """Return how many tasks at full price cost what `count` tasks cost by a capacity provider strategy."""
    base = sum(min(item.get("Base", 0), count) for item in strategy)
    weights = sum(item.get("Weight", 0) for item in strategy)
    total = 0.0
    for item in strategy:
        placed = min(item.get("Base", 0), count) + (count - base) * item.get("Weight", 0) / weights
        total += placed * (1 - spot_discount if item["CapacityProvider"] == SPOT else 1)
    return total


def _name(properties: Properties) -> str:
    tags: dict[str, str] = {tag["Key"]: tag["Value"] for tag in properties.get("Tags", ())}
    return tags.get("gitops:service", "service")


def _in_words(size: _Size, strategy: Sequence[Mapping[str, Any]], tasks: TaskRange) -> str:
    providers = {item["CapacityProvider"] for item in strategy}
    capacity = "Spot" if providers == {SPOT} else "partly Spot" if SPOT in providers else "on demand"
    number = f"{tasks.least}" if tasks.least == tasks.most else f"{tasks.least} to {tasks.most}"
    return f"{number} x {size.vcpu:g} vCPU {size.gigabytes:g} GB {size.architecture}, {capacity}"


def _awake(share: float) -> str:
    return f", awake {share:.0%} of the time" if share < 1 else ""


PRICING: Mapping[str, Callable[[PricingContext, str, Properties], Iterable[CostLine]]] = {
    "alarm": _alarm,
    "cache": _cache,
    "database": _database,
    "endpoint": _endpoint,
    "fargate_service": _fargate_service,
    "instance": _instance,
    "load_balancer": _load_balancer,
    "scaling_policy": _scaling_policy,
    "web_acl": _web_acl,
}
"""The functions that rows of the register name."""
