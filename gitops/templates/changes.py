"""Two templates compared, without asking CloudFormation: what becomes of each resource, and of the rest.

Which properties replace a resource is known from the registry's schemas (gitops/templates/replacement.py); what
replaces only under conditions shows up as an update here, and right in a change set.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

from gitops.aws.resource_types import deletion_outcome, resource_type
from gitops.templates import replacement
from gitops.templates.differences import ChangeAction, Detail, ResourceChange
from gitops.templates.words import cut, is_function, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

DETAILS = 20
"""Most values that are listed of one resource."""

NEW_REVISION = "a new revision"

_GRAVITY = {action: place for place, action in enumerate(get_args(ChangeAction))}
_SECTIONS = ("Outputs", "Parameters", "Conditions", "Mappings", "Rules", "Transform", "Description")


def resource_changes(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[ResourceChange]:
    """Return what becomes of the resources between two templates, gravest first; None is no stack."""
    before, after = _resources(old), _resources(new)
    replaced = {found.logical_id: found.cause for found in replacement.find_all(old, new)}
    changes = [
        ResourceChange(action="destroy", logical_id=name, type=resource["Type"], cause=_outcome(resource))
        for name, resource in before.items()
        if name not in after
    ]
    changes += [
        ResourceChange(action="create", logical_id=name, type=resource["Type"])
        for name, resource in after.items()
        if name not in before
    ]
    changes += [
        _changed(name, before[name], resource, replaced.get(name))
        for name, resource in after.items()
        if name in before and (name in replaced or before[name] != resource)
    ]
    return ordered(changes)


def ordered(changes: Iterable[ResourceChange]) -> list[ResourceChange]:
    """Return changes sorted: what is destroyed first, then what is replaced, updated, created."""
    return sorted(changes, key=lambda change: (_GRAVITY[change.action], change.logical_id))


def other_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """Return what changes in a template beside its resources, as names such as `Outputs Url`."""
    found = []
    for section in _SECTIONS:
        before, after = old.get(section), new.get(section)
        if isinstance(before or {}, dict) and isinstance(after or {}, dict):
            one, other = before or {}, after or {}
            found += [f"{section} {key}" for key in sorted({*one, *other}) if one.get(key) != other.get(key)]
        elif before != after:
            found.append(section)
    return found


def _changed(logical_id: str, before: Mapping[str, Any], after: Mapping[str, Any], cause: str | None) -> ResourceChange:
    """Return the change of a resource that both templates have; `cause` is why it is replaced, None when it is not."""
    revisions = resource_type(after["Type"]).revisions
    return ResourceChange(
        action="replace" if cause is not None and not revisions else "update",
        logical_id=logical_id,
        type=after["Type"],
        cause=NEW_REVISION if revisions else cause or "",
        details=tuple(_details(before, after))[:DETAILS],
    )


def _outcome(resource: Mapping[str, Any]) -> str:
    """Return what happens to a resource that is no longer in its template."""
    return deletion_outcome(resource["Type"], resource.get("DeletionPolicy"))


def _details(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[Detail]:
    """Yield the values that differ in a resource; those of its properties are named without that word."""
    yield from _differences(before.get("Properties", {}), after.get("Properties", {}), "")
    for attribute in sorted({*before, *after} - {"Properties"}):
        yield from _differences(before.get(attribute), after.get(attribute), attribute)


def _differences(before: object, after: object, path: str) -> Iterator[Detail]:
    if before == after:
        return
    one, other = _by_key(before), _by_key(after)
    if one is None or other is None:
        yield Detail(path=path, before=_text(before), after=_text(after))
        return
    for key in dict.fromkeys([*one, *other]):
        yield from _differences(one.get(key), other.get(key), f"{path}.{key}" if path else key)


def _by_key(value: object) -> Mapping[str, object] | None:
    """Return what a value holds by name, where it holds something: a list's items by their names or numbers."""
    if isinstance(value, dict):
        return None if is_function(value) else value
    if not isinstance(value, list):
        return None
    for key in ("Name", "Key", "Sid"):
        names = [item.get(key) if isinstance(item, dict) else None for item in value]
        if all(isinstance(name, str) for name in names) and len(set(names)) == len(names):
            return dict(zip(map(str, names), value, strict=True))
    return {str(number): item for number, item in enumerate(value)}


def _text(value: object) -> str | None:
    return None if value is None else cut(words(value))


def _resources(template: Mapping[str, Any] | None) -> Mapping[str, Any]:
    resources: Mapping[str, Any] = (template or {}).get("Resources", {})
    return resources
