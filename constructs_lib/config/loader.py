"""Strict YAML: from the bytes of one declaration to plain data that knows where each value was written.

Plain scalars mean what the YAML 1.2 core schema says (https://yaml.org/spec/1.2.2/#103-core-schema), but
numbers are decimal only: dates, `yes`, `on` and `0x1f` stay text. What YAML allows and a declaration does not need
(tags, several documents, keys that are not text) is refused, and so is all that would be read otherwise than it
looks: duplicate keys, numbers with leading zeros, control characters, dynamic references of CloudFormation.
"""

import re
import stat
from collections.abc import Mapping
from pathlib import Path
from typing import cast

import yaml
from yaml.cyaml import CParser  # type: ignore[attr-defined] # re-exported from an extension module

from constructs_lib.config.characters import conflict, printable, unseen
from constructs_lib.config.errors import DeclarationError, Problem
from constructs_lib.config.source import Node, Source, described

MAX_BYTES = 64 * 1024
"""Largest declaration: far above any real one, and read in milliseconds."""

MAX_VALUES = 10_000
"""Most values of a declaration, counting what aliases repeat: a limit on "alias bombs"."""

MAX_DEPTH = 20
"""Deepest nesting: several times that of the deepest field."""

_NUMBER = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_INTEGER = re.compile(r"[-+]?[0-9]+")
_LEADING_ZERO = re.compile(r"[-+]?0[0-9]")
_LONGEST_NUMBER = 20
_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_DYNAMIC_REFERENCE = re.compile(r"\{\{\s*resolve\s*:", re.IGNORECASE)
"""CloudFormation would replace it in the template by any secret or parameter of the account.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/dynamic-references.html
"""


def load(file: Path, shown: str) -> Source:
    """Read one declaration; `shown` names it in messages.

    Raises DeclarationError with the one thing that makes the file unreadable as a declaration.
    """
    try:
        return parse(_read(file), shown)
    except OSError as error:
        raise DeclarationError([Problem(shown, 1, 1, "", f"cannot be read: {error.strerror}")]) from error
    except _UnreadableError as error:
        raise DeclarationError([Problem(shown, error.line + 1, error.column + 1, "", error.message)]) from error


def parse(content: bytes, shown: str) -> Source:
    """Return the declaration that `content` holds. Raises DeclarationError, as `load` does."""
    try:
        return Source(shown, _Composer(_decode(content)).document())
    except _UnreadableError as error:
        raise DeclarationError([Problem(shown, error.line + 1, error.column + 1, "", error.message)]) from error


class _UnreadableError(Exception):
    """What stops the reading of a file, and where, counted from 0."""

    def __init__(self, message: str, line: int = 0, column: int = 0) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


def _read(file: Path) -> bytes:
    status = file.stat()
    if not stat.S_ISREG(status.st_mode):
        raise _UnreadableError("is not a regular file")
    if status.st_size > MAX_BYTES:
        raise _UnreadableError(f"has {status.st_size:,} bytes; a declaration has at most {MAX_BYTES:,}")
    return file.read_bytes()


