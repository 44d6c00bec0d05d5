"""IAM's evaluation of policies, as far as the templates use it: a request is allowed, or it is not.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

ACCOUNT = "111111111111"

Statement = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """What somebody asks of AWS; keys of the context are in lower case, as IAM compares them."""

    action: str
    resource: str
    context: Mapping[str, str] = field(default_factory=dict)


def allows(statements: Iterable[Statement], request: Request) -> bool:
    """Return whether one policy allows a request: a statement allows it, and none denies it."""
    effects = {statement["Effect"] for statement in statements if _applies(statement, request)}
    return effects == {"Allow"}


def globs(pattern: str, text: str) -> bool:
    """Return whether a pattern of IAM matches: `*` is any text, slashes and colons too, and `?` one character."""
    return _compiled(pattern).fullmatch(text) is not None


def statements_of(template: Mapping[str, Any], role: str) -> list[Statement]:
    """Return the statements of the inline policies of the role with this logical id, with ARNs as text."""
    return [
        _plain(statement, template)
        for resource in template["Resources"].values()
        if resource["Type"] == "AWS::IAM::Policy" and {"Ref": role} in resource["Properties"]["Roles"]
        for statement in resource["Properties"]["PolicyDocument"]["Statement"]
    ]


def managed_statements(template: Mapping[str, Any], policy: Mapping[str, Any]) -> list[Statement]:
    """Return the statements of a managed policy of a template, with ARNs as text."""
    return [_plain(statement, template) for statement in policy["PolicyDocument"]["Statement"]]


def arn(stack: str, logical_id: str, resource: Mapping[str, Any], region: str = "us-east-1") -> str:
    """Return the ARN that a resource of a stack gets, with a name such as CloudFormation chooses."""
    name = f"{stack}-{logical_id[:24]}-1A2B3C4D5E6F"
    properties = resource.get("Properties", {})
    match resource["Type"]:
        case "AWS::IAM::Role":
            return f"arn:aws:iam::{ACCOUNT}:role{properties.get('Path', '/')}{properties.get('RoleName', name)}"
        case "AWS::ECS::TaskDefinition":
            return f"arn:aws:ecs:{region}:{ACCOUNT}:task-definition/{properties['Family']}:1"
        case "AWS::ECS::Cluster":
            return f"arn:aws:ecs:{region}:{ACCOUNT}:cluster/{name}"
        case "AWS::Logs::LogGroup":
            return f"arn:aws:logs:{region}:{ACCOUNT}:log-group:{name}"
        case other:
            raise ValueError(f"no ARN is known for {other}")


def _applies(statement: Statement, request: Request) -> bool:
    return (
        _names(statement, "Action", request.action.lower(), lower=True)
        and _names(statement, "Resource", request.resource, lower=False)
        and all(
            _holds(operator, key, _listed(values), request.context)
            for operator, tested in statement.get("Condition", {}).items()
            for key, values in tested.items()
        )
    )


def _names(statement: Statement, element: str, value: str, *, lower: bool) -> bool:
    negated = f"Not{element}" in statement
    patterns = _listed(statement[f"Not{element}" if negated else element])
    matches = any(globs(pattern.lower() if lower else pattern, value) for pattern in patterns)
    return matches is not negated


def _holds(operator: str, key: str, values: Sequence[str], context: Mapping[str, str]) -> bool:
    value = context.get(key.lower())
    match operator:
        case "StringEquals":
            return value in values
        case "StringNotEquals":
            return value not in values
        case "StringLike" | "ArnLike":
            return value is not None and any(globs(pattern, value) for pattern in values)
        case "Null":
            return (value is None) is (str(values[0]).lower() == "true")
        case _:
            raise ValueError(f"the condition {operator} is not known here")


def _plain(node: Any, template: Mapping[str, Any]) -> Any:
    """Return a part of a template with references as text; `*` stands in for what only AWS knows."""
    if isinstance(node, list):
        return [_plain(entry, template) for entry in node]
    if not isinstance(node, dict):
        return node
    match node:
        case {"Fn::Join": [separator, parts]}:
            return separator.join(_plain(part, template) for part in parts)
        case {"Fn::GetAtt": [logical_id, "Arn"]} if _is_role(template, logical_id):
            stack = template.get("Description", "").partition(" ")[2].replace("/", "-")
            return arn(stack, logical_id, template["Resources"][logical_id])
        case {"Ref": _} | {"Fn::GetAtt": _}:
            return "*"
    return {key: _plain(value, template) for key, value in node.items()}


def _is_role(template: Mapping[str, Any], logical_id: str) -> bool:
    return bool(template["Resources"][logical_id]["Type"] == "AWS::IAM::Role")


def _listed(value: str | Sequence[str]) -> Sequence[str]:
    return [value] if isinstance(value, str) else value


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(char, re.escape(char)) for char in pattern), re.DOTALL)
