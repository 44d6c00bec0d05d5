"""What policy documents allow, one action on one resource at a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

from gitops.templates.words import words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from gitops.templates.differences import GrantKind


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Permission:
    """One thing that is allowed: `who` may do `action` on `resource` when `condition`, JSON, holds."""

    kind: GrantKind
    who: str
    action: str
    resource: str
    condition: str

    def is_within(self, other: Permission) -> bool:
        """Return whether the other permission already allows this one."""
        return (
            self.kind == other.kind
            and other.who in {self.who, "*"}
            and other.condition in {"", self.condition}
            and _covers(other.action, self.action, ignore_case=True)
            and _covers(other.resource, self.resource)
        )


def permissions(kind: GrantKind, who: str | None, document: object, on: str = "") -> Iterator[Permission]:
    """Yield what a policy document allows `who`, or its principals when that is None.

    `on` is what a policy that names no resource is attached to. What is denied is yielded as the kind `deny_removed`,
    so that a denial that goes is told as something that is allowed.
    """
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in _list(statements):
        if not isinstance(statement, dict):
            continue
        denied = statement.get("Effect") == "Deny"
        people = [who] if who is not None else list(_principals(statement))
        actions = _named(statement, "Action", "NotAction") or [""]
        resources = _named(statement, "Resource", "NotResource") or [on]
        condition = words(statement["Condition"]) if statement.get("Condition") else ""
        for person, action, resource in product(people, actions, resources):
            yield Permission(
                kind="deny_removed" if denied else kind,
                who=person,
                action=action,
                resource=on if on and resource == "*" else resource,
                condition=condition,
            )


def newly_allowed(before: Iterable[Permission], after: Iterable[Permission]) -> list[Permission]:
    """Return what is allowed after and was not before, also not by something wider; denials the other way round."""
    old, new = set(before), set(after)
    allowed = [p for p in old if p.kind != "deny_removed"]
    denied = {p for p in new if p.kind == "deny_removed"}
    by_person: dict[str, list[Permission]] = {}
    for permission in allowed:
        by_person.setdefault(permission.who, []).append(permission)
    wider = [
        p
        for p in new - old
        if p.kind != "deny_removed" and not any(map(p.is_within, [*by_person.get(p.who, []), *by_person.get("*", [])]))
    ]
    lifted = [p for p in old - new if p.kind == "deny_removed" and not any(map(p.is_within, denied))]
    return sorted([*wider, *lifted])


def _principals(statement: Mapping[str, Any]) -> Iterator[str]:
    for field in ("Principal", "NotPrincipal"):
        said = statement.get(field)
        prefix = "everybody but " if field == "NotPrincipal" else ""
        if isinstance(said, dict):
            yield from (f"{prefix}{words(item)}" for items in said.values() for item in _list(items))
        elif said is not None:
            yield f"{prefix}{words(said)}"


def _named(statement: Mapping[str, Any], field: str, opposite: str) -> list[str]:
    if field in statement:
        return [words(item) for item in _list(statement[field])]
    if opposite in statement:
        return [f"everything but {', '.join(words(item) for item in _list(statement[opposite]))}"]
    return []


def _list(value: object) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def _covers(pattern: str, text: str, *, ignore_case: bool = False) -> bool:
    """Return whether a pattern of IAM, with its two wildcards, holds for a text, be that a pattern itself."""
    expression = "".join({"*": ".*", "?": "."}.get(sign, re.escape(sign)) for sign in pattern)
    return re.fullmatch(expression, text, re.IGNORECASE if ignore_case else 0) is not None
