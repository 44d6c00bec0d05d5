"""The statements of the policies of the project's roles: what a mutation run removes, one at a time.

They are those of the reviewed templates, and the one that `gitops bootstrap` adds to the CDK's deploy roles. Apps of
one kind have the same statements, so that each counts once for all stacks. A statement is told from the others of its
policy by its effect, actions and condition keys: resources differ between stacks.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from constructs_lib.config.naming import PERMISSIONS_BOUNDARY
from gitops.deploy.bootstrapping import READ_PARAMETERS_POLICY
from tests.local_aws.authorisation import golden

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

Kind = Literal["identity", "pb", "resource"]
"""The kind of policy, by the names of `engine.Statement`: `pb` is the boundary, `resource` a role's trust policy."""

NOT = "all but"
"""Stands before the actions of a statement with NotAction."""

HASH = re.compile(r"[0-9A-F]{8}$")
"""What the CDK ends logical ids with."""


@dataclass(frozen=True, order=True, slots=True)
class Statement:
    """A statement of a policy. `role` is who has the policy; `policy` is the policy's name, or a role's logical id."""

    role: str
    kind: Kind
    policy: str
    effect: str
    actions: tuple[str, ...]
    conditions: tuple[str, ...]

    def is_in(self, policy: str, body: Mapping[str, Any]) -> bool:
        """Return whether the statement of a document of the policy of a name is this one."""
        return policy == self.policy and _features(body) == (self.effect, self.actions, self.conditions)

    def __str__(self) -> str:
        more = f" and {len(self.actions) - 1} more" if len(self.actions) > 1 else ""
        return f"{self.role}: {self.actions[0]}{more}"


def all_statements() -> list[Statement]:
    """Return every statement, each once."""
    found = {
        Statement(role, kind, policy, *_features(body))
        for role, kind, policy, document in _documents()
        for body in listed(document["Statement"])
    }
    return sorted(found)


def listed(value: Any) -> list[Any]:
    """Return a value that may stand alone or in a list, in a list."""
    return value if isinstance(value, list) else [value]


def short(logical_id: str) -> str:
    """Return a logical id without the hash at its end."""
    return HASH.sub("", logical_id)


def actions_of(body: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the actions of a statement, sorted; `NOT` stands before all that are left out."""
    if "NotAction" in body:
        return (NOT, *sorted(listed(body["NotAction"])))
    return tuple(sorted(listed(body["Action"])))


def _features(body: Mapping[str, Any]) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    conditions = {f"{operator} {key}" for operator, tested in body.get("Condition", {}).items() for key in tested}
    return body["Effect"], actions_of(body), tuple(sorted(conditions))


def _documents() -> Iterator[tuple[str, Kind, str, Mapping[str, Any]]]:
    for resources in golden.stacks().values():
        for logical_id, resource in resources.items():
            yield from _of_resource(logical_id, resource)
    # gitops/deploy/bootstrapping.py writes it; it stands in no template.
    reading = {"Effect": "Allow", "Action": "ssm:GetParameters"}
    yield "the CDK's deploy role", "identity", READ_PARAMETERS_POLICY, {"Statement": [reading]}


def _of_resource(logical_id: str, resource: Mapping[str, Any]) -> Iterator[tuple[str, Kind, str, Mapping[str, Any]]]:
    properties = resource.get("Properties", {})
    match resource["Type"]:
        case "AWS::IAM::Role":
            yield short(logical_id), "resource", logical_id, properties["AssumeRolePolicyDocument"]
            for policy in properties.get("Policies", []):
                yield short(logical_id), "identity", policy["PolicyName"], policy["PolicyDocument"]
        case "AWS::IAM::Policy":
            for role in properties["Roles"]:
                yield short(role["Ref"]), "identity", properties["PolicyName"], properties["PolicyDocument"]
        case "AWS::IAM::ManagedPolicy":
            name = properties["ManagedPolicyName"]
            # Another managed policy has to say which roles have it.
            assert name == PERMISSIONS_BOUNDARY, name
            yield "permissions boundary", "pb", name, properties["PolicyDocument"]
