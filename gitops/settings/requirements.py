"""What the settings of the repository must be. docs/threat-model.md shows this table."""

from __future__ import annotations

from dataclasses import dataclass

from constructs_lib.config.naming import GITHUB_APPROVALS, GITHUB_COMMIT, GITHUB_REFS
from gitops.github.settings import ACTIONS, ADMINISTRATION, CONTENTS, ENVIRONMENTS, METADATA, RULESETS

APPROVALS = {name.removesuffix("-approval"): name for name in GITHUB_APPROVALS}
"""Environments whose reviewers approve the jobs of others, by these."""

ENVIRONMENT_REFS = {
    **GITHUB_REFS,
    GITHUB_COMMIT: GITHUB_REFS["publish"],
    **dict.fromkeys(GITHUB_APPROVALS, ("refs/heads/main",)),
}
"""Refs whose jobs an environment may accept, by its name."""

CHECKS = frozenset({"Approval", "Declarations", "Synthesise"})
"""Jobs of approval.yml, check.yml and plan.yml without which nothing is merged."""

TAGS = "refs/tags/v*"
"""Tags whose jobs get the role that publishes images."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Requirement:
    """One setting. `needs` is the permission of the token that may read it; `page` is where people change it.

    `in_jobs` says what a job does that may not read it: stop, or go on because the setting is a person's to check;
    empty where jobs do not ask.
    """

    setting: str
    must: str
    needs: str
    page: str
    in_jobs: str = ""


_ENVIRONMENTS = "settings/environments"
_STOPS = "stops"
_GOES_ON = "goes on"

EXISTS = Requirement(setting="environment", must="exists", needs=ACTIONS, page=_ENVIRONMENTS, in_jobs=_STOPS)
NO_RULES = Requirement(
    setting="environment `plan`: rules",
    must="none: pull requests are planned at every ref",
    needs=ACTIONS,
    page=_ENVIRONMENTS,
)
REFS = Requirement(
    setting="environments, all but `plan`: branches and tags",
    must="selected: `main`; `publish` and `commit` also tags `v*`",
    needs=ACTIONS,
    page=_ENVIRONMENTS,
    in_jobs=_STOPS,
)
REVIEWERS = Requirement(
    setting="environments `production-approval`, `destroy-approval`: required reviewers",
    must="at least one",
    needs=ACTIONS,
    page=_ENVIRONMENTS,
    in_jobs=_STOPS,
)
SELF_REVIEW = Requirement(
    setting="environments `production-approval`, `destroy-approval`: prevent self-review",
    must="on",
    needs=ACTIONS,
    page=_ENVIRONMENTS,
    in_jobs=_STOPS,
)
ADMINS_BYPASS = Requirement(
    setting="environments `production-approval`, `destroy-approval`: administrators bypass the rules",
    must="off",
    needs=ACTIONS,
    page=_ENVIRONMENTS,
    in_jobs=_STOPS,
)
ROLE_VARIABLES = Requirement(
    setting="environments: variables `AWS_ROLE_ARN_…`",
    must="for each account, the ARN of a role in it that no other environment has",
    needs=ENVIRONMENTS,
    page=_ENVIRONMENTS,
)
PULL_REQUESTS = Requirement(
    setting="main: changes need a pull request",
    must="with at least one approval",
    needs=f"{METADATA}, {ADMINISTRATION}",
    page="settings/rules",
    in_jobs=_GOES_ON,
)
CODE_OWNERS = Requirement(
    setting="main: approval by code owners",
    must="required",
    needs=f"{METADATA}, {ADMINISTRATION}",
    page="settings/rules",
    in_jobs=_GOES_ON,
)
STALE_APPROVALS = Requirement(
    setting="main: approvals before the last push",
    must="dismissed, or the last push needs an approval of its own",
    needs=f"{METADATA}, {ADMINISTRATION}",
    page="settings/rules",
    in_jobs=_GOES_ON,
)
HISTORY = Requirement(
    setting="main: force pushes and deletion",
    must="blocked",
    needs=f"{METADATA}, {ADMINISTRATION}",
    page="settings/rules",
    in_jobs=_GOES_ON,
)
REQUIRED_CHECKS = Requirement(
    setting="main: required checks",
    must="`Approval`, `Declarations` and `Synthesise`",
    needs=f"{METADATA}, {ADMINISTRATION}",
    page="settings/rules",
    in_jobs=_GOES_ON,
)
BYPASSING = Requirement(
    setting="main: who bypasses the rules",
    must="nobody but GitHub Apps",
    needs=RULESETS,
    page="settings/rules",
)
PROTECTED_TAGS = Requirement(
    setting="tags `v*`: creation, update and deletion",
    must="restricted by a ruleset",
    needs=METADATA,
    page="settings/rules",
    in_jobs=_STOPS,
)
TOKEN_DEFAULT = Requirement(
    setting="Actions: default permissions of a job's token",
    must="read",
    needs=ADMINISTRATION,
    page="settings/actions",
)
TOKEN_APPROVES = Requirement(
    setting="Actions: jobs create and approve pull requests",
    must="off, or code owners must approve what is merged to main",
    needs=ADMINISTRATION,
    page="settings/actions",
)
ALLOWED_ACTIONS = Requirement(
    setting="Actions: actions that may run",
    must="selected ones, or those that are pinned to a commit",
    needs=ADMINISTRATION,
    page="settings/actions",
)
FORKS = Requirement(
    setting="Actions: pull requests from forks",
    must="those of first-time contributors wait for approval; in a private repository, no secrets and no token that "
    "writes",
    needs=ADMINISTRATION,
    page="settings/actions",
)
SUBJECT = Requirement(
    setting="Actions: subject of OIDC tokens",
    must="GitHub's default",
    needs=ACTIONS,
    page="settings/actions",
)
CODEOWNERS = Requirement(
    setting="`.github/CODEOWNERS`",
    must="no errors",
    needs=CONTENTS,
    page="blob/HEAD/.github/CODEOWNERS",
)
WORKFLOWS = Requirement(
    setting="workflows",
    must="active; GitHub disables schedules after 60 days without activity",
    needs=ACTIONS,
    page="actions",
)

REQUIREMENTS = (
    *(EXISTS, NO_RULES, REFS, REVIEWERS, SELF_REVIEW, ADMINS_BYPASS, ROLE_VARIABLES),
    *(PULL_REQUESTS, CODE_OWNERS, STALE_APPROVALS, HISTORY, REQUIRED_CHECKS, BYPASSING, PROTECTED_TAGS),
    *(TOKEN_DEFAULT, TOKEN_APPROVES, ALLOWED_ACTIONS, FORKS, SUBJECT, CODEOWNERS, WORKFLOWS),
)


def requirement_table() -> str:
    """Return the table of docs/threat-model.md."""
    rows = [f"| {row.setting} | {row.must} | {row.needs} | {row.in_jobs or 'does not ask'} |" for row in REQUIREMENTS]
    head = "| setting | must be | permission to read it | a job that may not read it |\n| --- | --- | --- | --- |"
    return "\n".join([head, *rows])
