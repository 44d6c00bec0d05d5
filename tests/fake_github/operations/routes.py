"""Which operations of GitHub's API the fake has."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING
from urllib.parse import unquote

from tests.fake_github.contract import Contract, path_expression
from tests.fake_github.operations import (
    branches,
    commits,
    contents,
    deployments,
    issues,
    pull_requests,
    settings,
    workflow_runs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from tests.fake_github.world import Answer, Listing, Request, World

    Operation = Callable[[World, Request], Answer | Listing]

_ROOT = "/repos/{owner}/{repo}"

_OPERATIONS: dict[tuple[str, str], Operation] = {
    ("GET", ""): contents.get_repository,
    ("GET", "/collaborators/{username}/permission"): issues.permission,
    ("GET", "/issues"): issues.list_issues,
    ("POST", "/issues"): issues.create_issue,
    ("GET", "/issues/{issue_number}"): issues.get_issue,
    ("PATCH", "/issues/{issue_number}"): issues.update_issue,
    ("GET", "/issues/{issue_number}/comments"): issues.list_comments,
    ("POST", "/issues/{issue_number}/comments"): issues.create_comment,
    ("PATCH", "/issues/comments/{comment_id}"): issues.update_comment,
    ("POST", "/issues/comments/{comment_id}/reactions"): issues.react,
    ("GET", "/pulls"): pull_requests.list_pull_requests,
    ("POST", "/pulls"): pull_requests.create_pull_request,
    ("GET", "/pulls/{pull_number}"): pull_requests.get_pull_request,
    ("PATCH", "/pulls/{pull_number}"): pull_requests.update_pull_request,
    ("GET", "/pulls/{pull_number}/files"): pull_requests.list_changed_files,
    ("GET", "/pulls/{pull_number}/reviews"): pull_requests.list_reviews,
    ("GET", "/commits/{commit_sha}/pulls"): pull_requests.list_pull_requests_of_commit,
    ("GET", "/git/ref/{ref}"): contents.get_ref,
    ("POST", "/git/refs"): contents.create_ref,
    ("PATCH", "/git/refs/{ref}"): commits.update_ref,
    ("POST", "/git/trees"): commits.create_tree,
    ("POST", "/git/commits"): commits.create_commit,
    ("GET", "/git/commits/{commit_sha}"): commits.get_commit,
    ("GET", "/branches/{branch}"): branches.get_branch,
    ("GET", "/rules/branches/{branch}"): branches.list_rules,
    ("GET", "/contents/{path}"): contents.get_contents,
    ("PUT", "/contents/{path}"): contents.put_contents,
    ("DELETE", "/contents/{path}"): contents.delete_contents,
    ("GET", "/actions/workflows/{workflow_id}/runs"): workflow_runs.list_runs,
    ("GET", "/actions/runs/{run_id}/jobs"): workflow_runs.list_jobs,
    ("GET", "/deployments"): deployments.list_deployments,
    ("POST", "/deployments"): deployments.create_deployment,
    ("GET", "/deployments/{deployment_id}/statuses"): deployments.list_deployment_statuses,
    ("POST", "/deployments/{deployment_id}/statuses"): deployments.create_deployment_status,
    **settings.OPERATIONS,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """The operation of a request, its path in GitHub's description, and what stands for the names in it."""

    pattern: str
    names: tuple[str, ...]
    operation: Operation


def route(method: str, path: str) -> Route | None:
    """Return where a request goes, from its path as it was sent; None when the fake has no such operation."""
    for (known_method, pattern), operation in _OPERATIONS.items():
        found = re.fullmatch(path_expression(_ROOT + pattern), path) if method == known_method else None
        if found:
            names = tuple(unquote(name) for name in found.groups())
            return Route(pattern=_ROOT + pattern, names=names, operation=operation)
    return None


def operations() -> Mapping[str, frozenset[str]]:
    """Return the methods of the fake's operations by the path that GitHub's description has for them."""
    methods: dict[str, set[str]] = {}
    for method, pattern in _OPERATIONS:
        methods.setdefault(_ROOT + pattern, set()).add(method.lower())
    return {path: frozenset(names) for path, names in methods.items()}


@cache
def contract() -> Contract:
    """Return GitHub's description of these operations, once a process."""
    return Contract(operations())