def _decode(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", "replace")
        raise _UnreadableError(
            f"is not UTF-8 text (byte 0x{content[error.start]:02x}); save the file as UTF-8", *_place(before)
        ) from error
    if found := conflict(text) or unseen(text):
        raise _UnreadableError(found[1], *_place(text[: found[0]]))
    return text


def _place(before: str) -> tuple[int, int]:
    """Return line and column, from 0, of what follows `before`."""
    return before.count("\n"), len(before) - before.rfind("\n") - 1


class _Composer:
    """Builds the nodes of one document from the parser's events; refuses what a declaration cannot hold."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._parser = CParser(text)
        self._anchors: dict[str, Node | None] = {}
        self._depth = 0

    def document(self) -> Node:
        try:
            return self._document()
        except yaml.MarkedYAMLError as error:
            raise self._not_yaml(error) from error
        except yaml.YAMLError as error:
            raise _UnreadableError(f"is not valid YAML: {error}") from error

    def _next(self) -> yaml.Event:
        return cast("yaml.Event", self._parser.get_event())

    def _document(self) -> Node:
        self._next()  # the start of the stream
        start = self._next()
        if isinstance(start, yaml.StreamEndEvent):
            raise _UnreadableError("is empty; say what it declares with `kind: …`")
        root = self._node(self._next())
        self._next()  # the end of the document
        end = self._next()
        if not isinstance(end, yaml.StreamEndEvent):
            raise self._refuse(end, "holds a second document; a file declares one environment")
        if not isinstance(root.value, dict):
            raise _UnreadableError(f"must hold fields (`key: value`), not {described(root)}", root.line, root.column)
        return root

    def _node(self, event: yaml.Event) -> Node:
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event)
        if isinstance(event, yaml.ScalarEvent):
            node = self._scalar(event)
            if event.anchor is not None:
                self._anchors[event.anchor] = node
            return node
        return self._collection(cast("yaml.CollectionStartEvent", event))

    def _alias(self, event: yaml.AliasEvent) -> Node:
        name = str(event.anchor)
        if name not in self._anchors:
            raise self._refuse(event, f"the alias *{name} has no anchor &{name} before it")
        node = self._anchors[name]
        if node is None:
            raise self._refuse(event, f"the alias *{name} stands inside what it repeats: a cycle")
        return node

    def _collection(self, event: yaml.CollectionStartEvent) -> Node:
        if event.tag is not None:
            raise self._refuse(event, f"the tag {_tag(event)} is not allowed: declarations are plain data")
        if self._depth == MAX_DEPTH:
            raise self._refuse(event, f"is nested more than {MAX_DEPTH} levels deep")
        if event.anchor is not None:
            self._anchors[event.anchor] = None  # still open: an alias to it from inside would be a cycle
        node = Node(*_position(event), None)
        self._depth += 1
        if isinstance(event, yaml.MappingStartEvent):
            self._fill_mapping(node)
        else:
            self._fill_list(node)
        self._depth -= 1
        if event.anchor is not None:
            self._anchors[event.anchor] = node
        return node

    def _fill_mapping(self, node: Node) -> None:
        value: dict[str, object] = {}
        while not isinstance(event := self._next(), yaml.MappingEndEvent):
            if not isinstance(event, yaml.ScalarEvent):
                raise self._refuse(event, "a key must be plain text")
            self._check_scalar(event)
            key = event.value
            if key in value:
                raise self._refuse(
                    event, f"the key {printable(key)} is here twice; it is also in line {node.keys[key][0] + 1}"
                )
            node.keys[key] = _position(event)
            child = self._adopt(node, key, self._next())
            value[key] = child.value
        node.value = value

    def _fill_list(self, node: Node) -> None:
        value: list[object] = []
        while not isinstance(event := self._next(), yaml.SequenceEndEvent):
            value.append(self._adopt(node, len(value), event).value)
        node.value = value

    def _adopt(self, parent: Node, key: str | int, event: yaml.Event) -> Node:
        child = self._node(event)
        parent.children[key] = child
        parent.size += child.size
        if parent.size > MAX_VALUES:
            raise self._refuse(event, f"with its aliases written out, it holds more than {MAX_VALUES:,} values")
        return child

    def _scalar(self, event: yaml.ScalarEvent) -> Node:
        self._check_scalar(event)
        value = event.value if event.style else self._plain(event, event.value)
        return Node(*_position(event), value, event.value)

    def _check_scalar(self, event: yaml.ScalarEvent) -> None:
        if event.tag is not None:
            raise self._refuse(event, f"the tag {_tag(event)} is not allowed: declarations are plain data")
        if found := unseen(event.value):
            raise self._refuse(event, found[1])
        if _DYNAMIC_REFERENCE.search(event.value):
            raise self._refuse(event, "holds a dynamic reference of CloudFormation; name the secret in `secrets`")

    def _plain(self, event: yaml.ScalarEvent, text: str) -> object:
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if not _NUMBER.fullmatch(text):
            return text
        if _LEADING_ZERO.match(text):
            raise self._refuse(event, f'{text} is a number with a leading zero; as text, put it in quotes: "{text}"')
        if len(text) > _LONGEST_NUMBER:
            raise self._refuse(event, f"is a number of {len(text)} characters; as text, put it in quotes")
        return int(text) if _INTEGER.fullmatch(text) else float(text)

    def _refuse(self, event: yaml.Event, message: str) -> _UnreadableError:
        return _UnreadableError(message, *_position(event))

    def _not_yaml(self, error: yaml.MarkedYAMLError) -> _UnreadableError:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line, mark.column) if mark else (0, 0)
        lines = self._text.split("\n")
        rest = lines[line][column:] if line < len(lines) else ""
        if rest.startswith("\t"):
            return _UnreadableError("is indented with a tab; YAML allows only spaces", line, column)
        if rest and "cannot start any token" in (error.problem or ""):
            return _UnreadableError(f"text that starts with {rest[0]} must be in quotes", line, column)
        reason = " ".join(part for part in (error.problem, error.context) if part)
        return _UnreadableError(f"is not valid YAML: {reason}", line, column)


def _position(event: yaml.Event) -> tuple[int, int]:
    """Return line and column, from 0, where an event of a document starts."""
    mark = cast("yaml.Mark", event.start_mark)
    return mark.line, mark.column


def _tag(event: yaml.NodeEvent) -> str:
    return printable(str(event.tag)).replace("tag:yaml.org,2002:", "!!")  # type: ignore[attr-defined] # not in the stubs
