"""Where constructs_lib/config/offers.json comes from: cfn-lint's data, botocore's regions, the price file."""

import json
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from gitops.cost import prices

SERVICES = ("ecr", "ecs", "elasticache", "elasticloadbalancing", "rds", "scheduler")
"""A region without one of them cannot hold an environment."""

PROCESSORS = ("arm64", "x86_64")

ABOUT = (
    "Made by `make bless` from cfn-lint (instance classes of RDS for PostgreSQL, node types of ElastiCache, PostgreSQL "
    "versions), botocore (regions) and gitops/cost/prices.json (processors of Fargate, where it has the region)."
)


def document() -> dict[str, Any]:
    """Return the content of the file as the sources have it now."""
    classes = _extension("aws_rds_dbinstance/dbinstanceclass_enum.json")
    nodes = _extension("aws_elasticache_cachecluster/cachenodetype_enum.json")
    versions = set(_enum(_extension("aws_rds_dbinstance/engine_version.json")["allOf"], "EngineVersion"))
    deprecated = set(_deprecated())
    current = {version for version in versions - deprecated if version.replace(".", "").isdigit() and "." in version}
    creatable = set(_creatable(current))
    return {
        "about": ABOUT,
        "regions": {
            region: {
                "instance_classes": _words(
                    name.removeprefix("db.")
                    for name in set(_enum(classes.get(region, {}).get("allOf", ()), "DBInstanceClass")) & creatable
                ),
                "node_types": _words(nodes.get(region, {}).get("enum", ())),
                "processors": _words(_processors(region)),
            }
            for region in _regions()
        },
        "postgres": _words(current),
        "postgres_deprecated": _words(
            version for version in deprecated if len(version.split(".")) == 2 and version.replace(".", "").isdigit()
        ),
    }


def text() -> str:
    """Return the file's text: one line for what one region has of a sort."""
    return json.dumps(document(), indent=1) + "\n"


def _extension(path: str) -> Any:
    file = files("cfnlint") / "data" / "schemas" / "extensions" / path
    return json.loads(file.read_text(encoding="utf-8"))


def _enum(branches: Any, name: str) -> Iterator[str]:
    """Yield the values that schemas allow for PostgreSQL."""
    for branch in branches:
        if branch["if"]["properties"]["Engine"].get("const") == "postgres":
            yield from branch["then"]["properties"][name]["enum"]


def _deprecated() -> Iterator[str]:
    for branch in _extension("aws_rds_dbinstance/engine_version_deprecated.json")["allOf"]:
        properties = branch["if"]["properties"]
        if properties["Engine"].get("const") == "postgres":
            yield from properties["EngineVersion"]["enum"]


def _creatable(versions: set[str]) -> Iterator[str]:
    """Yield the classes that run one of the versions: old generations run none of them."""
    for branch in _extension("aws_rds_dbinstance/db_instance_class.json")["allOf"]:
        properties = branch["if"]["properties"]
        pattern = properties["EngineVersion"]["pattern"].replace("\\", "")
        if properties["Engine"]["const"] == "postgres" and any(f"|{version})$" in pattern for version in versions):
            yield from branch["then"]["properties"]["DBInstanceClass"]["enum"]


def _regions() -> list[str]:
    partitions = json.loads((files("botocore") / "data" / "endpoints.json").read_text(encoding="utf-8"))["partitions"]
    found: list[str] = []
    for partition in partitions:
        endpoints = [_endpoints(partition, service) for service in SERVICES]
        found += [region for region in partition["regions"] if all(region in has for has in endpoints)]
    return sorted(found)


def _endpoints(partition: Mapping[str, Any], service: str) -> Mapping[str, Any]:
    if service == "ecr":  # botocore writes it down as api.ecr
        service = "api.ecr"
    endpoints: Mapping[str, Any] = partition["services"].get(service, {}).get("endpoints", {})
    return endpoints


def _processors(region: str) -> Iterator[str]:
    for processor in PROCESSORS:
        if prices.load().find("fargate", f"{processor} vCPU", region):
            yield processor


def _words(values: Any) -> str:
    return " ".join(sorted(values, key=_natural))


def _natural(value: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in value.replace(".", " . ").split()]
