"""The GraphQL API, as far as the fake has it: one mutation.

https://docs.github.com/en/graphql/reference/mutations#enablepullrequestautomerge
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fake_github import graphql_schema
from tests.fake_github.access import FORBIDDEN
from tests.fake_github.operations.pull_requests import enable_auto_merge
from tests.fake_github.permissions import AUTO_MERGE
from tests.fake_github.world import NOT_FOUND, Refusal

if TYPE_CHECKING:
    from tests.fake_github.world import World

_KINDS = {NOT_FOUND[0]: "NOT_FOUND", FORBIDDEN[0]: "FORBIDDEN"}

_AUTO_MERGE = re.compile(
    AUTO_MERGE + r"\(input: {pullRequestId: \$(\w+), mergeMethod: (MERGE|SQUASH|REBASE)}\)",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GraphQL:
    """A request that the fake knows: the field that is asked for, the id of a pull request, and the merge method."""

    field: str
    pull_request_id: str
    method: str


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
    found = _AUTO_MERGE.search(str(request.get("query", "")))
    variable = request.get("variables", {}).get(found[1]) if found is not None else None
    if found is None or not isinstance(variable, str):
        return None
    return GraphQL(field=AUTO_MERGE, pull_request_id=variable, method=found[2])


def answer(world: World, request: GraphQL, *, allowed: bool) -> dict[str, Any]:
    """Answer as GraphQL does, always with the status 200: errors are in the body."""
    refusal = Refusal(*FORBIDDEN) if not allowed else None
    if refusal is None:
        try:
            enable_auto_merge(world, request.pull_request_id, request.method)
        except Refusal as refused:
            refusal = refused
    if refusal is None:
        return {"data": {request.field: {"clientMutationId": None}}}
    error = {
        "type": _KINDS.get(refusal.status, "UNPROCESSABLE"),
        "path": [request.field],
        "message": refusal.message,
    }
    return {"data": {request.field: None}, "errors": [error]}
