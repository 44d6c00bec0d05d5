"""Settings of a repository on GitHub, as far as a token may read them.

Permissions of tokens are those of https://docs.github.com/en/rest/authentication/permissions-required-for-fine-grained-personal-access-tokens.
A job's token can have `actions: read`, `contents: read` and metadata; it can never have Administration or Environments.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from gitops.errors import UserError
from gitops.github.transport import GitHubError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from gitops.github.transport import Transport

_HIDDEN = {403, 404}
"""Answers to a token without the permission. A 403 can also be that of a rate limit, which tells nothing."""
_NOT_FOUND = 404
_OF_ANOTHER_PLAN = "Upgrade to GitHub"
"""In GitHub's answer 403 about a setting that the plan does not have: "Upgrade to GitHub Pro or make …"."""
_NOT_PROTECTED = "Branch not protected"

ACTIONS, ADMINISTRATION, CONTENTS = '"Actions" (read)', '"Administration" (read)', '"Contents" (read)'
ENVIRONMENTS, METADATA = '"Environments" (read)', '"Metadata" (read)'
RULESETS = '"Administration" (write)'
"""Who may bypass a ruleset is only told to those who may write it."""


class NotReadable(UserError):  # noqa: N818 - to most who ask it is a state of a setting and no error
    """A token may not read a setting; `needs` is the permission that it lacks."""

    def __init__(self, needs: str) -> None:
        super().__init__(f"a setting of the repository is not readable with this token: it needs {needs}")
        self.needs = needs


@dataclass(frozen=True, kw_only=True, slots=True)
class GitHubEnvironment:
    """An environment with its protection rules.

    `reviewing_teams` are those of the `reviewers` that are teams. `refs` are the refs whose jobs it accepts, None where
    it accepts all; `protected_branches` accepts those that classic protection protects. `admins_bypass` is None where
    GitHub does not tell.
    """

    name: str
    id: int
    reviewers: int
    reviewing_teams: int
    prevents_self_review: bool
    wait_minutes: int
    admins_bypass: bool | None
    protected_branches: bool
    refs: frozenset[str] | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruleset:
    """An active ruleset. `bypassing` are the types of those who may bypass it, None where GitHub does not tell."""

    name: str
    target: str
    refs: frozenset[str]
    rules: frozenset[str]
    bypassing: frozenset[str] | None


