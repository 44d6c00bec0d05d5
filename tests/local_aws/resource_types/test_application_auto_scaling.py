"""AWS::ApplicationAutoScaling::ScalableTarget and ScalingPolicy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account

SERVICE = "service/cluster/web"
DIMENSION = "ecs:service:DesiredCount"
TARGET = {"ResourceId": SERVICE, "ScalableDimension": DIMENSION, "ServiceNamespace": "ecs"}


def target(**properties: Any) -> dict[str, Any]:
    given = {**TARGET, "MinCapacity": 1, "MaxCapacity": 4, **properties}
    return {"Type": "AWS::ApplicationAutoScaling::ScalableTarget", "Properties": given}


def policy(value: int = 60, **properties: Any) -> dict[str, Any]:
    metric = {"PredefinedMetricType": "ECSServiceAverageCPUUtilization"}
    given = {
        "PolicyName": "cpu",
        "PolicyType": "TargetTrackingScaling",
        "ScalingTargetId": {"Ref": "Target"},
        "TargetTrackingScalingPolicyConfiguration": {
            "PredefinedMetricSpecification": metric,
            "TargetValue": value,
        },
        **properties,
    }
    return {"Type": "AWS::ApplicationAutoScaling::ScalingPolicy", "Properties": given}


def night(hour: int) -> dict[str, Any]:
    return {
        "ScheduledActionName": "night",
        "Schedule": f"cron(0 {hour} * * ? *)",
        "ScalableTargetAction": {"MinCapacity": 0, "MaxCapacity": 0},
    }


def describe(account: Account, what: str) -> list[dict[str, Any]]:
    client = account.client("application-autoscaling")
    names = {
        "targets": "ScalableTargets",
        "policies": "ScalingPolicies",
        "actions": "ScheduledActions",
    }
    operation = {
        "targets": client.describe_scalable_targets,
        "policies": client.describe_scaling_policies,
        "actions": client.describe_scheduled_actions,
    }[what]
    return list(operation(ServiceNamespace="ecs")[names[what]])


def test_target_returns_its_id(account: Account, attributes: Callable[..., Any]) -> None:
    stack = account.deploy("it", {"Target": target()}, Outputs=attributes("Target", "Id"))

    (found,) = describe(account, "targets")
    assert stack.outputs == dict.fromkeys(("Ref", "Id"), f"{SERVICE}|{DIMENSION}|ecs")
    assert (found["MinCapacity"], found["MaxCapacity"]) == (1, 4)


def test_target_changes_in_place(account: Account) -> None:
    account.deploy("it", {"Target": target(ScheduledActions=[night(20)])})
    (before,) = describe(account, "targets")
    later = {**night(8), "ScheduledActionName": "morning"}
    account.deploy("it", {"Target": target(MaxCapacity=6, ScheduledActions=[night(22), later])})

    (after,) = describe(account, "targets")
    assert after["ScalableTargetARN"] == before["ScalableTargetARN"]
    assert after["MaxCapacity"] == 6
    actions = {action["ScheduledActionName"]: action["Schedule"] for action in describe(account, "actions")}
    assert actions == {"night": "cron(0 22 * * ? *)", "morning": "cron(0 8 * * ? *)"}


def test_dropped_action_is_gone(account: Account) -> None:
    account.deploy("it", {"Target": target(ScheduledActions=[night(20)])})
    account.deploy("it", {"Target": target()})

    assert describe(account, "actions") == []


def test_another_resource_replaces_the_target(account: Account) -> None:
    account.deploy("it", {"Target": target(), "Policy": policy()})
    account.deploy("it", {"Target": target(ResourceId="service/cluster/other"), "Policy": policy()})

    assert [found["ResourceId"] for found in describe(account, "targets")] == ["service/cluster/other"]
    assert [found["ResourceId"] for found in describe(account, "policies")] == ["service/cluster/other"]


def test_policy_returns_its_arn(account: Account, attributes: Callable[..., Any]) -> None:
    resources = {"Target": target(), "Policy": policy()}
    stack = account.deploy("it", resources, Outputs=attributes("Policy", "Arn"))

    (found,) = describe(account, "policies")
    assert stack.outputs == dict.fromkeys(("Ref", "Arn"), found["PolicyARN"])
    assert found["PolicyARN"].endswith(f":resource/ecs/{SERVICE}:policyName/cpu")
    assert found["TargetTrackingScalingPolicyConfiguration"]["TargetValue"] == 60


def test_policy_names_its_target_by_its_parts_too(account: Account) -> None:
    by_parts = {**policy(), "DependsOn": "Target"}
    del by_parts["Properties"]["ScalingTargetId"]
    by_parts["Properties"] |= TARGET
    account.deploy("it", {"Target": target(), "Policy": by_parts})

    (found,) = describe(account, "policies")
    assert (found["ResourceId"], found["PolicyName"]) == (SERVICE, "cpu")


def test_policy_changes_in_place_and_its_name_replaces(account: Account) -> None:
    first = account.deploy("it", {"Target": target(), "Policy": policy(60)}).physical_ids["Policy"]
    second = account.deploy("it", {"Target": target(), "Policy": policy(70)}).physical_ids["Policy"]
    renamed = policy(70, PolicyName="busy")
    third = account.deploy("it", {"Target": target(), "Policy": renamed}).physical_ids["Policy"]

    assert second == first
    assert third != second
    (found,) = describe(account, "policies")
    assert (found["PolicyARN"], found["PolicyName"]) == (third, "busy")


def test_deleted_stack_leaves_nothing(account: Account) -> None:
    account.deploy("it", {"Target": target(ScheduledActions=[night(20)]), "Policy": policy()})

    account.delete("it")

    assert [describe(account, what) for what in ("targets", "policies", "actions")] == [[], [], []]


def test_policy_without_a_target_is_refused(account: Account) -> None:
    with pytest.raises(WaiterError):
        account.deploy("it", {"Policy": policy(ScalingTargetId=f"{SERVICE}|{DIMENSION}|ecs")})

    assert any("ObjectNotFoundException" in reason for reason in account.failures("it"))


def test_capacity_upside_down_is_refused(account: Account) -> None:
    with pytest.raises(WaiterError):
        account.deploy("it", {"Target": target(MinCapacity=5, MaxCapacity=4)})

    assert any("ValidationException" in reason for reason in account.failures("it"))
