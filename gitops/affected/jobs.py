"""What a workflow is told of a change: a list of environments for each matrix of jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import AccountConfig

if TYPE_CHECKING:
    from gitops.affected.comparison import Comparison
    from gitops.affected.environment import AffectedEnvironment
    from gitops.github.job_matrix import JobEnvironment


def outputs(comparison: Comparison) -> dict[str, object]:
    """Return the outputs of the job that finds what is affected: a list a wave, removals, and what is refused."""
    lists: dict[str, list[JobEnvironment]] = {
        name: []
        for name in (
            "accounts",
            "bases",
            "apps",
            "production_bases",
            "production_apps",
            "removed_apps",
            "removed_bases",
        )
    }
    for environment in comparison.affected:
        # A locked environment is not deployed; that is no failure when there is nothing to deploy.
        idle = not environment.changes_stack and _is_locked(environment, comparison)
        if environment.job is not None and environment.refused is None and not idle:
            lists[_list_of(environment)].append(environment.job)
    refused = [
        {"environment": str(environment.name), "reason": environment.refused}
        for environment in comparison.affected
        if environment.refused is not None
    ]
    return {**lists, "refused": refused}


def _list_of(environment: AffectedEnvironment) -> str:
    if environment.action == "destroy":
        return "removed_bases" if environment.name.is_base else "removed_apps"
    if environment.wave == "account":
        return "accounts"
    if environment.wave == "production":
        return "production_bases" if environment.name.is_base else "production_apps"
    return environment.wave


def _is_locked(environment: AffectedEnvironment, comparison: Comparison) -> bool:
    declared = comparison.environments.get(environment.name)
    return declared is not None and not isinstance(declared.config, AccountConfig) and declared.config.lock is not None
