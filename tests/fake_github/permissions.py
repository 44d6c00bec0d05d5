"""What each operation of GitHub's API needs of the token that asks for it.

permissions.json has the rows of @octokit/app-permissions, which reads
https://docs.github.com/en/rest/authentication/permissions-required-for-github-apps; `ADDED` has what it lacks.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("permissions.json")

LEVELS = ("none", "read", "write")

CHECKOUT = "git fetch"
"""What actions/checkout does with the token of a job."""

ID_TOKEN = "GET idtoken"  # noqa: S105 - the name of an operation
"""What aws-actions/configure-aws-credentials does first."""

AUTO_MERGE = "enablePullRequestAutoMerge"
COMMENT_NODE = "node of an IssueComment"

_ROOT = "/repos/{owner}/{repo}"

ADDED: Mapping[str, list[dict[str, str]]] = {
    # https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
    f"GET {_ROOT}/collaborators/{{username}}/permission": [{"metadata": "read"}],
    # https://docs.github.com/en/rest/commits/commits#list-pull-requests-associated-with-a-commit
    f"GET {_ROOT}/commits/{{commit_sha}}/pulls": [{"pull_requests": "read"}],
    # https://docs.github.com/en/rest/repos/contents#create-or-update-file-contents: the package knows `single_file`,
    # which no token of a job has.
    f"PUT {_ROOT}/contents/{{path}}": [{"contents": "write"}],
    f"DELETE {_ROOT}/contents/{{path}}": [{"contents": "write"}],
    # The package lists runs and workflows under `contents` too, where they no longer are:
    # https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow
    f"GET {_ROOT}/actions/workflows": [{"actions": "read"}],
    f"GET {_ROOT}/actions/workflows/{{workflow_id}}/runs": [{"actions": "read"}],
    f"GET {_ROOT}/actions/runs/{{run_id}}/jobs": [{"actions": "read"}],
    # https://docs.github.com/en/rest/branches/branches#get-a-branch
    f"GET {_ROOT}/branches/{{branch}}": [{"contents": "read"}],
    # https://docs.github.com/en/rest/branches/branch-protection#get-branch-protection
    f"GET {_ROOT}/branches/{{branch}}/protection": [{"administration": "read"}],
    # https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
    f"GET {_ROOT}/rules/branches/{{branch}}": [{"metadata": "read"}],
    f"GET {_ROOT}/rulesets": [{"metadata": "read"}],
    f"GET {_ROOT}/rulesets/{{ruleset_id}}": [{"metadata": "read"}],
    # https://docs.github.com/en/rest/deployments/environments#list-environments
    f"GET {_ROOT}/environments": [{"actions": "read"}],
    # https://docs.github.com/en/rest/deployments/branch-policies#list-deployment-branch-policies
    f"GET {_ROOT}/environments/{{environment_name}}/deployment-branch-policies": [{"actions": "read"}],
    # https://docs.github.com/en/rest/actions/variables#list-environment-variables
    f"GET {_ROOT}/environments/{{environment_name}}/variables": [{"environments": "read"}],
    # https://docs.github.com/en/rest/actions/permissions
    f"GET {_ROOT}/actions/permissions": [{"administration": "read"}],
    f"GET {_ROOT}/actions/permissions/workflow": [{"administration": "read"}],
    f"GET {_ROOT}/actions/permissions/fork-pr-contributor-approval": [{"administration": "read"}],
    f"GET {_ROOT}/actions/permissions/fork-pr-workflows-private-repos": [{"administration": "read"}],
    # https://docs.github.com/en/rest/actions/oidc
    f"GET {_ROOT}/actions/oidc/customization/sub": [{"actions": "read"}],
    # https://docs.github.com/en/rest/repos/repos#list-codeowners-errors
    f"GET {_ROOT}/codeowners/errors": [{"contents": "read"}],
    # https://docs.github.com/en/rest/issues/comments#get-an-issue-comment
    f"GET {_ROOT}/issues/comments/{{comment_id}}": [{"issues": "read"}, {"pull_requests": "read"}],
    # https://docs.github.com/en/rest/pulls/reviews#list-reviews-for-a-pull-request
    f"GET {_ROOT}/pulls/{{pull_number}}/reviews": [{"pull_requests": "read"}],
    # https://docs.github.com/en/code-security/dependabot/working-with-dependabot/automating-dependabot-with-github-actions
    # #enabling-automerge-on-a-pull-request
    AUTO_MERGE: [{"contents": "write", "pull_requests": "write"}],
    # As GET of a comment, above: https://docs.github.com/en/graphql/reference/objects#issuecomment
    COMMENT_NODE: [{"issues": "read"}, {"pull_requests": "read"}],
    # https://github.com/actions/checkout#recommended-permissions
    CHECKOUT: [{"contents": "read"}],
    # https://docs.github.com/en/actions/reference/security/oidc#workflow-permissions-for-the-requesting-the-oidc-token
    ID_TOKEN: [{"id_token": "write"}],
}
"""Rows in the form of permissions.json, each with its source."""


@dataclass(frozen=True, slots=True)
class Need:
    """The sets of permissions of which a token has to have one, as pairs of a name and a level."""

    any_of: tuple[frozenset[tuple[str, str]], ...]

    def is_met_by(self, permissions: Mapping[str, str]) -> bool:
        """Whether a token with these permissions is good enough; every token may read metadata."""
        held = {"metadata": "read", **permissions}
        return any(all(_suffices(held.get(name, "none"), level) for name, level in one) for one in self.any_of)

    def without(self, name: str) -> Need:
        """Return the need without the sets that have a permission of this name."""
        return Need(tuple(one for one in self.any_of if name not in dict(one)))

    @property
    def header(self) -> str:
        """The value of X-Accepted-GitHub-Permissions.

        https://docs.github.com/en/rest/using-the-rest-api/troubleshooting-the-rest-api#resource-not-accessible
        """
        return "; ".join(",".join(f"{name}={level}" for name, level in sorted(one)) for one in self.any_of)


def need_of(operation: str) -> Need:
    """Return what an operation needs: a method and a path of GitHub's description, or a key of `ADDED`.

    Raises:
        KeyError: the table has no row for it.
    """
    return Need(tuple(frozenset(one.items()) for one in _table()[operation]))


def operations() -> frozenset[str]:
    """Return the operations that the table has."""
    return frozenset(_table())


def named_as_in_api(permissions: Mapping[str, str]) -> dict[str, str]:
    """Return the `permissions:` of a job by the names that the API has for them."""
    return {name.replace("-", "_"): level for name, level in permissions.items()}


def _suffices(held: str, wanted: str) -> bool:
    return LEVELS.index(held) >= LEVELS.index(wanted)


@cache
def _table() -> Mapping[str, list[dict[str, str]]]:
    return {**json.loads(FILE.read_bytes()), **ADDED}
