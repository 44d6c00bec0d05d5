"""Values that bases publish as SSM parameters, in templates: which an app reads, and which a change may change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from constructs_lib.config.naming import PUBLISHED_VALUES
from gitops.templates import replacement

if TYPE_CHECKING:
    from collections.abc import Mapping

_PUBLISHED = "AWS::SSM::Parameter"


def values_read(template: Mapping[str, Any]) -> set[str]:
    """Return the names of the published values that a template takes as parameters."""
    defaults = (str(parameter.get("Default", "")) for parameter in template.get("Parameters", {}).values())
    return {default for default in defaults if default.startswith(PUBLISHED_VALUES)}


def published_changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> set[str]:
    """Return the names of published values whose expression changes, or that name a resource which is replaced."""
    replaced = {found.logical_id for found in replacement.find_all(old, new)}
    before, after = _values(old), _values(new)
    changed = {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}
    return changed | {name for name, value in after.items() if replaced & set(replacement.references(value))}


def _values(template: Mapping[str, Any]) -> dict[str, object]:
    published = [r["Properties"] for r in template.get("Resources", {}).values() if r["Type"] == _PUBLISHED]
    return {str(properties["Name"]): properties["Value"] for properties in published}
