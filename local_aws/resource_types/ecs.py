"""AWS::ECS::ClusterCapacityProviderAssociations, and AWS::ECS::Cluster and Service corrected."""

from __future__ import annotations

import time
from typing import Any

from local_aws import ministack
from local_aws.ministack import ecs_services, seams, service_discovery
from local_aws.resource_types.base import Correction, Properties, Resource, ResourceType, given, gone_is_fine

STEADY_TIMEOUT = 900.0  # seconds; CloudFormation itself waits three hours
POLL_INTERVAL = 0.1  # seconds

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


def _creating_service(properties: Properties) -> None:
    service_discovery.next_service_is_in(
        [{"registryArn": one["RegistryArn"]} for one in properties.get("ServiceRegistries") or ()]
    )


def _created_service(physical_id: str, properties: Properties) -> None:
    """Complete a service and wait until it is steady; delete one that fails, since its stack does not know it yet."""
    _complete_service(physical_id, properties)
    try:
        _wait_until_steady(physical_id, "CreateService")
    except ministack.ApiError:
        _end_tasks(physical_id, properties)
        cluster, service = physical_id.split("/")[-2:]
        ministack.call("ecs", "DeleteService", cluster=cluster, service=service, force=True)
        raise


def _updated_service(physical_id: str, _old: Properties, _new: Properties) -> None:
    _wait_until_steady(physical_id, "UpdateService")


def _wait_until_steady(physical_id: str, operation: str) -> None:
    """Wait until the service is steady, as CloudFormation does.

    Raises:
        ApiError: the deployment failed, or took longer than ``STEADY_TIMEOUT``.
    """
    key = "/".join(physical_id.split("/")[-2:])
    deadline = time.monotonic() + STEADY_TIMEOUT
    deployment = None
    while (service := ecs_services.service(key)) is not None:
        if deployment and deployment["rolloutState"] == "FAILED":
            why = f"ECS Deployment Circuit Breaker was triggered. {deployment['rolloutStateReason']}"
            raise ministack.ApiError(operation, "NotStabilized", why)
        if not service.is_handed_over:
            return
        deployment = deployment or service.primary
        current = service.primary
        steady = int(current["runningCount"]) == int(service.record["desiredCount"])
        if steady and current["rolloutState"] == "COMPLETED":
            return
        if time.monotonic() > deadline:
            raise ministack.ApiError(operation, "NotStabilized", f"{key} is not steady after {STEADY_TIMEOUT:.0f} s")
        time.sleep(POLL_INTERVAL)


def _end_tasks(physical_id: str, _properties: Properties) -> None:
    """Stop the tasks of a service before it is deleted: they use resources that are deleted next."""
    cluster, name = physical_id.split("/")[-2:]
    service = ecs_services.service(f"{cluster}/{name}")
    if service is None or not service.is_handed_over:
        return
    ministack.call("ecs", "UpdateService", cluster=cluster, service=name, desiredCount=0)
    deadline = time.monotonic() + STEADY_TIMEOUT
    while service.has_tasks and time.monotonic() < deadline:
        time.sleep(POLL_INTERVAL)


def _complete_service(physical_id: str, properties: Properties) -> None:
    """Set the properties that MiniStack reads when it updates a service, but not when it creates one."""
    cluster, service = physical_id.split("/")[-2:]
    late = {
        "EnableExecuteCommand": "enableExecuteCommand",
        "HealthCheckGracePeriodSeconds": "healthCheckGracePeriodSeconds",
        "PlatformVersion": "platformVersion",
    }
    parameters = {late[name]: value for name, value in given(properties, *late).items()}
    ministack.call("ecs", "UpdateService", cluster=cluster, service=service, **parameters)
    # MiniStack has started the first tasks by now.
    for task in seams.tasks.all():
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
    Correction(
        name="AWS::ECS::Service",
        creating=_creating_service,
        created=_created_service,
        updated=_updated_service,
        deleting=_end_tasks,
    ),
)
