"""The structure of gitops in figures: rooms, arrows between them, small modules, and names used twice.

A room is a module or package directly below `gitops`; an arrow is one room that imports another.
"""

import ast
import re
import tomllib
from collections import Counter
from pathlib import Path

import grimp
from rich.table import Table

from tests.bench.timing import ROOT

SMALL = 50
"""Lines up to which a module counts as small."""


def structure(table: Table, _work: Path) -> None:
    """Rooms and arrows of gitops."""
    arrows = room_arrows()
    rooms = {room for arrow in arrows for room in arrow}
    modules = [path for path in sorted((ROOT / "gitops").rglob("*.py")) if path.name != "__init__.py"]
    small = sum(len(path.read_text().splitlines()) <= SMALL for path in modules)
    table.add_row("arrows between rooms of gitops", str(len(arrows)), f"{len(rooms)} rooms", "", "at most 140")
    table.add_row("arrows that run upwards", str(len(upward(arrows))), "", "", "0")
    table.add_row("modules of gitops", str(len(modules)), f"{small} of at most {SMALL} lines", "", "")
    table.add_row("public names used twice", str(len(names_used_twice(modules))), "", "", "")


def room_arrows() -> set[tuple[str, str]]:
    """Return which rooms import which others, type annotations included."""
    graph = grimp.build_graph("gitops", cache_dir=None)
    return {
        (_room(importer), _room(imported))
        for importer in graph.modules
        for imported in graph.find_modules_directly_imported_by(importer)
        if _room(importer) and _room(imported) and _room(importer) != _room(imported)
    }


def upward(arrows: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return the arrows that run against the layers that pyproject.toml declares."""
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["type"] == "layers")
    level = {room: index for index, layer in enumerate(layers) for room in re.split(r"\s*\|\s*", layer)}
    return {(importer, imported) for importer, imported in arrows if level[imported] <= level[importer]}


def names_used_twice(modules: list[Path]) -> list[str]:
    """Return public classes and functions whose name more than one module defines; verbs' functions aside."""
    counted = Counter(
        node.name
        for path in modules
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and not node.name.startswith("_") and node.name != path.stem
    )
    return sorted(name for name, count in counted.items() if count > 1)


def _room(module: str) -> str:
    return module.split(".")[1] if "." in module else ""
