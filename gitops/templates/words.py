"""Values of templates as people read them: what functions refer to instead of how they are spelt."""

from __future__ import annotations

import json

LENGTH = 200
"""Most characters of a value; what is longer is cut."""


def words(value: object) -> str:
    """Return a value as text: `${Queue.Arn}` for what it refers to, JSON for what has no better words."""
    if isinstance(value, str):
        return value
    if isinstance(value, dict) and is_function(value):
        ((function, argument),) = value.items()
        return _function(function, argument)
    return json.dumps(_inside(value), separators=(",", ":"), ensure_ascii=False, sort_keys=True)


def cut(text: str, length: int = LENGTH) -> str:
    """Return a text, or its beginning where it is longer."""
    return text if len(text) <= length else f"{text[: length - 1]}…"


def name(value: object) -> str:
    """Return what a value refers to, without the signs of a reference around it."""
    text = words(value)
    return text[2:-1] if text.startswith("${") and text.find("}") == len(text) - 1 else text


def is_function(value: object) -> bool:
    """Return whether a value is one of CloudFormation's functions, computed when it is deployed."""
    return isinstance(value, dict) and len(value) == 1 and next(iter(value)).startswith(("Ref", "Fn::"))


def _function(function: str, argument: object) -> str:
    if function == "Ref":
        return f"${{{argument}}}"
    if function == "Fn::GetAtt":
        return f"${{{argument if isinstance(argument, str) else '.'.join(map(str, _list(argument)))}}}"
    if function == "Fn::Join":
        match argument:
            case [str(delimiter), list(parts)]:
                return delimiter.join(map(words, parts))
    if function == "Fn::Sub":
        return words(argument[0] if isinstance(argument, list) and argument else argument)
    return f"{function.removeprefix('Fn::')}({', '.join(map(words, _list(argument)))})"


def _inside(value: object) -> object:
    """Return a value with its functions in words."""
    if isinstance(value, dict):
        return words(value) if is_function(value) else {key: _inside(item) for key, item in value.items()}
    return [_inside(item) for item in value] if isinstance(value, list) else value


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]
