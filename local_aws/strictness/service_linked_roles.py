"""Service-linked roles: an account has none until a service is used for the first time.

https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
"""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.authorisation.refusals import refusal
from local_aws.ministack import ApiError, seams

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.ministack.seams import Record, Response

ECS = "ecs.amazonaws.com"
NAMES: Mapping[str, str] = {
    ECS: "AWSServiceRoleForECS",
    "ecs.application-autoscaling.amazonaws.com": "AWSServiceRoleForApplicationAutoScaling_ECSService",
    "elasticache.amazonaws.com": "AWSServiceRoleForElastiCache",
    "elasticloadbalancing.amazonaws.com": "AWSServiceRoleForElasticLoadBalancing",
    "rds.amazonaws.com": "AWSServiceRoleForRDS",
    "wafv2.amazonaws.com": "AWSServiceRoleForWAFV2Logging",
}
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html"""


def exists(service: str) -> bool:
    """Return whether the account of the request has the role of a service."""
    return NAMES[service] in seams.roles


def make(service: str) -> None:
    """Make the role of a service, unless the account has it: what most services do at their first use."""
    if exists(service):
        return
    name, path = NAMES[service], f"/aws-service-role/{service}/"
    trust = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    role: Record = {
        "RoleName": name,
        "Arn": f"arn:aws:iam::{ministack.account_id()}:role{path}{name}",
        "RoleId": f"AROA{uuid.uuid4().hex[:17].upper()}",
        "CreateDate": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Path": path,
        "AssumeRolePolicyDocument": json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        "Description": "",
        "MaxSessionDuration": 3600,
        "AttachedPolicies": [],
        "InlinePolicies": {},
        "Tags": [],
    }
    seams.roles[name] = role


def require_ecs_role() -> None:
    """Refuse the first cluster of an account: ECS makes its role, and cannot assume it so soon.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using-service-linked-roles.html
    """
    if not exists(ECS):
        make(ECS)
        message = "Unable to assume the service linked role. Please verify that the ECS service linked role exists."
        raise ApiError("CreateCluster", "InvalidParameterException", message)


def register() -> None:
    """Let CreateServiceLinkedRole name roles as AWS does; MiniStack gives two services the same name."""
    create = seams.iam_actions["CreateServiceLinkedRole"]

    def create_with_own_name(parameters: Record) -> Response:
        service = parameters.get("AWSServiceName", [""])[0]
        if service not in NAMES:
            return create(parameters)
        if exists(service):
            taken = f"Service role name {NAMES[service]} has been taken in this account"
            message = f"{taken}, please try a different suffix."
            return refusal("query", "InvalidInput", message, "")
        make(service)
        role = seams.role_xml(NAMES[service])
        result = f"<CreateServiceLinkedRoleResult><Role>{role}</Role></CreateServiceLinkedRoleResult>"
        return seams.iam_answer(200, "CreateServiceLinkedRoleResponse", result, ns="iam")

    seams.iam_actions["CreateServiceLinkedRole"] = create_with_own_name
