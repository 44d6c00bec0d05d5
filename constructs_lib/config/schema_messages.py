"""JSON Schema errors in the words of people who write declarations."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, cast

from jsonschema import ValidationError

from constructs_lib.config.errors import Problem, suggestion
from constructs_lib.config.source import FieldPath, Node, Source, described, dotted, shortened, written

_TYPES = {
    "string": "text",
    "integer": "a whole number",
    "boolean": "true or false",
    "array": "a list",
    "object": "a mapping (`key: value`)",
}


def explain(source: Source, errors: Sequence[ValidationError]) -> Iterator[Problem]:
    """Yield one problem, or one for each key, for each error; of several about a value's type only that."""
    of_wrong_type = {tuple(error.absolute_path) for error in errors if error.validator == "type"}
    for error in errors:
        path: FieldPath = tuple(error.absolute_path)
        match error.validator:
            case "required":
                yield from _missing(source, path, error)
            case "additionalProperties":
                yield from _unknown(source, path, error)
            case "pattern" if "propertyNames" in error.absolute_schema_path:
                key_path = (*path, str(error.instance))
                message = f"{_words(error)}, not {shortened(str(error.instance))}"
                yield Problem(source.path, *source.locate_key(key_path), dotted(key_path), message)
            case "type":
                yield source.problem(path, _type(_node(source, path), _limit(error)))
            case _ if path not in of_wrong_type:
                yield source.problem(path, _value(_node(source, path), error))


def _node(source: Source, path: FieldPath) -> Node:
    return source.find(path) or source.root


def _missing(source: Source, path: FieldPath, error: ValidationError) -> Iterator[Problem]:
    """Yield the key that an error of the keyword `required` is about; there is one error for each."""
    for name in _limit(error):
        if error.message.startswith(repr(name)):
            description = _part(error)["properties"][name]["description"]
            place = source.locate(path)
            yield Problem(source.path, *place, dotted((*path, name)), f"is missing: {description}")


def _unknown(source: Source, path: FieldPath, error: ValidationError) -> Iterator[Problem]:
    known = _part(error)["properties"]
    for key in cast("Mapping[str, object]", error.instance):
        if key not in known:
            hint = suggestion(key, known) or f"; known here: {', '.join(known)}"
            key_path = (*path, key)
            yield Problem(source.path, *source.locate_key(key_path), dotted(key_path), f"unknown key{hint}")


def _type(node: Node, allowed: str | list[str]) -> str:
    expected = allowed if isinstance(allowed, str) else allowed[0]
    message = f"must be {_TYPES[expected]}, not {described(node)}"
    if expected == "string" and isinstance(node.value, int | float):
        return f'{message}; put it in quotes: "{node.text}"'
    if expected in ("integer", "boolean") and isinstance(node.value, str) and _unquoted(node.text, expected):
        return f"{message}; write it without quotes"
    return message


def _unquoted(text: str, expected: str) -> bool:
    """Return whether text would be of the expected type if it were not in quotes."""
    return text.isascii() and text.isdecimal() if expected == "integer" else text in ("true", "false")


def _value(node: Node, error: ValidationError) -> str:
    limit = _limit(error)
    given = written(node)
    match error.validator:
        case "enum":
            allowed = [value for value in limit if value is not None]
            hint = suggestion(node.value, allowed) if isinstance(node.value, str) else ""
            message = f"must be one of {_listed(allowed)}, not {given}{hint}"
        case "pattern":
            message = f"{_words(error)}, not {given}"
        case "minimum" | "maximum":
            message = f"must be at {'least' if error.validator == 'minimum' else 'most'} {limit}, not {given}"
        case "minLength" | "minItems" | "minProperties":
            message = "must not be empty" if limit == 1 else f"must have at least {limit} {_units(error)}"
        case "maxLength" | "maxItems" | "maxProperties":
            message = f"must have at most {limit} {_units(error)}, not {len(cast('str', error.instance))}"
        case "uniqueItems":
            message = f"lists {shortened(_repeated(cast('list[object]', error.instance)))} more than once"
        case _:
            message = error.message
    return message


def _limit(error: ValidationError) -> Any:  # noqa: ANN401 # any JSON value
    """Return what the schema says for the keyword that failed."""
    return error.validator_value


def _part(error: ValidationError) -> Mapping[str, Any]:
    """Return the part of the schema that failed."""
    return cast("Mapping[str, Any]", error.schema)


def _words(error: ValidationError) -> str:
    """Return the schema's own words for a pattern; editors show them too."""
    return str(_part(error)["patternErrorMessage"])


def _listed(values: Iterable[object]) -> str:
    return ", ".join(value if isinstance(value, str) else json.dumps(value) for value in values)


def _units(error: ValidationError) -> str:
    return {"Length": "characters", "Items": "items", "Properties": "keys"}[str(error.validator)[3:]]


def _repeated(items: list[object]) -> str:
    return str(next(item for position, item in enumerate(items) if item in items[:position]))
