"""Python files of an application, read as text: none of its code is imported or run."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

MAX_FILES = 5_000
"""Files that are looked at: an application has hundreds."""

MAX_BYTES = 1 << 20
"""Largest file that is looked at."""

_NOT_THE_APPLICATION = {
    "node_modules",
    "site-packages",
    "venv",
    "env",
    "build",
    "dist",
    "tests",
    "migrations",
    "static",
}


class PythonSource:
    """The Python files below a folder, by their dotted names. Files that Python cannot read count as empty."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._files = {self._dotted(file): file for file in sorted(_python_files(root))}
        self._trees: dict[str, ast.Module] = {}

    def names(self) -> list[str]:
        """Return the dotted names of all modules."""
        return list(self._files)

    def path(self, module: str) -> str:
        """Return a module's path below the root, for people."""
        return self._files[module].relative_to(self.root).as_posix()

    def tree(self, module: str) -> ast.Module:
        """Return a module as a syntax tree."""
        if module not in self._trees:
            self._trees[module] = _parsed(self._files[module]) if module in self._files else ast.parse("")
        return self._trees[module]

    def text_of(self, module: str, name: str) -> str | None:
        """Return the text that a module assigns to a name at its top level, if it is written there."""
        for value in self.assigned(module, name):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                return value.value
        return None

    def assigned(self, module: str, name: str) -> Iterator[ast.expr]:
        """Yield the values that a module assigns to a name at its top level."""
        return (value for target, value in self._assignments(module) if target == name)

    def names_of(self, module: str, values: Sequence[ast.expr]) -> Iterator[str]:
        """Yield the names to which a module assigns one of these expressions at its top level."""
        return (target for target, value in self._assignments(module) if any(value is one for one in values))

    def _assignments(self, module: str) -> Iterator[tuple[str, ast.expr]]:
        for statement in self.tree(module).body:
            if isinstance(statement, ast.Assign):
                targets = statement.targets
            elif isinstance(statement, ast.AnnAssign):
                targets = [statement.target]
            else:
                continue
            if statement.value:
                yield from ((target.id, statement.value) for target in targets if isinstance(target, ast.Name))

    def calls(self, module: str, function: str) -> Iterator[ast.Call]:
        """Yield the calls of a function in a module, by its last name: `setdefault` of `os.environ.setdefault(…)`."""
        for node in ast.walk(self.tree(module)):
            if isinstance(node, ast.Call) and _last_name(node.func) == function:
                yield node

    def _dotted(self, file: Path) -> str:
        parts = list(file.relative_to(self.root).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def constant(node: ast.expr | None) -> str | None:
    """Return the text that an expression is, or None."""
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def literal(node: ast.expr | None) -> object:
    """Return what an expression is if it is written out, and None otherwise."""
    try:
        return ast.literal_eval(node) if node is not None else None
    except (TypeError, ValueError, RecursionError):  # TypeError: a list as the key of a dictionary
        return None


def _last_name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _python_files(root: Path) -> Iterator[Path]:
    """Yield files below `root`, at most MAX_FILES; links are not followed."""
    folders, count = [root], 0
    while folders:
        for entry in sorted(folders.pop().iterdir()):
            if entry.is_symlink():
                continue
            if entry.is_dir():
                if entry.name not in _NOT_THE_APPLICATION and not entry.name.startswith("."):
                    folders.append(entry)
            elif entry.suffix == ".py" and entry.stat().st_size <= MAX_BYTES:
                count += 1
                if count > MAX_FILES:
                    return
                yield entry


def _parsed(file: Path) -> ast.Module:
    try:
        return ast.parse(file.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return ast.parse("")
