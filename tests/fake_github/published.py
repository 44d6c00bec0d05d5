"""Events as GitHub publishes them: real ones, and what their description allows besides.

The events are those of the npm package @octokit/webhooks-examples, the descriptions those of `openapi.json`.
"""

from __future__ import annotations

import copy
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fake_github.contract import schema_of_event
from tests.fake_github.description import EVENTS
from tests.fake_github.events import EXAMPLES

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Path = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """A real event: `issue_comment`, and how its description is called: `issue-comment-created`."""

    event: str
    described_as: str
    payload: dict[str, Any]

    def __str__(self) -> str:
        return self.described_as


def published() -> Sequence[Published]:
    """Return every real event, of all kinds."""
    return [
        Published(event=listed["name"], described_as=described_as(listed["name"], payload), payload=payload)
        for listed in json.loads(EXAMPLES.read_bytes())
        for payload in listed["examples"]
    ]


def described_as(event: str, payload: Mapping[str, Any]) -> str:
    """Return the name of the description of an event: of a comment, `issue-comment-created`."""
    return "-".join(part.replace("_", "-") for part in (event, payload.get("action")) if part)


@dataclass(frozen=True, kw_only=True, slots=True)
class Liberty:
    """What the description allows at a place of an event: that it is null, or that it is missing."""

    path: Path
    is_null: bool

    def take(self, payload: dict[str, Any]) -> None:
        """Change the event, unless the place is gone already."""
        node: Any = payload
        for key in self.path[:-1]:
            node = node.get(key) if isinstance(node, dict) else None
        if isinstance(node, dict) and self.path[-1] in node:
            if self.is_null:
                node[self.path[-1]] = None
            else:
                del node[self.path[-1]]


def liberties(event: Published) -> list[Liberty]:
    """Return what the description of an event allows; nothing for one that has none here."""
    if event.described_as not in EVENTS:
        return []
    root, components = schema_of_event(event.described_as)
    return list(_liberties(event.payload, [root], components, ()))


def changed(event: Published, taken: Sequence[Liberty]) -> dict[str, Any]:
    """Return the event with these changes, from the inside to the outside."""
    payload = copy.deepcopy(event.payload)
    for liberty in sorted(taken, key=lambda liberty: -len(liberty.path)):
        liberty.take(payload)
    return payload


def _liberties(node: Any, schemas: Sequence[Any], components: Any, path: Path) -> Iterator[Liberty]:
    """Yield what all of the schemas of a place allow below it."""
    parts = [part for schema in schemas for part in _all_of(schema, components)]
    if not isinstance(node, dict):
        return
    required = {key for part in parts for key in part.get("required", [])}
    for key, inner in node.items():
        described = [part["properties"][key] for part in parts if key in part.get("properties", {})]
        if not described:
            continue
        here = (*path, key)
        if key not in required:
            yield Liberty(path=here, is_null=False)
        if all(_is_nullable(one, components) for one in described):
            yield Liberty(path=here, is_null=True)
        yield from _liberties(inner, described, components, here)


def _is_nullable(schema: Any, components: Any) -> bool:
    """Return whether a value may be null. Where a schema has no type, `nullable` says nothing.

    https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md
    """
    return all((part.get("nullable") and "type" in part) or "allOf" in part for part in _all_of(schema, components))


def _all_of(schema: Any, components: Any) -> Iterator[Any]:
    """Yield a schema and all that hold with it; alternatives are left out, since not each of them does."""
    if "$ref" in schema:
        schema = components["schemas"][schema["$ref"].rpartition("/")[2]]
    yield schema
    for part in schema.get("allOf", []):
        yield from _all_of(part, components)
