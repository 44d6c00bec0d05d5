"""AWS::ECS::ClusterCapacityProviderAssociations, and AWS::ECS::Cluster and Service corrected."""

from __future__ import annotations

from typing import Any

from gitops.local import ministack
from gitops.local.resource_types.base import Correction, Properties, Resource, ResourceType, given, gone_is_fine

# The associations by cluster: MiniStack forgets them with every update of the cluster.
_associations = ministack.new_store()


def _create(properties: Properties, _name: str) -> Resource:
    """Associate; ``Ref`` returns the cluster."""
    cluster = properties["Cluster"]
    _associations[cluster] = {
        "capacityProviders": properties.get("CapacityProviders", []),
        "defaultCapacityProviderStrategy": [
            _strategy_item(item) for item in properties["DefaultCapacityProviderStrategy"]
        ],
    }
    _put(cluster)
    return Resource(cluster)


def _update(_physical_id: str, _old: Properties, new: Properties) -> Resource:
    return _create(new, "")


def _delete(physical_id: str, _properties: Properties) -> None:
    _associations[physical_id] = {"capacityProviders": [], "defaultCapacityProviderStrategy": []}
    with gone_is_fine("ClusterNotFoundException"):
        _put(physical_id)
    del _associations[physical_id]


def _put(cluster: str) -> None:
    ministack.call("ecs", "PutClusterCapacityProviders", cluster=cluster, **_associations[cluster])


def _restore_associations(physical_id: str, _old: Properties, _new: Properties) -> None:
    if physical_id in _associations:
        _put(physical_id)


def _complete_service(physical_id: str, properties: Properties) -> None:
    """Set what MiniStack takes over when a service is updated, but not when it is created."""
    cluster, service = physical_id.split("/")[-2:]
    late = {
        "EnableExecuteCommand": "enableExecuteCommand",
        "HealthCheckGracePeriodSeconds": "healthCheckGracePeriodSeconds",
        "PlatformVersion": "platformVersion",
    }
    parameters = {late[name]: value for name, value in given(properties, *late).items()}
    ministack.call("ecs", "UpdateService", cluster=cluster, service=service, **parameters)
    # MiniStack has started the first tasks by now.
    for task in ministack.TASKS.values():
        if task["group"] == f"service:{service}" and task["clusterArn"].endswith(f"/{cluster}"):
            task["enableExecuteCommand"] = parameters.get("enableExecuteCommand", False)


def _strategy_item(item: Properties) -> dict[str, Any]:
    numbers = {name.lower(): int(item[name]) for name in ("Base", "Weight") if name in item}
    return {"capacityProvider": item["CapacityProvider"], **numbers}


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::ECS::ClusterCapacityProviderAssociations",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=("Cluster",),
    ),
)

CORRECTIONS = (
    Correction(name="AWS::ECS::Cluster", updated=_restore_associations),
    Correction(name="AWS::ECS::Service", created=_complete_service),
)
