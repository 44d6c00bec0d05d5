"""Changes of a database that RDS refuses, and those that cannot be undone: less storage, other versions of PostgreSQL.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_UpgradeDBInstance.PostgreSQL.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from gitops.templates import replacement

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import date

    from constructs_lib.config.model import ReplacementConsent

_TYPE = "AWS::RDS::DBInstance"


class _Change(NamedTuple):
    """One database in both templates."""

    logical_id: str
    old: dict[str, Any]
    new: dict[str, Any]


def refusals(old: object, new: object, consents: Collection[ReplacementConsent], today: date) -> list[str]:
    """Return what is said of each change that RDS refuses, and of each upgrade to which no consent holds today."""
    changes = list(_changes(old, new))
    upgrades = [
        replacement.Replacement(change.logical_id, _TYPE, f"{words}, which cannot be undone")
        for change in changes
        if (words := _major_upgrade(change))
    ]
    messages = [message for change in changes for message in _impossible(change)]
    return messages + [
        f"{message}; take a snapshot, then consent: "
        "allow_replacement: [{resource: LOGICAL_ID, until: YYYY-MM-DD, reason: …}]"
        for message in replacement.refusals(upgrades, consents, today)
    ]


def _changes(old: object, new: object) -> Iterator[_Change]:
    before, after = replacement.resources(old), replacement.resources(new)
    for logical_id, resource in before.items():
        if resource["Type"] == _TYPE == after.get(logical_id, {}).get("Type"):
            yield _Change(logical_id, resource.get("Properties", {}), after[logical_id].get("Properties", {}))


def _impossible(change: _Change) -> Iterator[str]:
    storage, wanted = (_number(properties.get("AllocatedStorage")) for properties in (change.old, change.new))
    if storage is not None and wanted is not None and wanted < storage:
        yield (
            f"{change.logical_id} ({_TYPE}): storage would shrink from {storage} to {wanted} GiB, which RDS cannot do; "
            f"declare storage_gib: {storage} or more"
        )
    version, declared = (_version(properties) for properties in (change.old, change.new))
    common = min(len(version), len(declared))
    if declared[:common] < version[:common]:
        words = f"PostgreSQL would go back from {_dotted(version)} to {_dotted(declared)}, which RDS cannot do"
        yield (f"{change.logical_id} ({_TYPE}): {words}; an older version takes a new database, restored from a dump")


def _major_upgrade(change: _Change) -> str:
    version, declared = (_version(properties) for properties in (change.old, change.new))
    if not version or declared[:1] <= version[:1]:
        return ""
    return f"PostgreSQL would go from {_dotted(version)} to {_dotted(declared)}"


def _version(properties: dict[str, Any]) -> tuple[int, ...]:
    """Return the parts of a version; nothing where the template does not have it in numbers."""
    parts = str(properties.get("EngineVersion", "")).split(".")
    return tuple(int(part) for part in parts) if all(part.isdecimal() for part in parts) else ()


def _number(value: object) -> int | None:
    return int(value) if isinstance(value, str | int) and str(value).isdecimal() else None


def _dotted(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
