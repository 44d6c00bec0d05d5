"""The path at which an application says that it is well, from its URL configuration."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from gitops.init.process_files import Written
from gitops.init.python_source import constant

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.init.python_source import PythonSource

_HEALTH = re.compile(
    r"(^|/)(health[a-z-]*|[a-z]+[-_]health|health_check|livez|readyz|alive|ping|ht|up|__lbheartbeat__)$"
)
_PLAIN = re.compile(r"/[A-Za-z0-9_./~-]*")
_HEALTH_APP = "health_check.urls"
"""django-health-check answers at the path at which its URLs are included."""

MAX_DEPTH = 10
_JOINING = (ast.BinOp, ast.JoinedStr)


def health_check(source: PythonSource, urlconf: str) -> Written | None:
    """Return the first path below `urlconf` that looks like a health check; else one that a module names whole.

    A middleware that answers before all others compares the request's path with such a text.
    """
    for path, place in _paths(source, urlconf, "", 0):
        if _HEALTH.search(path.rstrip("/")) and _PLAIN.fullmatch(f"/{path}"):
            return Written(f"/{path}", place)
    for module in source.names():
        nodes = list(ast.walk(source.tree(module)))
        # A part of a longer text, such as SITE + "/ping/", is not a path by itself.
        parts = {id(part) for node in nodes if isinstance(node, _JOINING) for part in ast.iter_child_nodes(node)}
        for node in nodes:
            text = constant(node) if isinstance(node, ast.Constant) and id(node) not in parts else None
            if text and _PLAIN.fullmatch(text) and _HEALTH.search(text.rstrip("/")):
                return Written(text, f"{source.path(module)}:{node.lineno}")  # type: ignore[attr-defined] # it has one
    return None


def _paths(source: PythonSource, module: str, prefix: str, depth: int) -> Iterator[tuple[str, str]]:
    """Yield the paths of a URL configuration and of those that it includes, in their order."""
    if depth > MAX_DEPTH or module not in source.names():
        return
    routes = [*source.calls(module, "path"), *source.calls(module, "re_path")]
    for call in sorted(routes, key=lambda call: call.lineno):
        route = constant(call.args[0]) if call.args else None
        if route is None:
            continue
        path = prefix + route.removeprefix("^").removesuffix("$")
        place = f"{source.path(module)}:{call.lineno}"
        included = _included(call)
        if included is None or included == _HEALTH_APP:
            yield path, place
        else:
            yield from _paths(source, included, path, depth + 1)


def _included(call: ast.Call) -> str | None:
    """Return the module whose URLs a route includes."""
    view = call.args[1] if len(call.args) > 1 else None
    if not (isinstance(view, ast.Call) and isinstance(view.func, ast.Name) and view.func.id == "include" and view.args):
        return None
    first = view.args[0]
    return constant(first.elts[0] if isinstance(first, ast.Tuple) and first.elts else first)
