"""ECS's capacity provider associations, and what is corrected of clusters and services."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account


def associations(*strategy: dict[str, Any]) -> dict[str, Any]:
    properties = {
        "Cluster": {"Ref": "Cluster"},
        "CapacityProviders": ["FARGATE", "FARGATE_SPOT"],
        "DefaultCapacityProviderStrategy": list(strategy),
    }
    return {"Type": "AWS::ECS::ClusterCapacityProviderAssociations", "Properties": properties}


def cluster(insights: str = "disabled") -> dict[str, Any]:
    settings = [{"Name": "containerInsights", "Value": insights}]
    return {"Type": "AWS::ECS::Cluster", "Properties": {"ClusterSettings": settings}}


def describe(account: Account) -> dict[str, Any]:
    ecs = account.client("ecs")
    clusters = ecs.describe_clusters(clusters=ecs.list_clusters()["clusterArns"], include=["SETTINGS"])
    return dict(clusters["clusters"][0])


SPOT = {"CapacityProvider": "FARGATE_SPOT", "Weight": 3}


def test_associations_return_their_cluster(account: Account, attributes: Callable[..., Any]) -> None:
    resources = {"Cluster": cluster(), "Associations": associations(SPOT)}
    stack = account.deploy("it", resources, Outputs=attributes("Associations"))

    found = describe(account)
    assert stack.outputs == {"Ref": found["clusterName"]}
    assert found["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]
    assert found["defaultCapacityProviderStrategy"] == [{"capacityProvider": "FARGATE_SPOT", "weight": 3}]


def test_strategy_changes_in_place(account: Account) -> None:
    before = account.deploy("it", {"Cluster": cluster(), "Associations": associations(SPOT)})
    on_demand = {"CapacityProvider": "FARGATE", "Base": 1, "Weight": 1}
    after = account.deploy("it", {"Cluster": cluster(), "Associations": associations(on_demand)})

    assert after.physical_ids == before.physical_ids
    strategy = describe(account)["defaultCapacityProviderStrategy"]
    assert strategy == [{"capacityProvider": "FARGATE", "base": 1, "weight": 1}]


def test_removed_associations_leave_the_cluster_without(account: Account) -> None:
    account.deploy("it", {"Cluster": cluster(), "Associations": associations(SPOT)})
    account.deploy("it", {"Cluster": cluster()})

    found = describe(account)
    assert (found["capacityProviders"], found["defaultCapacityProviderStrategy"]) == ([], [])


def test_cluster_keeps_its_associations_when_it_changes(account: Account) -> None:
    account.deploy("it", {"Cluster": cluster("disabled"), "Associations": associations(SPOT)})
    account.deploy("it", {"Cluster": cluster("enabled"), "Associations": associations(SPOT)})

    found = describe(account)
    assert {"name": "containerInsights", "value": "enabled"} in found["settings"]
    assert found["capacityProviders"] == ["FARGATE", "FARGATE_SPOT"]


def test_stack_with_associations_can_be_deleted(account: Account) -> None:
    account.deploy("it", {"Cluster": cluster(), "Associations": associations(SPOT)})

    account.delete("it")

    assert account.client("ecs").list_clusters()["clusterArns"] == []


def service(**properties: Any) -> dict[str, Any]:
    definition = {
        "RequiresCompatibilities": ["FARGATE"],
        "NetworkMode": "awsvpc",
        "Cpu": "256",
        "Memory": "512",
        "ContainerDefinitions": [{"Name": "web", "Image": "nginx"}],
    }
    given = {
        "Cluster": {"Ref": "Cluster"},
        "TaskDefinition": {"Ref": "Definition"},
        "CapacityProviderStrategy": [{"CapacityProvider": "FARGATE_SPOT", "Weight": 1}],
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
        **properties,
    }
    return {
        "Cluster": cluster(),
        "Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition},
        "Service": {"Type": "AWS::ECS::Service", "Properties": given},
    }


def describe_service(account: Account) -> dict[str, Any]:
    ecs = account.client("ecs")
    name = describe(account)["clusterName"]
    arns = ecs.list_services(cluster=name)["serviceArns"]
    return dict(ecs.describe_services(cluster=name, services=arns)["services"][0])


def test_service_without_a_count_runs_one_task_and_is_steady(account: Account) -> None:
    account.deploy("it", service())

    found = describe_service(account)
    assert (found["desiredCount"], found["runningCount"]) == (1, 1)
    assert [deployment["rolloutState"] for deployment in found["deployments"]] == ["COMPLETED"]


def test_service_has_what_its_template_says(account: Account) -> None:
    account.deploy("it", service(EnableExecuteCommand=True, HealthCheckGracePeriodSeconds=30))

    found = describe_service(account)
    assert found["enableExecuteCommand"] is True
    assert found["healthCheckGracePeriodSeconds"] == 30


def test_service_without_settings_has_their_defaults(account: Account) -> None:
    account.deploy("it", service())

    found = describe_service(account)
    assert found["enableExecuteCommand"] is False
    assert found["healthCheckGracePeriodSeconds"] == 0


def test_update_without_a_count_leaves_the_count_that_scaling_set(account: Account) -> None:
    account.deploy("it", service())
    found = describe_service(account)
    names = {"cluster": found["clusterArn"], "service": found["serviceName"]}
    account.client("ecs").update_service(**names, desiredCount=3)

    account.deploy("it", service(HealthCheckGracePeriodSeconds=60))

    found = describe_service(account)
    assert (found["desiredCount"], found["healthCheckGracePeriodSeconds"]) == (3, 60)
