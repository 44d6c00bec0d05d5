"""The service Application Auto Scaling; tests of its resource types are elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def target(name: str = "web") -> dict[str, str]:
    return {
        "ServiceNamespace": "ecs",
        "ResourceId": f"service/cluster/{name}",
        "ScalableDimension": "ecs:service:DesiredCount",
    }


def policy(client: Any, name: str, service: str = "web") -> None:
    client.put_scaling_policy(**target(service), PolicyName=name, PolicyType="StepScaling")


def test_registering_again_changes_what_is_given(account: Account) -> None:
    client = account.client("application-autoscaling")
    client.register_scalable_target(**target(), MinCapacity=1, MaxCapacity=2)
    client.register_scalable_target(**target(), MaxCapacity=5)

    (found,) = client.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"]
    assert (found["MinCapacity"], found["MaxCapacity"]) == (1, 5)
    assert found["RoleARN"].endswith("/AWSServiceRoleForApplicationAutoScaling_ECSService")


def test_listings_are_limited_to_what_is_asked(account: Account) -> None:
    client = account.client("application-autoscaling")
    for name in ("web", "worker"):
        client.register_scalable_target(**target(name), MinCapacity=1, MaxCapacity=2)
        policy(client, "cpu", name)
        policy(client, "memory", name)

    worker = target("worker")["ResourceId"]
    targets = client.describe_scalable_targets(ServiceNamespace="ecs", ResourceIds=[worker])
    policies = client.describe_scaling_policies(ServiceNamespace="ecs", ResourceId=worker, PolicyNames=["memory"])
    assert [found["ResourceId"] for found in targets["ScalableTargets"]] == [worker]
    names = [(found["ResourceId"], found["PolicyName"]) for found in policies["ScalingPolicies"]]
    assert names == [(worker, "memory")]
    assert client.describe_scalable_targets(ServiceNamespace="rds")["ScalableTargets"] == []


def test_deregistering_takes_policies_along(account: Account) -> None:
    client = account.client("application-autoscaling")
    for name in ("web", "worker"):
        client.register_scalable_target(**target(name), MinCapacity=1, MaxCapacity=2)
        policy(client, "cpu", name)

    client.deregister_scalable_target(**target("web"))

    left = client.describe_scaling_policies(ServiceNamespace="ecs")["ScalingPolicies"]
    assert [found["ResourceId"] for found in left] == [target("worker")["ResourceId"]]


def test_accounts_are_apart(account: Account) -> None:
    client = account.client("application-autoscaling")
    client.register_scalable_target(**target(), MinCapacity=1, MaxCapacity=2)

    other = type(account)(account.aws, "999999999999").client("application-autoscaling")
    assert other.describe_scalable_targets(ServiceNamespace="ecs")["ScalableTargets"] == []


def test_what_is_not_there_is_refused(account: Account) -> None:
    client = account.client("application-autoscaling")
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        client.deregister_scalable_target(**target())
    with pytest.raises(ClientError, match="ObjectNotFoundException"):
        policy(client, "cpu")
    with pytest.raises(ClientError, match="InvalidAction"):
        client.describe_scaling_activities(ServiceNamespace="ecs")
