"""Application Auto Scaling, an AWS service that MiniStack lacks. It keeps what it is given, and scales nothing.

Scalable targets, scaling policies and scheduled actions can be put, described and deleted, so that those of a stack can
be read back. No desired count changes, no schedule fires, no alarm is created.

https://docs.aws.amazon.com/autoscaling/application/APIReference/
"""

from __future__ import annotations

import json
import time
import uuid
from typing import TYPE_CHECKING, Any

from local_aws import ministack

if TYPE_CHECKING:
    from collections.abc import Callable, MutableMapping

    from local_aws.ministack.seams import Response

    Request = dict[str, Any]
    Store = MutableMapping[str, dict[str, Any]]

_TARGET = ("ServiceNamespace", "ResourceId", "ScalableDimension")

_targets: Store = ministack.new_store()
_policies: Store = ministack.new_store()
_actions: Store = ministack.new_store()


class _Refused(Exception):  # noqa: N818 - a response of the service, not a bug
    """An error response of the service; `code` is the error code of its API reference."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def register() -> None:
    """Add the service to MiniStack."""
    ministack.add_service("application-autoscaling", "AnyScaleFrontendService", _handle)


async def _handle(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Response:
    operation = headers["x-amz-target"].rpartition(".")[2]
    perform = _OPERATIONS.get(operation, _unknown)
    try:
        answer, status = perform(json.loads(body)), 200
    except _Refused as refused:
        answer, status = {"__type": refused.code, "message": str(refused)}, 400
    return status, {"Content-Type": "application/x-amz-json-1.1"}, json.dumps(answer).encode()


def _unknown(_request: Request) -> Request:
    raise _Refused("InvalidAction", "The embedded AWS does not support this operation.")


def _register_target(request: Request) -> Request:
    """Add a target, or change the fields of one that the request has."""
    key = _key(request)
    known = _targets.get(key) or {
        **{name: request[name] for name in _TARGET},
        "ScalableTargetARN": _arn("application-autoscaling", f"scalable-target/{uuid.uuid4().hex}"),
        "RoleARN": _service_linked_role(request["ServiceNamespace"]),
        "SuspendedState": {},
        "CreationTime": time.time(),
    }
    capacity = {name: int(request[name]) for name in ("MinCapacity", "MaxCapacity") if name in request}
    others = {name: request[name] for name in ("RoleARN", "SuspendedState") if name in request}
    target = known | capacity | others
    if not {"MinCapacity", "MaxCapacity"} <= target.keys() or target["MinCapacity"] > target["MaxCapacity"]:
        raise _Refused(
            "ValidationException",
            "MinCapacity and MaxCapacity are required, the smaller first.",
        )
    _targets[key] = target
    return {"ScalableTargetARN": target["ScalableTargetARN"]}


def _deregister_target(request: Request) -> Request:
    """Delete a target with its policies and scheduled actions, as AWS does."""
    _require_target(request)
    key = _key(request)
    del _targets[key]
    for store in (_policies, _actions):
        for name in [name for name, record in store.items() if _key(record) == key]:
            del store[name]
    return {}


def _put_policy(request: Request) -> Request:
    _require_target(request)
    key = _key(request, "PolicyName")
    known = _policies.get(key) or {
        "PolicyARN": _named_arn("scalingPolicy", "policyName", request, request["PolicyName"]),
        "CreationTime": time.time(),
    }
    _policies[key] = {**request, "PolicyARN": known["PolicyARN"], "CreationTime": known["CreationTime"]}
    return {"PolicyARN": known["PolicyARN"], "Alarms": []}


def _put_action(request: Request) -> Request:
    _require_target(request)
    name = request["ScheduledActionName"]
    key = _key(request, "ScheduledActionName")
    known = _actions.get(key) or {
        "ScheduledActionARN": _named_arn("scheduledAction", "scheduledActionName", request, name),
        "CreationTime": time.time(),
    }
    _actions[key] = known | request
    return {}


def _deletes(store: Store, name: str) -> Callable[[Request], Request]:
    """Return the operation that deletes a record by its target and ``name``."""

    def delete(request: Request) -> Request:
        key = _key(request, name)
        if key not in store:
            raise _Refused("ObjectNotFoundException", f"No {name} {request[name]} for {_key(request)}.")
        del store[key]
        return {}

    return delete


def _describes(store: Store, answer: str, names: str, name: str) -> Callable[[Request], Request]:
    """Return the operation that lists the records of a store in the member ``answer``.

    They can be limited to a namespace, to one dimension of one resource, and to the values in ``names`` of
    the field ``name``.
    """

    def describe(request: Request) -> Request:
        target = [field for field in _TARGET if field in request]
        records = [
            record
            for record in store.values()
            if all(record[field] == request[field] for field in target)
            and (not request.get(names) or record[name] in request[names])
        ]
        return {answer: records}

    return describe


def _key(request: Request, *more: str) -> str:
    return "|".join(request[name] for name in (*_TARGET, *more))


def _require_target(request: Request) -> None:
    if _key(request) not in _targets:
        raise _Refused("ObjectNotFoundException", f"No scalable target registered for {_key(request)}.")


def _arn(service: str, resource: str) -> str:
    return f"arn:aws:{service}:{ministack.region()}:{ministack.account_id()}:{resource}"


def _named_arn(kind: str, name_kind: str, request: Request, name: str) -> str:
    """Return the ARN of a policy or an action, which is Auto Scaling's and holds the resource's own id."""
    resource = f"{request['ServiceNamespace']}/{request['ResourceId']}"
    return _arn("autoscaling", f"{kind}:{uuid.uuid4()}:resource/{resource}:{name_kind}/{name}")


def _service_linked_role(namespace: str) -> str:
    """Return the role by which Application Auto Scaling changes resources of a service.

    https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-service-linked-roles.html
    """
    service = {"ecs": "ECSService", "rds": "RDSCluster", "elasticache": "ElastiCacheRG"}.get(namespace, namespace)
    path = f"aws-service-role/{namespace}.application-autoscaling.amazonaws.com"
    role = f"AWSServiceRoleForApplicationAutoScaling_{service}"
    return f"arn:aws:iam::{ministack.account_id()}:role/{path}/{role}"


_OPERATIONS: dict[str, Callable[[Request], Request]] = {
    "RegisterScalableTarget": _register_target,
    "DeregisterScalableTarget": _deregister_target,
    "DescribeScalableTargets": _describes(_targets, "ScalableTargets", "ResourceIds", "ResourceId"),
    "PutScalingPolicy": _put_policy,
    "DeleteScalingPolicy": _deletes(_policies, "PolicyName"),
    "DescribeScalingPolicies": _describes(_policies, "ScalingPolicies", "PolicyNames", "PolicyName"),
    "PutScheduledAction": _put_action,
    "DeleteScheduledAction": _deletes(_actions, "ScheduledActionName"),
    "DescribeScheduledActions": _describes(_actions, "ScheduledActions", "ScheduledActionNames", "ScheduledActionName"),
}
