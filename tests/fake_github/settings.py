"""The settings of the fake's repository: as docs/threat-model.md requires, until a test weakens one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

WORKFLOWS = ("approval", "check", "command", "deploy", "drift", "image", "plan", "reap", "request")

_MAIN = ("refs/heads/main",)


@dataclass(kw_only=True, slots=True)
class EnvironmentSettings:
    """`refs` are the selected branches and tags; None for all of them, empty for those that are protected.

    Reviewers are as many people, and as many teams.
    """

    refs: tuple[str, ...] | None = None
    reviewers: int = 0
    reviewing_teams: int = 0
    prevent_self_review: bool = False
    admins_bypass: bool = True
    wait_minutes: int = 0
    variables: dict[str, str] = field(default_factory=dict)


def _approval() -> EnvironmentSettings:
    return EnvironmentSettings(refs=_MAIN, reviewers=1, prevent_self_review=True, admins_bypass=False)


def _environments() -> dict[str, EnvironmentSettings]:
    return {
        "plan": EnvironmentSettings(),
        "deploy": EnvironmentSettings(refs=_MAIN),
        "production": EnvironmentSettings(refs=_MAIN),
        "destroy": EnvironmentSettings(refs=_MAIN),
        "publish": EnvironmentSettings(refs=(*_MAIN, "refs/tags/v*")),
        "commit": EnvironmentSettings(refs=(*_MAIN, "refs/tags/v*")),
        "production-approval": _approval(),
        "destroy-approval": _approval(),
    }


def _branch_rules() -> dict[str, dict[str, Any]]:
    return {
        "pull_request": {
            "required_approving_review_count": 1,
            "dismiss_stale_reviews_on_push": True,
            "require_code_owner_review": True,
            "require_last_push_approval": False,
            "required_review_thread_resolution": False,
        },
        "required_status_checks": {
            "strict_required_status_checks_policy": False,
            "required_status_checks": [{"context": name} for name in ("Approval", "Declarations", "Synthesise")],
        },
        "non_fast_forward": {},
        "deletion": {},
    }


def _private_forks() -> dict[str, bool]:
    return {
        "run_workflows_from_fork_pull_requests": True,
        "send_write_tokens_to_workflows": False,
        "send_secrets_and_variables": False,
        "require_approval_for_fork_pr_workflows": False,
    }


@dataclass(kw_only=True, slots=True)
class Settings:
    """What people click. The rules of main are those of a ruleset that a GitHub App may bypass, the token of a job not.

    `FakeGitHub.protect` takes this away from the App. `protection` is the classic one of main, with GitHub's names.
    """

    environments: dict[str, EnvironmentSettings] = field(default_factory=_environments)
    branch_rules: dict[str, dict[str, Any]] = field(default_factory=_branch_rules)
    """Parameters of the rules for main, by type."""
    branch_bypassing: list[str] | None = field(default_factory=lambda: ["Integration"])
    """Types of those who may bypass them; None where the asking token is not told."""
    tag_rules: list[str] = field(default_factory=lambda: ["creation", "update", "deletion"])
    protection: dict[str, Any] | None = None
    default_permissions: str = "read"
    jobs_approve: bool = False
    allowed_actions: str = "selected"
    pinned: bool = True
    fork_approval: str = "first_time_contributors"
    private_forks: dict[str, bool] = field(default_factory=_private_forks)
    default_subject: bool = True
    codeowners_errors: list[str] = field(default_factory=list)
    """Lines of CODEOWNERS with an owner that GitHub does not know."""
    workflow_states: dict[str, str] = field(default_factory=lambda: dict.fromkeys(WORKFLOWS, "active"))
    plan_has_rules: bool = True
    """Whether the plan of the account has rulesets and classic protection."""
