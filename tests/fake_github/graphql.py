"""Queries of GraphQL that the fake answers; the one mutation is in server.py."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from tests.fake_github.examples import stamp

if TYPE_CHECKING:
    from tests.fake_github.world import World

_LAST_EDIT = re.compile(r"node\(id: \$(\w+)\) { \.\.\. on IssueComment { lastEditedAt } }")


def query(world: World, request: Any) -> dict[str, Any] | None:
    """Return the answer to a query, or None for what is not known here."""
    found = _LAST_EDIT.search(request.get("query", "")) if isinstance(request, dict) else None
    if found is None:
        return None
    node_id = str(request["variables"][found[1]])
    number = node_id.removeprefix("IC_")
    comment = world.state.comments.get(int(number)) if number.isdigit() else None
    if comment is None:
        message = f"Could not resolve to a node with the global id of '{node_id}'"
        return {"data": {"node": None}, "errors": [{"type": "NOT_FOUND", "path": ["node"], "message": message}]}
    return {"data": {"node": {"lastEditedAt": stamp(comment.last_edited) if comment.last_edited else None}}}
