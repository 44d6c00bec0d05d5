"""Writes the part of Docker's description of the Engine API that the fake engine needs: `engine-api.json`.

    python -m tests.fake_engine.description v1.44.yaml

The whole is https://github.com/moby/moby/blob/master/api/docs/v1.44.yaml (Apache-2.0). The part is committed, so that
tests need no network.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

import yaml

FILE = Path(__file__).with_name("engine-api.json")
SOURCE = "https://github.com/moby/moby/blob/master/api/docs/v1.44.yaml"
LICENSE = "Apache-2.0, https://github.com/moby/moby/blob/master/api/LICENSE"
OPERATIONS = (
    "GET /version",
    "GET /images/{name}/json",
    "POST /images/create",
    "GET /containers/json",
    "POST /containers/create",
    "DELETE /containers/{id}",
    "POST /containers/{id}/start",
    "POST /containers/{id}/stop",
    "POST /containers/{id}/wait",
    "GET /containers/{id}/logs",
    "POST /containers/{id}/exec",
    "POST /exec/{id}/start",
    "GET /exec/{id}/json",
)
"""The operations that the product uses; another one has no description, and the fake refuses it."""

_PROSE = {"description", "summary", "example", "examples", "title", "operationId", "tags", "externalDocs"}
_REFERENCE = re.compile(r'"#/definitions/([^"]+)"')


def extract(whole: Any) -> dict[str, Any]:
    """Return the part of the description about `OPERATIONS`, with all definitions that it refers to."""
    paths: dict[str, dict[str, Any]] = {}
    for operation in OPERATIONS:
        method, _, path = operation.partition(" ")
        paths.setdefault(path, {})[method.lower()] = _without_prose(whole["paths"][path][method.lower()])
    definitions: dict[str, Any] = {}
    queue: list[Any] = [paths]
    while queue:
        for name in set(_REFERENCE.findall(json.dumps(queue.pop()))) - set(definitions):
            definitions[name] = _without_prose(whole["definitions"][name])
            queue.append(definitions[name])
    info = {"version": whole["info"]["version"], "source": SOURCE, "license": LICENSE}
    return {"swagger": whole["swagger"], "info": info, "paths": paths, "definitions": definitions}


def _without_prose(node: Any, *, names: bool = False) -> Any:
    """Leave out what is for readers; `names` says that the keys are names of properties, which stay."""
    if isinstance(node, list):
        return [_without_prose(item) for item in node]
    if not isinstance(node, dict):
        return node
    return {
        str(key): _without_prose(value, names=not names and key == "properties")
        for key, value in node.items()
        if names or key not in _PROSE
    }


def main() -> int:
    """Read the description, and write the part."""
    part = extract(yaml.safe_load(Path(sys.argv[1]).read_text()))
    FILE.write_text(json.dumps(part, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
