"""Declarations as YAML text, the way a person would write them."""

import json
from collections.abc import Iterator, Mapping

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError


def to_yaml(data: Mapping[str, object]) -> str:
    """Return plain data as YAML: mappings in blocks, lists on one line, quotes only where text needs them."""
    return "".join(f"{line}\n" for line in _lines(data, ""))


def _lines(data: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, value in data.items():
        if isinstance(value, Mapping) and value:
            yield f"{indent}{key}:"
            yield from _lines(value, indent + "  ")
        else:
            yield f"{indent}{key}: {_value(value)}"


def _value(value: object) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_value(item) for item in value)}]"
    if isinstance(value, str):
        return value if _is_read_as_text(value) else json.dumps(value, ensure_ascii=False)
    return json.dumps(value)


def _is_read_as_text(text: str) -> bool:
    """Return whether text means itself without quotes, in a list too."""
    try:
        return loader.parse(f"value: [{text}]".encode(), "").data == {"value": [text]}
    except DeclarationError:
        return False
