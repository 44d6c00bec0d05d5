"""The register of resource types against the templates, the registry's schemas and the pricing functions."""

import json
import os
import re
from typing import Any

# cfn-lint ships no types.
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from gitops.aws.resource_types import FILE, register
from gitops.cost import prices
from gitops.cost.pricing import PRICING

Templates = dict[str, dict[str, Any]]

POINTER = "/properties/"
ROW = re.compile(r'^\["(?P<name>[^"]+)"\]\n(?P<body>(?:(?!\[").*\n)*?)(?=\n|\Z)', re.MULTILINE)
CREATE_ONLY = re.compile(r"^create_only = \[[^]]*\]\n", re.MULTILINE)
LINE_LENGTH = 120


def registry_create_only(name: str) -> tuple[str, ...]:
    """Return a type's create-only properties as cfn-lint's copy of the registry has them."""
    if name.startswith("Custom::"):
        return ()
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    return tuple(sorted(pointer.removeprefix(POINTER) for pointer in schema.get("createOnlyProperties", [])))


def with_registry_properties(text: str) -> str:
    """Return the register with the create-only properties of the registry's schemas."""

    def row(found: re.Match[str]) -> str:
        properties = registry_create_only(found["name"])
        line = f"create_only = {json.dumps(properties)}\n"
        if len(line) > LINE_LENGTH + 1:
            line = "create_only = [\n" + "".join(f'    "{name}",\n' for name in properties) + "]\n"
        return f'["{found["name"]}"]\n{CREATE_ONLY.sub("", found["body"])}{line if properties else ""}'

    return ROW.sub(row, text)


def types_in(templates: Templates) -> set[str]:
    return {resource["Type"] for template in templates.values() for resource in template["Resources"].values()}


def test_create_only_properties_are_those_of_the_registry() -> None:
    text = FILE.read_text(encoding="utf-8")
    expected = with_registry_properties(text)
    if os.environ.get("BLESS"):
        FILE.write_text(expected, encoding="utf-8")
        text = expected
    assert text == expected, "`make bless` writes them"
    assert {name for name, row in register().items() if row.create_only != registry_create_only(name)} == set()


def test_every_type_of_a_template_has_a_row_that_says_how_it_is_billed(templates: Templates) -> None:
    used = types_in(templates)

    assert used - register().keys() == set()
    assert {name for name in used if not register()[name].has_known_cost} == set()


def test_every_row_is_of_a_type_in_a_template_or_of_one_that_holds_data(templates: Templates) -> None:
    used = types_in(templates)

    assert {name for name, row in register().items() if name not in used and not row.holds_data} == set()


def test_every_pricing_function_is_named_by_a_row_and_exists() -> None:
    assert {row.pricing for row in register().values() if row.pricing} == PRICING.keys()


def test_every_unit_price_is_in_the_price_file() -> None:
    units = [row.unit_price for row in register().values() if row.unit_price]

    assert units
    assert all(prices.load().find(unit.group, unit.figure, "us-east-1") for unit in units)
