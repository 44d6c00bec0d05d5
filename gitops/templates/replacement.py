"""The guard of data: which resources that hold data a change of a template would replace or drop, and who consents.

CloudFormation replaces a resource when one of its create-only properties changes: it makes a new, empty one and lets
go of the old. The register of resource types has these properties. Properties that replace under conditions only, such
as an engine version, are not among them.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-updating-stacks-update-behaviors.html
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from gitops.aws.resource_types import resource_type

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from constructs_lib.config.model import ReplacementConsent

Resources = dict[str, dict[str, Any]]


class Replacement(NamedTuple):
    """A resource that a change would replace, or drop from its stack."""

    logical_id: str
    type: str
    cause: str


def find(old: object, new: object) -> list[Replacement]:
    """Return the resources that hold data in the template `old` and would not be the same ones after `new`."""
    return [replacement for replacement in find_all(old, new) if resource_type(replacement.type).needs_consent]


def find_left(old: object, old_place: object, new_place: object) -> list[Replacement]:
    """Return the resources that hold data in the stack of a template that stays in `old_place`."""
    cause = f"stays in {old_place}; {new_place} gets a new, empty one"
    return [
        Replacement(logical_id, resource["Type"], cause)
        for logical_id, resource in resources(old).items()
        if resource_type(resource["Type"]).needs_consent
    ]


def find_all(old: object, new: object) -> list[Replacement]:
    """Return the resources of any type in the template `old` that would not be the same ones after `new`."""
    before, after = resources(old), resources(new)
    causes = _replaced(before, after)
    return [
        Replacement(logical_id, before[logical_id]["Type"], causes[logical_id])
        for logical_id in before
        if logical_id in causes
    ]


def refusals(replacements: Iterable[Replacement], consents: Collection[ReplacementConsent], today: date) -> list[str]:
    """Return what is said of each replacement to which no consent holds today; a consent holds on its last day."""
    last_days = {consent.resource: date.fromisoformat(consent.until) for consent in consents}
    messages = []
    for replacement in replacements:
        last_day = last_days.get(replacement.logical_id)
        if last_day is not None and today <= last_day:
            continue
        ended = f"; the consent to it ended on {last_day}" if last_day else ""
        messages.append(f"{replacement.logical_id} ({replacement.type}): {replacement.cause}{ended}")
    return messages


def explain(messages: Iterable[str]) -> str:
    """Return the messages as one text, with what can be done."""
    listed = "\n".join(messages)
    return (
        f"{listed}\n"
        "What these hold would be left behind or lost. If that is meant, save it first, then add to the declaration:\n"
        "allow_replacement: [{resource: LOGICAL_ID, until: YYYY-MM-DD, reason: …}]"
    )


def _replaced(before: Resources, after: Resources) -> dict[str, str]:
    """Return why each resource is replaced, of those that are.

    Replacements spread: what refers to a replaced resource in a create-only property is replaced too.
    """
    causes = {}
    for logical_id, resource in before.items():
        if logical_id not in after:
            causes[logical_id] = "is no longer in the template"
        elif resource["Type"] != after[logical_id]["Type"]:
            causes[logical_id] = f"would become {after[logical_id]['Type']}"
    spreading = True
    while spreading:
        spreading = False
        for logical_id in before.keys() - causes.keys():
            cause = _cause(before[logical_id], after[logical_id], causes.keys())
            if cause:
                causes[logical_id] = cause
                spreading = True
    return causes


def _cause(before: Mapping[str, Any], after: Mapping[str, Any], replaced: Collection[str]) -> str | None:
    for path in resource_type(after["Type"]).create_only:
        old, new = (_value(resource.get("Properties"), path) for resource in (before, after))
        if old != new:
            return f"{path} would change, which replaces it"
        referred = sorted(set(references(new)) & set(replaced))
        if referred:
            return f"{path} refers to {referred[0]}, which would be replaced"
    return None


def _value(properties: object, path: str) -> object:
    """Return what stands at a path such as `EncryptionConfiguration/KmsKey`, or None."""
    value = properties
    for key in path.split("/"):
        value = value.get(key) if isinstance(value, dict) else None
    return value


def references(value: object) -> Iterator[str]:
    """Yield the logical ids that a value of a template refers to."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield str(item)
            elif key == "Fn::GetAtt":
                yield item.partition(".")[0] if isinstance(item, str) else str(item[0])
            else:
                yield from references(item)


def resources(template: object) -> Resources:
    """Return the resources of a template by their logical ids; none where it is not a template."""
    found = template.get("Resources", {}) if isinstance(template, dict) else {}
    return cast("Resources", found)
