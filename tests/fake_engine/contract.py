"""Requests and answers held to Docker's description of its Engine API.

An engine ignores parameters and fields that it does not know. Here they are faults: a name that is misspelt would
otherwise pass every test.
"""

from __future__ import annotations

import functools
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jsonschema import Draft4Validator

from tests.fake_engine.description import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

NOT_DESCRIBED = {"POST /exec/{id}/start": 400, "GET /containers/{id}/logs": 400}
"""Answers that engines give and the description lacks: a program that is missing, no output that is asked for.

https://github.com/moby/moby/blob/master/daemon/errors.go, https://github.com/moby/moby/blob/master/daemon/logs.go
"""

_TYPES = {
    "boolean": re.compile(r"true|false|1|0|True|False"),
    "integer": re.compile(r"-?\d+"),
    "string": re.compile(r".*", re.DOTALL),
    "array": re.compile(r".*", re.DOTALL),
}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the API, and the values of the parameters in its path."""

    name: str
    """Method and path, such as `GET /images/{name}/json`."""
    described: Mapping[str, Any]
    in_path: Mapping[str, str]

    def request_problems(self, query: Mapping[str, str], body: bytes) -> list[str]:
        """Return what a request has that the description does not allow, or lacks."""
        parameters = {(one["in"], one["name"]): one for one in self.described.get("parameters", ())}
        problems = []
        for name, value in query.items():
            parameter = parameters.get(("query", name))
            if parameter is None:
                problems.append(f"{self.name} has no parameter {name}")
            elif not _TYPES[parameter["type"]].fullmatch(value):
                problems.append(f"{self.name}: {name} is no {parameter['type']}: {value}")
            elif "pattern" in parameter and not re.search(parameter["pattern"], value):
                problems.append(f"{self.name}: {name} is not {parameter['pattern']}: {value}")
        required = [name for (where, name), one in parameters.items() if where == "query" and one.get("required")]
        problems += [f"{self.name} needs the parameter {name}" for name in required if name not in query]
        schemas = [one["schema"] for (where, _), one in parameters.items() if where == "body"]
        if body and not schemas:
            problems.append(f"{self.name} takes no body")
        elif body:
            problems += self._differences(schemas[0], json.loads(body))
        return problems

    def answer_problems(self, status: int, body: object) -> list[str]:
        """Return how an answer differs from the description. `body` is what JSON says; None for another body."""
        if status == NOT_DESCRIBED.get(self.name):
            return []
        answer = self.described["responses"].get(str(status))
        if answer is None:
            return [f"{self.name} never answers with {status}"]
        if body is None or "schema" not in answer:
            return []
        return self._differences(answer["schema"], body)

    def _differences(self, schema: Any, value: object) -> list[str]:
        whole = {**_nullable(schema), "definitions": _definitions()}
        errors = [
            f"{self.name}: {error.json_path}: {error.message}" for error in Draft4Validator(whole).iter_errors(value)
        ]
        return errors + [f"{self.name}: {unknown} is unknown" for unknown in _unknown(schema, value, "$")]


def find(method: str, path: str) -> Operation | None:
    """Return the operation that a path, without the version of the API, belongs to."""
    for pattern, methods in _description()["paths"].items():
        # Names of images have slashes in them.
        expression = re.sub(r"\\{(\w+)\\}", r"(?P<\1>.+)", re.escape(pattern))
        found = re.fullmatch(expression, path)
        if found and method.lower() in methods and not _is_other(pattern, path):
            return Operation(f"{method} {pattern}", methods[method.lower()], found.groupdict())
    return None


def _is_other(pattern: str, path: str) -> bool:
    """Whether a pattern with a parameter matches a path that has a pattern of its own."""
    return pattern != path and path in _description()["paths"]


@functools.cache
def _description() -> Any:
    return json.loads(FILE.read_text())


@functools.cache
def _definitions() -> Any:
    return _nullable(_description()["definitions"])


def _nullable(node: Any) -> Any:
    """Return a schema of Swagger 2.0 as one of JSON Schema, which says in its own words that null is allowed."""
    if isinstance(node, list):
        return [_nullable(item) for item in node]
    if not isinstance(node, dict):
        return node
    made = {key: _nullable(value) for key, value in node.items()}
    if made.get("x-nullable") is True and isinstance(made.get("type"), str):
        made["type"] = [made["type"], "null"]
        if "enum" in made:
            made["enum"] = [*made["enum"], None]
    return made


def _unknown(schema: Any, value: object, path: str) -> Iterator[str]:
    """Yield the paths of what a value has beyond the properties of its schema."""
    if isinstance(value, list):
        for schema_of_items in [part["items"] for part in _parts(schema) if "items" in part]:
            for index, item in enumerate(value):
                yield from _unknown(schema_of_items, item, f"{path}[{index}]")
    if not isinstance(value, dict):
        return
    parts = list(_parts(schema))
    known = {name: one for part in parts for name, one in (part.get("properties") or {}).items()}
    others = [part["additionalProperties"] for part in parts if "additionalProperties" in part]
    for name, item in value.items():
        if name in known:
            yield from _unknown(known[name], item, f"{path}.{name}")
        elif not others and known:
            yield f"{path}.{name}"


def _parts(schema: Any) -> Iterator[Any]:
    """Yield a schema and all those that it is made of."""
    if "$ref" in schema:
        yield from _parts(_description()["definitions"][schema["$ref"].rpartition("/")[2]])
        return
    yield schema
    for part in schema.get("allOf", ()):
        yield from _parts(part)
