"""The GraphQL API, as far as the fake has it: one mutation, and one query.

https://docs.github.com/en/graphql/reference/mutations#enablepullrequestautomerge
https://docs.github.com/en/graphql/reference/objects#issuecomment
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fake_github import graphql_schema
from tests.fake_github.access import FORBIDDEN
from tests.fake_github.examples import stamp
from tests.fake_github.operations.pull_requests import enable_auto_merge
from tests.fake_github.permissions import AUTO_MERGE, COMMENT_NODE
from tests.fake_github.world import NOT_FOUND, Refusal

if TYPE_CHECKING:
    from tests.fake_github.world import World

_KINDS = {NOT_FOUND[0]: "NOT_FOUND", FORBIDDEN[0]: "FORBIDDEN"}

_AUTO_MERGE = re.compile(
    AUTO_MERGE + r"\(input: {pullRequestId: \$(\w+), mergeMethod: (MERGE|SQUASH|REBASE)}\)",
)
_LAST_EDIT = re.compile(r"node\(id: \$(\w+)\) { \.\.\. on IssueComment { lastEditedAt } }")


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphQL:
    """A request that the fake knows: its row among the permissions, the id of its node, and the merge method."""

    operation: str
    node_id: str
    method: str = ""


def faults(raw: bytes) -> list[str]:
    """Return how a request differs from GitHub's schema; nothing when it does not."""
    try:
        request = json.loads(raw)
    except ValueError as error:
        return [str(error)]
    if not isinstance(request, dict) or not isinstance(request.get("query"), str):
        return ["a request has a query"]
    return graphql_schema.faults(request["query"], request.get("variables") or {})


def understood(raw: bytes) -> GraphQL | None:
    """Return what a request asks for; None when the fake does not know it."""
    try:
        request = json.loads(raw)
    except ValueError:
        return None
    if not isinstance(request, dict):
        return None
    query, variables = str(request.get("query", "")), request.get("variables", {})
    if found := _AUTO_MERGE.search(query):
        return GraphQL(operation=AUTO_MERGE, node_id=str(variables.get(found[1])), method=found[2])
    if found := _LAST_EDIT.search(query):
        return GraphQL(operation=COMMENT_NODE, node_id=str(variables.get(found[1])))
    return None


def answer(world: World, request: GraphQL, *, allowed: bool) -> dict[str, Any]:
    """Answer as GraphQL does, always with the status 200: errors are in the body."""
    field = "node" if request.operation == COMMENT_NODE else request.operation
    try:
        return {"data": {field: _found(world, request, allowed=allowed)}}
    except Refusal as refusal:
        kind = _KINDS.get(refusal.status, "UNPROCESSABLE")
        return {"data": {field: None}, "errors": [{"type": kind, "path": [field], "message": refusal.message}]}


def _found(world: World, request: GraphQL, *, allowed: bool) -> dict[str, str | None]:
    if not allowed:
        raise Refusal(*FORBIDDEN)
    if request.operation == COMMENT_NODE:
        return {"lastEditedAt": _last_edited(world, request.node_id)}
    enable_auto_merge(world, request.node_id, request.method)
    return {"clientMutationId": None}


def _last_edited(world: World, node_id: str) -> str | None:
    number = node_id.removeprefix("IC_")
    comment = world.state.comments.get(int(number)) if number.isdigit() else None
    if comment is None:
        raise Refusal(NOT_FOUND[0], f"Could not resolve to a node with the global id of '{node_id}'")
    return stamp(comment.last_edited) if comment.last_edited else None
