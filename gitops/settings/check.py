"""All settings, for a person; and those that a job's token may read, before the job takes credentials."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from constructs_lib.config.naming import GITHUB_AD_HOC_APPROVAL
from gitops.settings.actions import check_actions, check_files
from gitops.settings.branch import check_branch, check_bypassing, check_tags
from gitops.settings.environments import NAMES, check_environments, check_variables
from gitops.settings.requirements import APPROVALS, CODE_OWNERS, EXISTS, PROTECTED_TAGS, REFS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops.github.settings import RepositorySettings
    from gitops.settings.finding import SettingFinding

PUBLISHING = "publish"
"""The environment that accepts tags."""


def check_all(settings: RepositorySettings, accounts: Mapping[str, str]) -> list[SettingFinding]:
    """Return what is found of every setting. `accounts` are the ids of the declared accounts by name.

    Raises:
        GitHubError: GitHub cannot be asked, or it fails.
    """
    branch = settings.default_branch()
    of_branch = check_branch(settings, branch)
    owners = any(found.requirement is CODE_OWNERS and found.state == "good" for found in of_branch)
    return [
        *check_environments(settings, NAMES),
        *check_variables(settings, accounts),
        *of_branch,
        *check_bypassing(settings, branch),
        *check_tags(settings),
        *check_actions(settings, code_owners_approve=owners),
        *check_files(settings),
    ]


def check_application(settings: RepositorySettings) -> list[SettingFinding]:
    """Return what is found of the repository of an application, whose jobs in the environment `publish` push images.

    The role `publish` trusts them by that environment and its refs, which can exist without these settings.
    Raises GitHubError.
    """
    found = [*check_environments(settings, [PUBLISHING]), *check_tags(settings)]
    return [
        replace(finding, repository=settings.name, subject=finding.subject or _subject(finding))
        for finding in found
        if finding.requirement in {EXISTS, REFS, PROTECTED_TAGS}
    ]


def _subject(finding: SettingFinding) -> str:
    return "" if finding.requirement is PROTECTED_TAGS else f"environment `{PUBLISHING}`"


def check_for_job(settings: RepositorySettings, environment: str, approval: str | None = None) -> list[SettingFinding]:
    """Return what is found of the settings that guard the jobs of an environment.

    `approval` is the environment whose reviewers have approved the job, by default the one of `APPROVALS`; nothing is
    required of that of ad hoc apps. Raises GitHubError.
    """
    approval = approval or APPROVALS.get(environment)
    names = [environment] if approval in {None, GITHUB_AD_HOC_APPROVAL} else [environment, str(approval)]
    tags = check_tags(settings) if environment == PUBLISHING else []
    return [*check_environments(settings, names), *check_branch(settings, settings.default_branch()), *tags]


def stopping(findings: Sequence[SettingFinding]) -> list[SettingFinding]:
    """Return the findings that stop a job: what is weak, and what cannot be read unless a person has to check it."""
    return [
        found
        for found in findings
        if found.state == "weak" or (found.state == "not readable" and found.requirement.in_jobs != "goes on")
    ]
