"""The policies that every template keeps: each takes a template and returns what breaks it, a line each."""

import json
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from gitops.aws.resource_types import resource_type
from local_aws.authorisation import iam_data

Template = dict[str, Any]

PUBLIC_PORTS = {80, 443}
READ_SECRET = {"secretsmanager:GetSecretValue", "secretsmanager:BatchGetSecretValue"}


class Statement(NamedTuple):
    """A statement of an IAM policy: the resource it stands in, the roles it is for, and its text."""

    logical_id: str
    roles: tuple[str, ...]
    body: dict[str, Any]

    @property
    def actions(self) -> list[str]:
        return listed(self.body.get("Action", []))

    @property
    def resources(self) -> list[Any]:
        return listed(self.body.get("Resource", []))

    @property
    def allows(self) -> bool:
        return bool(self.body["Effect"] == "Allow")


def listed(value: Any) -> list[Any]:
    """Return a value that may stand alone or in a list, in a list."""
    return value if isinstance(value, list) else [value]


def statements(template: Template) -> Iterator[Statement]:
    """Yield the statements of identity policies; those of resources and of who may assume a role are not among them."""
    for logical_id, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        if resource["Type"] in {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy"}:
            roles = [role["Ref"] for role in listed(properties.get("Roles", [])) if isinstance(role, dict)]
            documents = [properties["PolicyDocument"]]
        elif resource["Type"] == "AWS::IAM::Role":
            roles = [logical_id]
            documents = [policy["PolicyDocument"] for policy in properties.get("Policies", [])]
        else:
            continue
        for document in documents:
            for body in listed(document["Statement"]):
                yield Statement(logical_id, tuple(roles), body)


def no_wildcard_action(template: Template) -> Iterator[str]:
    """No action has a `*`, and none is allowed by naming others. A permissions boundary allows nothing by itself."""
    for statement in statements(template):
        if not statement.allows or is_boundary(template, statement.logical_id):
            continue
        for action in statement.actions:
            if "*" in action:
                yield f"{statement.logical_id} allows {action}"
        if "NotAction" in statement.body:
            yield f"{statement.logical_id} allows all but {statement.body['NotAction']}"


def is_boundary(template: Template, logical_id: str) -> bool:
    """Whether a managed policy is attached to nothing, and so can only be a permissions boundary."""
    resource = template["Resources"][logical_id]
    properties = resource["Properties"]
    attached = any(properties.get(key) for key in ("Roles", "Groups", "Users"))
    named_by_roles = any(
        {"Ref": logical_id} in listed(other.get("Properties", {}).get("ManagedPolicyArns", []))
        for other in template["Resources"].values()
    )
    return resource["Type"] == "AWS::IAM::ManagedPolicy" and not attached and not named_by_roles


def actions_on_no_resource_are_allowed_on_all(template: Template) -> Iterator[str]:
    """An action that takes no resource is allowed on `*`: limited to ARNs, it is never allowed.

    https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
    """
    for statement in statements(template):
        if not statement.allows or "*" in statement.resources:
            continue
        for name in statement.actions:
            action = None if "*" in name else iam_data.action(*name.split(":"))
            if "*" not in name and action is None:
                yield f"{statement.logical_id} allows {name}, which IAM does not have"
            elif action and not action.resource_types:
                yield f"{statement.logical_id} allows {name} on ARNs, and it takes no resource"


def roles_are_passed_to_named_services(template: Template) -> Iterator[str]:
    """iam:PassRole says to which service."""
    for statement in statements(template):
        if statement.allows and "iam:PassRole" in statement.actions:
            conditions = statement.body.get("Condition", {})
            services = [operator.get("iam:PassedToService") for operator in conditions.values()]
            if not any(services) or "*" in json.dumps(services):
                yield f"{statement.logical_id} passes roles to any service"


def no_public_ingress(template: Template) -> Iterator[str]:
    """The internet reaches ports 80 and 443, and nothing else."""
    for logical_id, resource in template["Resources"].items():
        properties = resource.get("Properties", {})
        rules = (
            properties.get("SecurityGroupIngress", [])
            if resource["Type"] == "AWS::EC2::SecurityGroup"
            else [properties]
            if resource["Type"] == "AWS::EC2::SecurityGroupIngress"
            else []
        )
        for rule in rules:
            everybody = rule.get("CidrIp") == "0.0.0.0/0" or rule.get("CidrIpv6") == "::/0"
            ports = (rule.get("FromPort"), rule.get("ToPort"))
            if everybody and (ports[0] != ports[1] or ports[0] not in PUBLIC_PORTS):
                yield f"{logical_id} is open to everybody at {rule.get('IpProtocol')} {ports[0]} to {ports[1]}"


def data_has_removal_policies(template: Template) -> Iterator[str]:
    """What holds data says what becomes of it when it is removed, and when it is replaced."""
    for logical_id, resource in template["Resources"].items():
        if resource_type(resource["Type"]).holds_data:
            for policy in ("DeletionPolicy", "UpdateReplacePolicy"):
                if policy not in resource:
                    yield f"{logical_id} ({resource['Type']}) has no {policy}"


POLICIES: tuple[Callable[[Template], Iterator[str]], ...] = (
    no_wildcard_action,
    actions_on_no_resource_are_allowed_on_all,
    roles_are_passed_to_named_services,
    no_public_ingress,
    data_has_removal_policies,
)


def readers_of_secrets(template: Template) -> dict[str, set[str]]:
    """Return the roles that may read each secret. A secret of another stack is the name of its output.

    What may be read is written as it stands in the template when it is no reference: a pattern of names, or `*`.
    """
    readers: dict[str, set[str]] = {
        logical_id: set()
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == "AWS::SecretsManager::Secret"
    }
    own = list(readers)
    for statement in statements(template):
        reads = any(action in READ_SECRET or "*" in action for action in statement.actions)
        if statement.allows and reads and not is_boundary(template, statement.logical_id):
            for resource in statement.resources:
                for secret in _secrets(template, resource, own):
                    readers.setdefault(secret, set()).update(statement.roles)
    return readers


def _secrets(template: Template, resource: Any, known: list[str]) -> list[str]:
    match resource:
        case {"Ref": reference} if reference in template.get("Parameters", {}):
            return [reference]
        case {"Ref": reference}:
            attached = template["Resources"][reference]
            if attached["Type"] == "AWS::SecretsManager::SecretTargetAttachment":
                return [attached["Properties"]["SecretId"]["Ref"]]
            return [reference]
        case "*":
            return known
        case _:
            return [json.dumps(resource)] if "secret:" in json.dumps(resource) else []
