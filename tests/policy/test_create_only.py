"""The extract of the registry's schemas that the guard of data works with."""

import json
import os
from typing import Any

# cfn-lint ships no types.
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER  # type: ignore[import-untyped]

from gitops.templates.replacement import CREATE_ONLY, GUARDED

POINTER = "/properties/"


def create_only(resource_type: str) -> list[str]:
    """Return a type's create-only properties as cfn-lint's copy of the registry has them."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    return sorted(pointer.removeprefix(POINTER) for pointer in schema.get("createOnlyProperties", []))


def test_extract_has_every_type_that_templates_use_as_the_registry_has_it(templates: dict[str, dict[str, Any]]) -> None:
    used = {resource["Type"] for template in templates.values() for resource in template["Resources"].values()}
    types = {name for name in used | GUARDED if not name.startswith("Custom::")}
    extract = {name: create_only(name) for name in sorted(types)}
    text = json.dumps(extract, indent=1) + "\n"
    if os.environ.get("BLESS"):
        CREATE_ONLY.write_text(text)
    assert text == CREATE_ONLY.read_text(), "BLESS=1 pytest tests/policy/test_create_only.py writes it"
