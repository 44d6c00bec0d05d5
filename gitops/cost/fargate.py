"""What the tasks of ECS services cost: processors and memory by the hour, on demand and on Spot."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from gitops.cost.line import Line, Part, line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops.cost.place import Place, Properties

CPU_UNITS = 1024
MEBIBYTES = 1024
ON_DEMAND, SPOT = "FARGATE", "FARGATE_SPOT"


class Tasks(NamedTuple):
    """How many tasks of a service run while it is awake."""

    least: int
    most: int


class Size(NamedTuple):
    """What one task gets."""

    vcpu: float
    gigabytes: float
    architecture: str


def service(place: Place, logical_id: str, properties: Properties) -> Line:
    """Return the line of an ECS service.

    A processor and a gigabyte of memory are billed while a task runs; up to 20 GiB of disk are included.
    https://aws.amazon.com/fargate/pricing/
    """
    task = place.resources[properties["TaskDefinition"]["Ref"]]["Properties"]
    size = Size(
        int(task["Cpu"]) / CPU_UNITS,
        int(task["Memory"]) / MEBIBYTES,
        task.get("RuntimePlatform", {}).get("CpuArchitecture", "X86_64").lower(),
    )
    strategy = properties.get("CapacityProviderStrategy", [{"CapacityProvider": ON_DEMAND, "Weight": 1}])
    tasks = _tasks(place, logical_id)
    least, most = (
        place.awake_share * _full_price_tasks(strategy, count, place.prices.assumption("spot_discount"))
        for count in tasks
    )
    return line(
        logical_id,
        f"Fargate {_name(properties)}: {_in_words(size, strategy, tasks)}{_awake(place.awake_share)}",
        Part(place.price("fargate", f"{size.architecture} vCPU"), size.vcpu * least, size.vcpu * most),
        Part(place.price("fargate", f"{size.architecture} GB"), size.gigabytes * least, size.gigabytes * most),
    )


def _tasks(place: Place, service_id: str) -> Tasks:
    """Return the number of a service's tasks: one, or what its scalable target or the actions that wake it allow."""
    for _, target in place.of_type("AWS::ApplicationAutoScaling::ScalableTarget"):
        if f'["{service_id}", "Name"]' in json.dumps(target["ResourceId"]):
            woken = [action["ScalableTargetAction"] for action in target.get("ScheduledActions", ())]
            if woken:
                return Tasks(
                    max(limits["MinCapacity"] for limits in woken), max(limits["MaxCapacity"] for limits in woken)
                )
            return Tasks(target["MinCapacity"], target["MaxCapacity"])
    return Tasks(1, 1)


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


def _in_words(size: Size, strategy: Sequence[Mapping[str, Any]], tasks: Tasks) -> str:
    providers = {item["CapacityProvider"] for item in strategy}
    capacity = "Spot" if providers == {SPOT} else "partly Spot" if SPOT in providers else "on demand"
    number = f"{tasks.least}" if tasks.least == tasks.most else f"{tasks.least} to {tasks.most}"
    return f"{number} x {size.vcpu:g} vCPU {size.gigabytes:g} GB {size.architecture}, {capacity}"


def _awake(share: float) -> str:
    return f", awake {share:.0%} of the time" if share < 1 else ""
