"""A declaration as it was written: plain data, and the place of every value in its file."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import cast

from constructs_lib.config.characters import printable
from constructs_lib.config.errors import Problem

FieldPath = tuple[str | int, ...]
"""Keys and list positions from the top of a declaration to a value."""


@dataclass(slots=True, eq=False)
class Node:
    """A value, where it was written, and the nodes of what it holds. Lines and columns count from 0."""

    line: int
    column: int
    value: object
    text: str = ""
    children: "dict[str | int, Node]" = field(default_factory=dict)
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    size: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """One declaration as it was written: `path` for messages, plain `data`, and the place of every value."""

    path: str
    root: Node = field(repr=False)

    @property
    def data(self) -> Mapping[str, object]:
        """The declaration as plain data; what an alias repeats is shared, so change nothing in it."""
        return cast("Mapping[str, object]", self.root.value)

    def find(self, field_path: FieldPath) -> Node | None:
        """Return the node of a value, or None where the declaration does not say it."""
        node: Node | None = self.root
        for part in field_path:
            if node is None:
                return None
            node = node.children.get(part)
        return node

    def depth(self, field_path: FieldPath) -> int:
        """Return how many leading parts of `field_path` the declaration says."""
        node = self.root
        for position, part in enumerate(field_path):
            child = node.children.get(part)
            if child is None:
                return position
            node = child
        return len(field_path)

    def locate(self, field_path: FieldPath) -> tuple[int, int]:
        """Return line and column, from 1, of a value, or of its closest parent that is written."""
        node = self.find(field_path[: self.depth(field_path)]) or self.root
        return node.line + 1, node.column + 1

    def locate_key(self, field_path: FieldPath) -> tuple[int, int]:
        """Return line and column, from 1, of the key that ends `field_path`."""
        parent = self.find(field_path[:-1])
        if parent is None or (place := parent.keys.get(str(field_path[-1]))) is None:
            return self.locate(field_path)
        return place[0] + 1, place[1] + 1

    def problem(self, field_path: FieldPath, message: str) -> Problem:
        """Return an error at a value."""
        return Problem(self.path, *self.locate(field_path), dotted(field_path), message)


def dotted(field_path: FieldPath) -> str:
    """Return a field path as messages print it: `services.web.paths[0]`."""
    text = ""
    for part in field_path:
        text += f"[{part}]" if isinstance(part, int) else f".{part}" if text else part
    return printable(text)


def described(node: Node) -> str:
    """Return a value in words, for the end of a sentence such as "must be text, not …"."""
    match node.value:
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case None:
            return "empty"
        case bool():
            return node.text
        case int() | float():
            return f"the number {node.text}"
        case value:
            return f"the text {shortened(str(value))}"


def written(node: Node) -> str:
    """Return a value as it was written, for a message about its content."""
    return described(node).removeprefix("the text ").removeprefix("the number ")


def shortened(text: str, length: int = 60) -> str:
    """Return text in quotes, on one line, cut where it is longer than a message bears."""
    escaped = printable(text)
    return f'"{escaped}"' if len(escaped) <= length else f'"{escaped[:length]}…"'
