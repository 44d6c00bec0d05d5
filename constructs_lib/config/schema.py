"""The shape of declarations: environments/schema.json, applied to one file, with its errors in words."""

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

from constructs_lib.config.errors import Problem
from constructs_lib.config.schema_messages import explain
from constructs_lib.config.source import Source

SCHEMA_FILE = Path(__file__).resolve().parents[2] / "environments" / "schema.json"

Schema = Mapping[str, Any]
"""A part of the schema: JSON, so its values are of any type."""


@cache
def schema() -> Schema:
    """Return the schema of declarations."""
    return cast("Schema", json.loads(SCHEMA_FILE.read_text(encoding="utf-8")))


@cache
def definitions() -> Mapping[str, str]:
    """Return the name of each kind's part under `$defs`, in the order of the schema."""
    return {
        branch["if"]["properties"]["kind"]["const"]: branch["then"]["$ref"].rpartition("/")[2]
        for branch in schema()["allOf"]
    }


def resolved(part: Schema) -> Schema:
    """Return a part of the schema, following its reference if it is one."""
    while reference := part.get("$ref"):
        part = schema()["$defs"][reference.rpartition("/")[2]]
    return part


def problems(source: Source, kind: str) -> Iterator[Problem]:
    """Yield all that is wrong with the shape of a declaration of a known kind."""
    yield from explain(source, list(_validator(kind).iter_errors(cast("Any", source.data))))


@cache
def _validator(kind: str) -> Validator:
    """Return the validator of one kind: compiled once, and without the detour over `if` and `then`."""
    return cast("Validator", _Validator(_inlined({"$ref": f"#/$defs/{definitions()[kind]}"})))


def _inlined(part: Any) -> Any:  # noqa: ANN401 # any JSON value
    """Return a part of the schema with what it refers to in place: looking that up takes half the time."""
    if isinstance(part, list):
        return [_inlined(item) for item in part]
    if isinstance(part, dict):
        return {key: _inlined(value) for key, value in resolved(part).items()}
    return part


def _whole_pattern(_validator: Validator, pattern: str, instance: object, _part: Schema) -> Iterator[ValidationError]:
    """Apply `pattern` as JSON Schema means it: unlike in Python, `$` is the very end."""
    if isinstance(instance, str) and not re.search(pattern.removesuffix("$") + r"\Z", instance):
        yield ValidationError("does not match the pattern")


_Validator = extend(  # type: ignore[no-untyped-call] # the stubs leave it untyped
    Draft202012Validator,
    validators={"pattern": _whole_pattern},
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", lambda _checker, value: type(value) is int),
)
"""JSON Schema, but 512.0 is not an integer: more likely a mistake than a size."""