class RepositorySettings:
    """The settings of the repository `name`. Methods raise NotReadable, or GitHubError when GitHub fails."""

    def __init__(self, transport: Transport, name: str) -> None:
        self.name = name
        self._transport = transport
        self._root = f"repos/{name}"

    def environments(self, names: Collection[str]) -> Mapping[str, GitHubEnvironment]:
        """Return those of the environments that exist, by name. Refs cost a request for each.

        They are taken from the list of all, since an environment that is not there and one that the token may not read
        have the same answer. Every job of a push asks, and all jobs of a repository share 1,000 requests an hour:
        https://docs.github.com/en/rest/using-the-rest-api/rate-limits-for-the-rest-api
        """
        items = self._list("environments", ACTIONS, key="environments")
        return {item["name"]: self._environment(item) for item in items if item["name"] in names}

    def variables(self, environment: str) -> Mapping[str, str]:
        """Return the variables of an environment."""
        path = f"environments/{quote(environment, safe='')}/variables"
        items = self._list(path, ENVIRONMENTS, key="variables")
        return {item["name"]: item["value"] for item in items}

    def rules_of(self, branch: str) -> Sequence[Mapping[str, Any]]:
        """Return the rules that active rulesets have for a branch; none on a plan without rulesets."""
        return self._list(f"rules/branches/{quote(branch, safe='')}", METADATA)

    def rulesets(self) -> Sequence[Ruleset]:
        """Return the active rulesets, those of the organization among them; none on a plan without rulesets."""
        items = self._list("rulesets", METADATA)
        return [
            self._ruleset(self._read(f"rulesets/{item['id']}", METADATA))
            for item in items
            if item["enforcement"] == "active"
        ]

    def is_protected(self, branch: str) -> bool:
        """Return whether a branch is protected in the classic way; how is told to administrators alone."""
        return bool(self._read(f"branches/{quote(branch, safe='')}", CONTENTS)["protected"])

    def protection_of(self, branch: str) -> Mapping[str, Any]:
        """Return the classic protection of a branch; empty where it has none."""
        try:
            answer = self._get(f"branches/{quote(branch, safe='')}/protection")
        except GitHubError as error:
            if error.status == _NOT_FOUND and _NOT_PROTECTED in str(error):
                return {}
            if _OF_ANOTHER_PLAN in str(error):
                return {}
            raise _readable(error, ADMINISTRATION) from error
        found: Mapping[str, Any] = answer
        return found

    def default_branch(self) -> str:
        """Return the name of the default branch."""
        return str(self._read("", METADATA)["default_branch"])

    def token_permissions(self) -> Mapping[str, Any]:
        """Return the default permissions of jobs' tokens, and whether these may approve pull requests."""
        return self._mapping("actions/permissions/workflow", ADMINISTRATION)

    def action_permissions(self) -> Mapping[str, Any]:
        """Return which actions may run, and whether they must be pinned to a commit."""
        return self._mapping("actions/permissions", ADMINISTRATION)

    def is_private(self) -> bool:
        """Return whether the repository is private, or internal."""
        return bool(self._read("", METADATA)["private"])

    def fork_approval(self) -> str:
        """Return whose pull requests from forks run after an approval alone, in a public repository."""
        return str(self._read("actions/permissions/fork-pr-contributor-approval", ADMINISTRATION)["approval_policy"])

    def private_forks(self) -> Mapping[str, Any]:
        """Return whether pull requests from forks run, and with what, in a private repository."""
        return self._mapping("actions/permissions/fork-pr-workflows-private-repos", ADMINISTRATION)

    def subject_customization(self) -> Mapping[str, Any]:
        """Return how the subject of jobs' OIDC tokens is made."""
        return self._mapping("actions/oidc/customization/sub", ACTIONS)

    def workflow_states(self) -> Mapping[str, str]:
        """Return the states of the workflows by path: `active`, `disabled_inactivity`, `disabled_manually`, …"""
        items = self._list("actions/workflows", ACTIONS, key="workflows")
        return {item["path"]: item["state"] for item in items}

    def codeowners_errors(self) -> Sequence[str]:
        """Return what GitHub finds wrong with CODEOWNERS, a line each."""
        answer = self._read("codeowners/errors", CONTENTS)
        return [f"{error['path']}:{error['line']}: {error['kind']}" for error in answer["errors"]]

    def _environment(self, item: Mapping[str, Any]) -> GitHubEnvironment:
        rules = {rule["type"]: rule for rule in item.get("protection_rules", [])}
        reviewing, waiting = rules.get("required_reviewers", {}), rules.get("wait_timer", {})
        reviewers = reviewing.get("reviewers", [])
        policy = item.get("deployment_branch_policy") or {}
        custom = bool(policy.get("custom_branch_policies"))
        protected = bool(policy.get("protected_branches"))
        return GitHubEnvironment(
            name=item["name"],
            id=item["id"],
            reviewers=len(reviewers),
            reviewing_teams=sum(reviewer.get("type") == "Team" for reviewer in reviewers),
            prevents_self_review=bool(reviewing.get("prevent_self_review")),
            wait_minutes=waiting.get("wait_timer", 0),
            admins_bypass=item.get("can_admins_bypass"),
            protected_branches=protected,
            refs=self._refs_of(item["name"]) if custom else frozenset() if protected else None,
        )

    def _refs_of(self, environment: str) -> frozenset[str]:
        path = f"environments/{quote(environment, safe='')}/deployment-branch-policies"
        items = self._list(path, ACTIONS, key="branch_policies")
        kinds = {"branch": "heads", "tag": "tags"}
        return frozenset(f"refs/{kinds[item.get('type', 'branch')]}/{item['name']}" for item in items)

    def _ruleset(self, answer: Mapping[str, Any]) -> Ruleset:
        names = (answer.get("conditions") or {}).get("ref_name", {})
        actors = answer.get("bypass_actors")
        return Ruleset(
            name=answer["name"],
            target=answer["target"],
            refs=frozenset(names.get("include", [])) if not names.get("exclude") else frozenset(),
            rules=frozenset(rule["type"] for rule in answer.get("rules", [])),
            bypassing=None if actors is None else frozenset(actor["actor_type"] for actor in actors),
        )

    def _mapping(self, path: str, needs: str) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self._read(path, needs)
        return answer

    def _read(self, path: str, needs: str) -> Any:  # noqa: ANN401 - JSON
        try:
            return self._get(path)
        except GitHubError as error:
            raise _readable(error, needs) from error

    def _get(self, path: str) -> Any:  # noqa: ANN401 - JSON
        return self._transport.get(f"{self._root}/{path}" if path else self._root)

    def _list(self, path: str, needs: str, *, key: str = "") -> list[Any]:
        """Return the items of a list; none where the plan does not have the setting."""
        try:
            return self._transport.pages(f"{self._root}/{path}", key)
        except GitHubError as error:
            if _OF_ANOTHER_PLAN in str(error):
                return []
            raise _readable(error, needs) from error


def _readable(error: GitHubError, needs: str) -> Exception:
    """Return the exception for an answer: that a permission is missing, or the error itself."""
    hidden = error.status in _HIDDEN and not error.is_rate_limit
    return NotReadable(needs) if hidden else error
