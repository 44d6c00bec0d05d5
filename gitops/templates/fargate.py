"""The tasks of a template's services on Fargate: how many run, on what, and the vCPUs that a deployment starts."""

from __future__ import annotations

import json
from math import ceil
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Resources = Mapping[str, Any]
    """The resources of a template by logical id."""

SERVICE = "AWS::ECS::Service"
ONE_OFF_TASK = "Custom::OneOffTask"
CPU_UNITS = 1024
"""Units of one vCPU in task definitions."""

ON_DEMAND, SPOT = "FARGATE", "FARGATE_SPOT"
ON_DEMAND_ALONE: Sequence[Mapping[str, Any]] = ({"CapacityProvider": ON_DEMAND, "Weight": 1},)
"""The strategy of a service that has none."""


class TaskRange(NamedTuple):
    """How many tasks of a service run while it is awake."""

    least: int
    most: int


class Vcpus(NamedTuple):
    """Virtual processors on demand and on Spot, which have a quota each."""

    on_demand: float
    spot: float


def task_range(resources: Resources, service_id: str) -> TaskRange:
    """Return the number of a service's tasks: one, or what its scalable target or the actions that wake it allow."""
    for _, target in _of_type(resources, "AWS::ApplicationAutoScaling::ScalableTarget"):
        if f'["{service_id}", "Name"]' in json.dumps(target["ResourceId"]):
            woken = [action["ScalableTargetAction"] for action in target.get("ScheduledActions", ())]
            if woken:
                return TaskRange(
                    max(limits["MinCapacity"] for limits in woken), max(limits["MaxCapacity"] for limits in woken)
                )
            return TaskRange(target["MinCapacity"], target["MaxCapacity"])
    return TaskRange(1, 1)


def vcpus_to_start(wanted: Resources, deployed: Resources | None) -> Vcpus:
    """Return the vCPUs that run at once in a deployment beside those that run before it.

    A new service starts its tasks, each at its fewest; one with another task definition starts as many as its
    deployment configuration lets run beside the old ones. The tasks of custom resources run one after another.
    """
    on_demand = spot = 0.0
    for logical_id, properties in _of_type(wanted, SERVICE):
        count = _started(wanted, deployed, logical_id, properties)
        vcpu = _vcpu(wanted, properties)
        strategy = properties.get("CapacityProviderStrategy", ON_DEMAND_ALONE)
        spot += vcpu * _placed(strategy, count, SPOT)
        on_demand += vcpu * _placed(strategy, count, ON_DEMAND)
    one_off = [
        _vcpu(wanted, properties)
        for logical_id, properties in _of_type(wanted, ONE_OFF_TASK)
        if deployed is None or _definition(deployed, logical_id) != _definition(wanted, logical_id)
    ]
    return Vcpus(max(on_demand, *one_off, 0.0), spot)


def _started(wanted: Resources, deployed: Resources | None, logical_id: str, properties: Mapping[str, Any]) -> int:
    """Return how many tasks of a service a deployment starts before it stops others."""
    count = int(properties.get("DesiredCount", task_range(wanted, logical_id).least))
    if deployed is None or logical_id not in deployed:
        return count
    if _definition(deployed, logical_id) == _definition(wanted, logical_id):
        return 0
    most = int(properties.get("DeploymentConfiguration", {}).get("MaximumPercent", 200))
    return max(0, count * (most - 100) // 100)


def _placed(strategy: Sequence[Mapping[str, Any]], count: int, provider: str) -> int:
    """Return how many of `count` tasks go to a capacity provider at most."""
    base = sum(min(item.get("Base", 0), count) for item in strategy)
    weights = sum(item.get("Weight", 0) for item in strategy) or 1
    own = [item for item in strategy if item["CapacityProvider"] == provider]
    return sum(min(item.get("Base", 0), count) + ceil((count - base) * item.get("Weight", 0) / weights) for item in own)


def _vcpu(resources: Resources, properties: Mapping[str, Any]) -> float:
    definition = resources.get(properties["TaskDefinition"]["Ref"], {}).get("Properties", {})
    return int(definition.get("Cpu", 0)) / CPU_UNITS


def _definition(resources: Resources, logical_id: str) -> object:
    """Return the properties of the task definition that a service or a custom resource runs."""
    reference = resources.get(logical_id, {}).get("Properties", {}).get("TaskDefinition", {})
    return resources.get(reference["Ref"], {}).get("Properties") if "Ref" in reference else None


def _of_type(resources: Resources, name: str) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for logical_id, resource in resources.items():
        if resource["Type"] == name:
            yield logical_id, resource.get("Properties", {})
