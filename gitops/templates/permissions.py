"""What a change of a template newly allows: to roles, through policies of resources, and through security groups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops.templates import traffic
from gitops.templates.differences import Grant
from gitops.templates.policies import Permission, newly_allowed, permissions
from gitops.templates.words import cut, name, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops.templates.differences import GrantKind

LENGTH = 1_000
"""Most characters of the actions, and of the resources, of one grant."""

IDENTITIES = {
    "AWS::IAM::AccessKey",
    "AWS::IAM::OIDCProvider",
    "AWS::IAM::SAMLProvider",
    "AWS::IAM::User",
}
"""Types that let somebody in who was not there before."""

_PRINCIPALS = ("Roles", "Users", "Groups")
_OWN_POLICIES = {"AWS::IAM::Policy", "AWS::IAM::ManagedPolicy", "AWS::IAM::RolePolicy", "AWS::IAM::UserPolicy"}


def widened(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Grant]:
    """Return what the template `new` allows and `old` did not; None is no template."""
    before, after = set(_all(old)), set(_all(new))
    known = {permission.who for permission in before if permission.kind == "boundary"}
    wider = [p for p in newly_allowed(before, after) if p.kind != "boundary" or not p.action or p.who in known]
    return [*_grouped(wider), *traffic.widened(old, new)]


def _all(template: Mapping[str, Any] | None) -> Iterator[Permission]:
    for logical_id, resource in (template or {}).get("Resources", {}).items():
        properties = resource.get("Properties", {})
        kind = resource["Type"]
        if kind in IDENTITIES:
            yield _bare("identity", logical_id, kind)
        if kind in {"AWS::IAM::Role", "AWS::IAM::User", "AWS::IAM::Group"}:
            yield from _of_principal(logical_id, kind, properties)
        elif kind in _OWN_POLICIES:
            yield from _of_policy(logical_id, properties)
        elif kind == "AWS::Lambda::Permission":
            action, function = words(properties.get("Action")), words(properties.get("FunctionName"))
            yield Permission(
                kind="policy",
                who=words(properties.get("Principal")),
                action=action,
                resource=function,
                condition=words(properties["SourceArn"]) if "SourceArn" in properties else "",
            )
        else:
            for document in _documents(properties):
                yield from permissions("policy", None, document, logical_id)


def _of_principal(logical_id: str, kind: str, properties: Mapping[str, Any]) -> Iterator[Permission]:
    yield from permissions("trust", None, properties.get("AssumeRolePolicyDocument"), logical_id)
    for policy in properties.get("Policies", []):
        yield from permissions("policy", logical_id, policy.get("PolicyDocument"))
    for arn in properties.get("ManagedPolicyArns", []):
        yield _bare("managed_policy", logical_id, words(arn))
    if kind == "AWS::IAM::Role":
        # A boundary takes away: what matters is a role without one, and another one than before.
        boundary = properties.get("PermissionsBoundary")
        yield _bare("boundary", logical_id, "" if boundary is None else words(boundary))


def _of_policy(logical_id: str, properties: Mapping[str, Any]) -> Iterator[Permission]:
    holders = [name(item) for field in _PRINCIPALS for item in properties.get(field, [])]
    holders += [name(properties[field]) for field in ("RoleName", "UserName") if field in properties]
    for holder in holders or [f"holders of {logical_id}"]:
        yield from permissions("policy", holder, properties.get("PolicyDocument"))


def _documents(value: object) -> Iterator[object]:
    """Yield the policy documents anywhere in a value."""
    if isinstance(value, dict):
        statements = value.get("Statement")
        if isinstance(statements, list) and any(isinstance(item, dict) and "Effect" in item for item in statements):
            yield value
            return
        value = list(value.values())
    if isinstance(value, list):
        for item in value:
            yield from _documents(item)


def _bare(kind: GrantKind, who: str, what: str) -> Permission:
    return Permission(kind=kind, who=who, action=what, resource="", condition="")


def _grouped(allowed: Iterable[Permission]) -> list[Grant]:
    """Return permissions as grants: actions on the same resources together, and resources for the same actions."""
    resources: dict[tuple[GrantKind, str, str, str], list[str]] = {}
    for p in allowed:
        resources.setdefault((p.kind, p.who, p.action, p.condition), []).append(p.resource)
    actions: dict[tuple[GrantKind, str, str, str], list[str]] = {}
    for (kind, who, action, condition), found in resources.items():
        actions.setdefault((kind, who, ", ".join(found), condition), []).append(action)
    return [
        Grant(
            kind=kind, who=cut(who), what=cut(", ".join(found), LENGTH), on=cut(on, LENGTH), when=cut(condition, LENGTH)
        )
        for (kind, who, on, condition), found in actions.items()
    ]
