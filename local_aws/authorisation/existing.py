"""What exists in the embedded AWS, as far as authorising calls depends on it: ARNs, policies and tags of resources."""

from __future__ import annotations

import re
from email.utils import parseaddr
from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.ministack import identities

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

_ROLE = re.compile(r"arn:aws:iam::(?P<account>\d{12}):role/(?:.*/)?(?P<name>[^/]+)")


class Existing:
    """The resources of the account and region of the request that is served."""

    def arn(self, prefix: str, kind: str, name: str) -> str | None:
        """Return the ARN of a resource by a name that calls may use, or None if that says nothing."""
        find = _ARNS.get((prefix, kind))
        return find(name) if find else None

    def roles_of_task_definition(self, arn: str) -> Sequence[str]:
        """Return the ARNs of the roles that a task definition names."""
        definition = identities.task_definition(arn) or {}
        return [definition[name] for name in ("executionRoleArn", "taskRoleArn") if definition.get(name)]

    def ssm_parameters_of_template(self, parameters: Mapping[str, Any]) -> Sequence[str]:
        """Return the names of the SSM parameters that a template has, as far as it is one."""
        template = {name: parameters[name] for name in ("TemplateBody", "TemplateURL") if parameters.get(name)}
        if not template and parameters.get("UsePreviousTemplate"):
            template = {"StackName": parameters["StackName"]}
        try:
            found = ministack.call("cloudformation", "GetTemplateSummary", **template).get("Parameters", [])
        except ministack.ApiError:
            return []
        return [one["DefaultValue"] for one in found if one["ParameterType"].startswith("AWS::SSM::Parameter::Value<")]

    def policy(self, prefix: str, arn: str) -> str | None:
        """Return the policy of a resource itself: for a role, who may assume it."""
        role = _ROLE.fullmatch(arn)
        if prefix == "sts" and role:
            record = identities.role(role["account"], role["name"]) or {}
            return identities.text(record.get("AssumeRolePolicyDocument"))
        return identities.resource_policy(prefix, arn)

    def has_role(self, arn: str) -> bool:
        """Tell whether there is a role of an ARN."""
        role = _ROLE.fullmatch(arn)
        return role is not None and identities.role(role["account"], role["name"]) is not None

    def tags(self, arn: str) -> Mapping[str, str]:
        """Return the tags of a resource."""
        service = arn.split(":")[2] if arn.startswith("arn:") else ""
        read = _TAGS.get(service)
        return read(arn) if read else {}


def _stack_arn(name: str) -> str | None:
    stack = identities.stack(name)
    return stack["StackId"] if stack else None


def _task_definition_arn(reference: str) -> str | None:
    definition = identities.task_definition(reference)
    return definition["taskDefinitionArn"] if definition else None


def _role_arn(name: str) -> str | None:
    record = identities.role(ministack.account_id(), name)
    return record["Arn"] if record else None


def _identity_arn(sender: str) -> str | None:
    """Return the ARN of the identity by which SES sends from an address: its own where there is one, or its domain's.

    https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    """
    address = parseaddr(sender)[1]
    if "@" not in address:
        return None
    own = ministack.call("ses", "GetIdentityVerificationAttributes", Identities=[address])["VerificationAttributes"]
    identity = address if own.get(address, {}).get("VerificationStatus") == "Success" else address.partition("@")[2]
    return f"arn:aws:ses:{ministack.region()}:{ministack.account_id()}:identity/{identity}"


_ARNS: Mapping[tuple[str, str], Callable[[str], str | None]] = {
    ("cloudformation", "stack"): _stack_arn,
    ("ecs", "task-definition"): _task_definition_arn,
    ("iam", "role"): _role_arn,
    ("secretsmanager", "secret"): identities.secret_arn,
    ("ses", "identity"): _identity_arn,
}


def _tags_of_stack(arn: str) -> Mapping[str, str]:
    return _by_key((identities.stack(arn) or {}).get("Tags"))


def _tags_of_role(arn: str) -> Mapping[str, str]:
    role = _ROLE.fullmatch(arn)
    return _by_key((identities.role(role["account"], role["name"]) or {}).get("Tags") if role else None)


def _tags_of_secret(arn: str) -> Mapping[str, str]:
    if not identities.secret_arn(arn):
        return {}
    return _by_key(ministack.call("secretsmanager", "DescribeSecret", SecretId=arn).get("Tags"))


def _tags_of_load_balancing(arn: str) -> Mapping[str, str]:
    try:
        described = ministack.call("elbv2", "DescribeTags", ResourceArns=[arn])["TagDescriptions"]
    except ministack.ApiError:
        return {}
    return _by_key(described[0]["Tags"]) if described else {}


def _by_key(tags: Sequence[Mapping[str, Any]] | None) -> dict[str, str]:
    return {tag["Key"]: tag["Value"] for tag in tags or ()}


_TAGS: Mapping[str, Callable[[str], Mapping[str, str]]] = {
    "cloudformation": _tags_of_stack,
    "ecs": identities.ecs_tags,
    "elasticloadbalancing": _tags_of_load_balancing,
    "iam": _tags_of_role,
    "secretsmanager": _tags_of_secret,
}
"""Services whose resources' tags conditions can ask for here; those of others count as untagged."""
