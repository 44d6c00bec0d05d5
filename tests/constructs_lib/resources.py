"""Short ways to look into a template."""

import json
from collections.abc import Mapping
from typing import Any


def of_type(template: Mapping[str, Any], resource_type: str) -> list[dict[str, Any]]:
    """Return the properties of every resource of a type."""
    return [
        resource.get("Properties", {})
        for resource in template["Resources"].values()
        if resource["Type"] == resource_type
    ]


def the_only(template: Mapping[str, Any], resource_type: str) -> dict[str, Any]:
    """Return the properties of the one resource of a type."""
    (properties,) = of_type(template, resource_type)
    return properties


def named(template: Mapping[str, Any], resource_type: str, part: str) -> dict[str, Any]:
    """Return the properties of the one resource of a type whose logical id contains `part`."""
    (properties,) = (
        resource["Properties"]
        for logical_id, resource in template["Resources"].items()
        if resource["Type"] == resource_type and part in logical_id
    )
    found: dict[str, Any] = properties
    return found


def container(template: Mapping[str, Any], part: str) -> dict[str, Any]:
    """Return the one container of the task definition whose logical id contains `part`."""
    (found,) = named(template, "AWS::ECS::TaskDefinition", part)["ContainerDefinitions"]
    definition: dict[str, Any] = found
    return definition


def variables(definition: dict[str, Any]) -> dict[str, Any]:
    """Return the plain environment variables of a container."""
    return {pair["Name"]: pair["Value"] for pair in definition["Environment"]}


def text(template: object) -> str:
    """Return a template, or a part of one, as JSON to search in."""
    return json.dumps(template)
