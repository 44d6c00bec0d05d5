"""Settings of GitHub Actions, CODEOWNERS, and workflows that GitHub has disabled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.settings.finding import judged, readable
from gitops.settings.requirements import (
    ALLOWED_ACTIONS,
    CODEOWNERS,
    FORKS,
    SUBJECT,
    TOKEN_APPROVES,
    TOKEN_DEFAULT,
    WORKFLOWS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.github.settings import RepositorySettings
    from gitops.settings.finding import SettingFinding

_FOLDER = ".github/workflows/"
_ACTIVE = "active"
_APPROVAL = frozenset({"first_time_contributors", "all_external_contributors"})
"""Policies by which nobody's first pull request runs by itself. The one that is left is about accounts that are new to
GitHub: https://docs.github.com/en/rest/actions/permissions"""
_HANDED_OVER = {"send_write_tokens_to_workflows": "tokens that write", "send_secrets_and_variables": "secrets"}


def check_actions(settings: RepositorySettings, *, code_owners_approve: bool) -> list[SettingFinding]:
    """Return what is found of GitHub Actions.

    `code_owners_approve` says whether nothing is merged without them; what a job approves does not count as theirs.
    Raises GitHubError.
    """

    def tokens() -> Iterator[SettingFinding]:
        found = settings.token_permissions()
        default, approves = found["default_workflow_permissions"], found["can_approve_pull_request_reviews"]
        yield judged(TOKEN_DEFAULT, good=default == "read", found=default)
        good = not approves or code_owners_approve
        yield judged(TOKEN_APPROVES, good=good, found="on" if approves else "off")

    def allowed() -> Iterator[SettingFinding]:
        found = settings.action_permissions()
        which, pinned = found.get("allowed_actions", "all"), bool(found.get("sha_pinning_required"))
        good = which in {"selected", "local_only"} or pinned
        yield judged(ALLOWED_ACTIONS, good=good, found=f"{which}{', pinned to commits' if pinned else ''}")

    def forks() -> Iterator[SettingFinding]:
        if not settings.is_private():
            policy = settings.fork_approval()
            yield judged(FORKS, good=policy in _APPROVAL, found=policy)
            return
        found = settings.private_forks()
        runs = found["run_workflows_from_fork_pull_requests"]
        given = [words for key, words in _HANDED_OVER.items() if runs and found[key]]
        yield judged(FORKS, good=not given, found=f"runs get {' and '.join(given) or 'neither'}" if runs else "no runs")

    def subject() -> Iterator[SettingFinding]:
        default = bool(settings.subject_customization()["use_default"])
        yield judged(SUBJECT, good=default, found="default" if default else "customized: no role trusts it")

    return [
        *readable((TOKEN_DEFAULT, TOKEN_APPROVES), tokens),
        *readable((ALLOWED_ACTIONS,), allowed),
        *readable((FORKS,), forks),
        *readable((SUBJECT,), subject),
    ]


def check_files(settings: RepositorySettings) -> list[SettingFinding]:
    """Return what is found of CODEOWNERS and of the workflows. Raises GitHubError."""

    def owners() -> Iterator[SettingFinding]:
        errors = settings.codeowners_errors()
        yield judged(CODEOWNERS, good=not errors, found="; ".join(errors) or "no errors")

    def workflows() -> Iterator[SettingFinding]:
        for path, state in sorted(settings.workflow_states().items()):
            if path.startswith(_FOLDER):
                name = path.removeprefix(_FOLDER)
                good = state == _ACTIVE
                yield judged(
                    WORKFLOWS, good=good, found=state, subject=f"workflow `{name}`", page=f"actions/workflows/{name}"
                )

    return [*readable((CODEOWNERS,), owners), *readable((WORKFLOWS,), workflows)]
