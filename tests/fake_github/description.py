"""`make refresh-openapi`: writes what the fake GitHub needs of GitHub's descriptions of its API.

openapi.json is a part of the npm package @octokit/openapi (MIT, https://github.com/octokit/openapi), which takes 395 MB
on disk with all its products and forms; permissions.json is one of @octokit/app-permissions (MIT,
https://github.com/octokit/app-permissions), schema.graphql one of @octokit/graphql-schema (MIT). The parts are
committed: tests need neither the packages nor a network.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

GRAPHQL_PACKAGE = "@octokit/graphql-schema@15.26.1"
PERMISSIONS_PACKAGE = "@octokit/app-permissions@2.1.0"

PACKAGE = "@octokit/openapi@23.0.2"
MEMBER = "package/generated/api.github.com.json"
FILE = Path(__file__).with_name("openapi.json")

EVENTS = (
    *("issue-comment-created", "issue-comment-edited", "issues-opened", "issues-edited", "push"),
    *(f"pull-request-{action}" for action in ("opened", "synchronize", "reopened", "closed")),
    *("merge-group-checks-requested", "workflow-dispatch"),
)
"""Events that start workflows of this repository; a schedule has none."""

_REFERENCE = re.compile(r'"#/components/([^/"]+)/([^"]+)"')
_PROSE = {"description", "summary"}
_NOT_NEEDED = {"externalDocs", "x-github"}
_DATA = {"example", "examples", "value", "default", "enum"}
"""Keys whose values are data of the API and no description of it."""


def extract(whole: Any, operations: Mapping[str, Collection[str]]) -> Any:
    """Return the part of the description about some operations, {path: methods}, and about `EVENTS`."""
    chosen = {
        path: {method: whole["paths"][path][method] for method in sorted(operations[path])} for path in operations
    }
    events = {name: whole["x-webhooks"][name] for name in EVENTS}
    return _without_prose(with_components(whole, {"paths": chosen, "x-webhooks": events}))


def with_components(whole: Any, part: Mapping[str, Any]) -> dict[str, Any]:
    """Return a part of a description as one of its own, with all components that it refers to."""
    components: dict[str, dict[str, Any]] = {}
    for kind, name in _referred(part, whole["components"]):
        components.setdefault(kind, {})[name] = whole["components"][kind][name]
    return {"openapi": whole["openapi"], "info": whole["info"], **part, "components": components}


def _referred(part: object, components: Any) -> Iterator[tuple[str, str]]:
    seen: set[tuple[str, str]] = set()
    queue = [part]
    while queue:
        for kind, name in _REFERENCE.findall(json.dumps(queue.pop())):
            if (kind, name) not in seen:
                seen.add((kind, name))
                queue.append(components[kind][name])
                yield kind, name


def _without_prose(node: Any) -> Any:
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        key: value if key in _DATA and "$ref" not in json.dumps(value) else _without_prose(value)
        for key, value in node.items()
        if key not in _NOT_NEEDED and not (key in _PROSE and isinstance(value, str))
    }


def permissions(whole: Any, operations: Mapping[str, Collection[str]]) -> dict[str, list[dict[str, str]]]:
    """Return what each operation, {path: methods}, needs: one of the permissions that list it.

    `single_file` is a permission of apps alone: no token of a job has it.
    """
    listed: dict[str, list[dict[str, str]]] = {}
    for name, levels in sorted(whole["permissions"].items()):
        for level in ("read", "write"):
            for route in levels.get(level, []) if name != "single_file" else []:
                rows = listed.setdefault(_unnamed(route), [])
                rows += [] if {name: level} in rows else [{name: level}]
    wanted = [f"{method.upper()} {path}" for path in operations for method in operations[path]]
    return {route: listed[_unnamed(route)] for route in sorted(wanted) if _unnamed(route) in listed}


def _unnamed(route: str) -> str:
    """Return a route without the names of its parameters, which differ between GitHub's descriptions."""
    return re.sub(r"{\w+}", "{}", route)


def _member(package: str, member: str) -> bytes:
    """Get an npm package, and return a file of it."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(["npm", "pack", "--silent", package], cwd=folder, check=True, stdout=sys.stderr)
        (archive,) = Path(folder).glob("*.tgz")
        with tarfile.open(archive) as packed:
            found = packed.extractfile(member)
            assert found is not None
            return found.read()


def main() -> int:
    """Get the packages, and write the parts."""
    # They read the files that are written here.
    from tests.fake_github import graphql_schema  # noqa: PLC0415
    from tests.fake_github.operations.routes import operations  # noqa: PLC0415
    from tests.fake_github.permissions import FILE as PERMISSIONS  # noqa: PLC0415

    listed = json.loads(_member(PERMISSIONS_PACKAGE, "package/generated/api.github.com.json"))
    table = permissions(listed, operations())
    PERMISSIONS.write_text(json.dumps(table, indent=1) + "\n")
    graphql_schema.FILE.write_text(graphql_schema.part(_member(GRAPHQL_PACKAGE, "package/schema.graphql").decode()))
    part = extract(json.loads(_member(PACKAGE, MEMBER)), operations())
    FILE.write_text(json.dumps(part, indent=1, sort_keys=True, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
