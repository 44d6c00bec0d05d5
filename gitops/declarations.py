"""Declarations as text: written the way a person would write them, and edited one field at a time.

An edit changes one field and leaves comments, quotes and layout around it as they are. Its result is read back: either
exactly the intended field has changed, or nothing is edited.
"""

from __future__ import annotations

import json
import re
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

import yaml

from constructs_lib.config import files, loader
from constructs_lib.config.errors import DeclarationError
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from constructs_lib.config.naming import EnvironmentName

_BYTE_ORDER_MARK = "\ufeff"
_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_COMMA_AFTER = re.compile(r"\s*,[ \t]*")
_COMMA_BEFORE = re.compile(r",\s*\Z")


def to_yaml(data: Mapping[str, object]) -> str:
    """Return plain data as YAML: mappings in blocks, lists on one line, quotes only where text needs them."""
    return "".join(f"{line}\n" for line in _lines(data, ""))


@contextmanager
def folder_with(folder: Path, texts: Mapping[EnvironmentName, str]) -> Iterator[Path]:
    """Yield a copy of a folder of declarations in which some have these texts; messages name it as the folder."""
    with tempfile.TemporaryDirectory() as root:
        copy = Path(root, folder.resolve().name)
        shutil.copytree(folder, copy)
        for name, text in texts.items():
            file = files.file_of(copy, name)
            file.parent.mkdir(exist_ok=True)
            file.write_bytes(text.encode())
        yield copy


def with_field(text: str, shown: str, field: str, value: str | Mapping[str, str]) -> str:
    """Return a declaration whose field at the top level, `expires`, is `value`: changed in place, or added at its end.

    `value` is one line of text, or a mapping of such lines. `shown` is the declaration's path, for messages.

    Raises:
        DeclarationError: the text is not YAML that a declaration may be.
        UserError: it is written in a way that cannot be edited without changing something else.
    """
    written = _Written(text)
    place = written.field(field)
    line = f"{field}: {_plain(value) if isinstance(value, str) else _flow(value)}"
    if place is None:
        edited = written.with_added(line)
    elif isinstance(value, str) and isinstance(place.value, yaml.ScalarNode):
        edited = written.replaced(place.value.start_mark, place.value.end_mark, _quoted_as(place.value, value))
    else:
        edited = written.replaced(place.key.start_mark, _end(place.value), line)
    return _proved(text, edited, shown, field, value)


def without_field(text: str, shown: str, field: str) -> str:
    """Return a declaration without a field of its top level, and the same text when it has none. Raises as above."""
    written = _Written(text)
    place = written.field(field)
    return text if place is None else _proved(text, written.without(place), shown, field, None)


@dataclass(frozen=True, slots=True)
class _Place:
    """A field: the nodes of its key and its value."""

    key: yaml.Node
    value: yaml.Node


class _Written:
    """A declaration's text, and where its fields are in it."""

    def __init__(self, text: str) -> None:
        loader.parse(text.encode(), "")
        self._mark = _BYTE_ORDER_MARK if text.startswith(_BYTE_ORDER_MARK) else ""
        self._text = text.removeprefix(_BYTE_ORDER_MARK)
        self._line_starts = [0, *(found.end() for found in _LINE_BREAK.finditer(self._text))]
        # The loader accepts mappings only.
        self._root = cast("yaml.MappingNode", yaml.compose(self._text, Loader=yaml.CSafeLoader))

    def field(self, name: str) -> _Place | None:
        for key, value in self._root.value:
            if key.value == name:
                return _Place(key, value)
        return None

    def replaced(self, start: yaml.Mark, end: yaml.Mark, by: str) -> str:
        return self._cut(self._index(start), self._index(end), by)

    def with_added(self, line: str) -> str:
        last = self._root.value[-1][1] if self._root.value else None
        if self._root.flow_style:
            # Before the brace that ends it: a mapping's end is after its brace.
            place = self._index(last.end_mark if last is not None else self._root.end_mark) - (last is None)
            return self._cut(place, place, f", {line}" if last is not None else line)
        found = _LINE_BREAK.search(self._text)
        line_break = found[0] if found else "\n"
        before = "" if self._text.endswith(("\r", "\n")) else line_break
        indent = " " * self._root.value[0][0].start_mark.column
        return self._cut(len(self._text), len(self._text), f"{before}{indent}{line}{line_break}")

    def without(self, place: _Place) -> str:
        start, end_mark = self._index(place.key.start_mark), _end(place.value)
        end = self._index(end_mark)
        if not self._root.flow_style:
            last_line = end_mark.line if end_mark.column else end_mark.line - 1
            first = self._line_starts[place.key.start_mark.line]
            after = [*self._line_starts, len(self._text)][last_line + 1]
            return self._cut(first, after, "")
        if found := _COMMA_AFTER.match(self._text, end):
            return self._cut(start, found.end(), "")
        if found := _COMMA_BEFORE.search(self._text[:start]):
            start = found.start()
        return self._cut(start, end, "")

    def _index(self, mark: yaml.Mark) -> int:
        return self._line_starts[mark.line] + mark.column

    def _cut(self, start: int, end: int, by: str) -> str:
        return f"{self._mark}{self._text[:start]}{by}{self._text[end:]}"


def _end(node: yaml.Node) -> yaml.Mark:
    """Return where a value ends: a block has no end of its own, only that of the last value in it."""
    if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _end(last[1] if isinstance(node, yaml.MappingNode) else last)
    return node.end_mark


def _plain(text: str) -> str:
    """Return one line of text as a value, in quotes where it needs them, in a list or mapping on one line too."""
    return to_yaml({"value": text}).rstrip("\n").removeprefix("value: ")


def _flow(value: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{key}: {_plain(text)}' for key, text in value.items())}}}"


def _quoted_as(old: yaml.ScalarNode, value: str) -> str:
    """Return a value in the quotes that the old one has."""
    if old.style == "'":
        return "'" + value.replace("'", "''") + "'"
    plain = _plain(value)
    return f'"{plain}"' if old.style == '"' and plain == value and not set(value) & {'"', "\\"} else plain


def _proved(text: str, edited: str, shown: str, field: str, value: str | Mapping[str, str] | None) -> str:
    """Return the edited text if just that one field differs. Raises UserError otherwise."""
    wanted = {key: old for key, old in loader.parse(text.encode(), shown).data.items() if key != field}
    if isinstance(value, str):
        wanted[field] = value
    elif value is not None:
        wanted[field] = dict(value)
    try:
        has = loader.parse(edited.encode(), shown).data
    except DeclarationError:
        has = {}
    if has != wanted:
        raise UserError(f"{shown} is written in a way that is not edited by itself; change `{field}` in it by hand")
    return edited


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
