"""AWS::ApplicationAutoScaling::ScalableTarget and AWS::ApplicationAutoScaling::ScalingPolicy."""

from __future__ import annotations

from typing import Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine

_SERVICE = "application-autoscaling"
_TARGET = ("ResourceId", "ScalableDimension", "ServiceNamespace")


def _create_target(properties: Properties, _name: str) -> Resource:
    target = given(properties, *_TARGET)
    ministack.call(
        _SERVICE,
        "RegisterScalableTarget",
        **target,
        **given(properties, "MinCapacity", "MaxCapacity", "RoleARN", "SuspendedState"),
    )
    for action in properties.get("ScheduledActions", []):
        ministack.call(_SERVICE, "PutScheduledAction", **target, **action)
    physical_id = "|".join(target[name] for name in _TARGET)
    return Resource(physical_id, {"Id": physical_id})


def _update_target(_physical_id: str, old: Properties, new: Properties) -> Resource:
    kept = {action["ScheduledActionName"] for action in new.get("ScheduledActions", [])}
    for action in old.get("ScheduledActions", []):
        name = action["ScheduledActionName"]
        if name not in kept:
            ministack.call(_SERVICE, "DeleteScheduledAction", ScheduledActionName=name, **given(old, *_TARGET))
    return _create_target(new, "")


def _delete_target(_physical_id: str, properties: Properties) -> None:
    with gone_is_fine("ObjectNotFoundException"):
        ministack.call(_SERVICE, "DeregisterScalableTarget", **given(properties, *_TARGET))


def _create_policy(properties: Properties, _name: str) -> Resource:
    arn = ministack.call(
        _SERVICE,
        "PutScalingPolicy",
        **_policy_target(properties),
        **given(
            properties,
            "PolicyName",
            "PolicyType",
            "PredictiveScalingPolicyConfiguration",
            "StepScalingPolicyConfiguration",
            "TargetTrackingScalingPolicyConfiguration",
        ),
    )["PolicyARN"]
    return Resource(arn, {"Arn": arn})


def _update_policy(_physical_id: str, _old: Properties, new: Properties) -> Resource:
    return _create_policy(new, "")


def _delete_policy(_physical_id: str, properties: Properties) -> None:
    with gone_is_fine("ObjectNotFoundException"):
        ministack.call(
            _SERVICE,
            "DeleteScalingPolicy",
            **_policy_target(properties),
            **given(properties, "PolicyName"),
        )


def _policy_target(properties: Properties) -> dict[str, Any]:
    """Return the target of a policy, which names it by its CloudFormation id or by its parts."""
    if "ScalingTargetId" in properties:
        return dict(zip(_TARGET, properties["ScalingTargetId"].split("|"), strict=True))
    return given(properties, *_TARGET)


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::ApplicationAutoScaling::ScalableTarget",
        create=_create_target,
        update=_update_target,
        delete=_delete_target,
        create_only=_TARGET,
    ),
    ResourceType(
        name="AWS::ApplicationAutoScaling::ScalingPolicy",
        create=_create_policy,
        update=_update_policy,
        delete=_delete_policy,
        create_only=("PolicyName", "ScalingTargetId", *_TARGET),
    ),
)
