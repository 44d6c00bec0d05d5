"""Environments of the repository: which jobs they accept, who approves these, and which roles these get."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.naming import GITHUB_ENVIRONMENTS, role_variable
from gitops.settings.finding import judged, readable
from gitops.settings.requirements import (
    ADMINS_BYPASS,
    APPROVALS,
    ENVIRONMENT_REFS,
    EXISTS,
    NO_RULES,
    REFS,
    REVIEWERS,
    ROLE_VARIABLES,
    SELF_REVIEW,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gitops.github.settings import GitHubEnvironment, RepositorySettings
    from gitops.settings.finding import SettingFinding

NAMES = ("plan", *ENVIRONMENT_REFS)
"""Environments that jobs run in."""


def check_environments(settings: RepositorySettings, names: Collection[str]) -> list[SettingFinding]:
    """Return what is found of environments. Raises GitHubError."""

    def findings() -> Iterator[SettingFinding]:
        known = settings.environments(names)
        for name in names:
            yield from _environment(name, known.get(name))

    return readable((EXISTS, REFS, REVIEWERS, SELF_REVIEW, ADMINS_BYPASS), findings)


def _environment(name: str, environment: GitHubEnvironment | None) -> Iterator[SettingFinding]:
    subject = f"environment `{name}`"
    if environment is None:
        yield judged(EXISTS, good=False, found="does not exist: GitHub makes it without rules", subject=subject)
        return
    page = f"settings/environments/{environment.id}/edit"
    if name in ENVIRONMENT_REFS:
        wanted = frozenset(ENVIRONMENT_REFS[name])
        refs = environment.refs
        # Fewer refs than wanted are no weakness: the job does not start.
        good = refs is not None and bool(refs) and refs <= wanted
        yield judged(REFS, good=good, found=_refs(environment), subject=subject, page=page)
    if name in APPROVALS.values():
        reviewers, prevented = environment.reviewers, environment.prevents_self_review
        yield judged(REVIEWERS, good=reviewers > 0, found=_reviewers(environment), subject=subject, page=page)
        yield judged(SELF_REVIEW, good=prevented, found=_on(on=prevented), subject=subject, page=page)
        bypass = environment.admins_bypass
        found = "GitHub does not tell" if bypass is None else _on(on=bypass)
        yield judged(ADMINS_BYPASS, good=bypass is False, found=found, subject=subject, page=page)
    if name not in ENVIRONMENT_REFS:
        rules = environment.reviewers or environment.wait_minutes or environment.refs is not None
        found = "reviewers, a wait timer or selected branches" if rules else "none"
        yield judged(NO_RULES, good=not rules, found=found, subject=subject, page=page)


def _refs(environment: GitHubEnvironment) -> str:
    if environment.protected_branches:
        return "all protected branches"
    if environment.refs is None:
        return "all branches and tags"
    return ", ".join(sorted(environment.refs)) or "none"


def _reviewers(environment: GitHubEnvironment) -> str:
    if not environment.reviewers:
        return "none; private repositories have reviewers on GitHub Enterprise only"
    if environment.reviewers == 1 and not environment.reviewing_teams:
        # A schedule has a person as actor too.
        return "1; who is also the actor of a run cannot approve it: add another, or a team"
    return str(environment.reviewers)


def _on(*, on: bool) -> str:
    return "on" if on else "off"


def check_variables(settings: RepositorySettings, accounts: Mapping[str, str]) -> list[SettingFinding]:
    """Return what is found of the variables with roles, for accounts: their ids by name. Raises GitHubError."""

    def findings() -> Iterator[SettingFinding]:
        variables = {name: settings.variables(name) for name in GITHUB_ENVIRONMENTS}
        values = [value for found in variables.values() for value in found.values()]
        for name, found in variables.items():
            for account, account_id in accounts.items():
                variable = role_variable(account)
                value = found.get(variable, "")
                good = value.startswith(f"arn:aws:iam::{account_id}:role/") and values.count(value) == 1
                subject = f"environment `{name}`: variable `{variable}`"
                yield judged(ROLE_VARIABLES, good=good, found=value or "missing", subject=subject)

    return readable((ROLE_VARIABLES,), findings)
