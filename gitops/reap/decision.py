"""Which expired environments are destroyed: no more at once than each base allows."""

from __future__ import annotations

import re
from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from constructs_lib.config.environments import parse_name
from constructs_lib.config.model import AdHocAppConfig, PolicyConfig
from gitops.errors import UserError
from gitops.github.job_matrix import JobEnvironment, entry_in
from gitops.reap.expiry import KeptEnvironment, deadline

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.model import WorkflowJob
    from gitops.reap.expiry import AccountExpiry, ExpiredEnvironment, ExpiringEnvironment

FRESH = timedelta(hours=2)
"""How old an observation may be: a re-run of a job of an old run finds the files of that run."""


_JOB_OF_DESTRUCTION = re.compile(r"(?:Approve the destruction of|Destroy) (?P<environment>\S+)")
"""Names of jobs in reap.yml that are about one environment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class ReapDecision:
    """What is done about expired environments. `refused` are bases that would lose too many, with the reason."""

    destroyed: Sequence[tuple[JobEnvironment, ExpiredEnvironment]]
    expiring: Sequence[tuple[Environment, ExpiringEnvironment]]
    kept: Sequence[KeptEnvironment]
    refused: Mapping[EnvironmentName, str]


def decide(observations: Sequence[AccountExpiry], declared: Environments, now: datetime) -> ReapDecision:
    """Return what is done about the observations of all accounts.

    The declarations at hand decide: an environment that was locked or extended meanwhile is kept.

    Raises:
        UserError: an observation is too old.
    """
    expired: dict[EnvironmentName, tuple[str, ExpiredEnvironment]] = {}
    kept = [item for observation in observations for item in observation.kept]
    for observation in observations:
        _require_fresh(observation, now)
        for item in observation.expired:
            name = parse_name(item.environment)
            if reason := _reason_to_keep(name, declared, now):
                kept.append(KeptEnvironment(environment=item.environment, reason=reason))
            else:
                expired.setdefault(name, (observation.account, item))
    refused = _too_many(expired, declared)
    expiring = [
        (environment, item)
        for observation in observations
        for item in observation.expiring
        if (environment := declared.well_formed.get(parse_name(item.environment))) and not environment.lock
    ]
    return ReapDecision(
        destroyed=[
            (_job(name, account, item, declared), item)
            for name, (account, item) in sorted(expired.items())
            if name.base not in refused
        ],
        expiring=expiring,
        kept=sorted(kept, key=lambda item: item.environment),
        refused=refused,
    )


def without_asked(decision: ReapDecision, jobs: Iterable[WorkflowJob], run_url: str) -> ReapDecision:
    """Return a decision without the environments that a job of another run is about, approved or not.

    `jobs` have not ended, and those of the run `run_url` are this one's own.
    """
    asked = {
        found["environment"]: job.run_url
        for job in jobs
        if job.run_url != run_url and (found := _JOB_OF_DESTRUCTION.fullmatch(job.name))
    }
    kept = [
        KeptEnvironment(
            environment=item.environment, reason=f"{item.reason}; {asked[item.environment]} waits to destroy it"
        )
        for _, item in decision.destroyed
        if item.environment in asked
    ]
    return replace(
        decision,
        destroyed=[(job, item) for job, item in decision.destroyed if item.environment not in asked],
        kept=sorted([*decision.kept, *kept], key=lambda item: item.environment),
    )


def _require_fresh(observation: AccountExpiry, now: datetime) -> None:
    if not timedelta(0) <= now - observation.moment <= FRESH:
        hours = FRESH.total_seconds() / 3600
        raise UserError(
            f"the observation of the account {observation.account} is from {observation.moment.isoformat()}, not from "
            f"the last {hours:.0f} hours, so nothing was changed. Start a new run instead of a job of an old one"
        )


def _reason_to_keep(name: EnvironmentName, declared: Environments, now: datetime) -> str:
    """Return why an environment that was found expired is kept, or nothing."""
    environment = declared.well_formed.get(name)
    if name in declared.names and environment is None:
        return "its declaration is wrong, so it is not known whether it has expired"
    if environment is None:
        return "" if declared.is_whole else "a file that is wrong may be meant as its declaration"
    if lock := environment.lock:
        return f"is {lock}"
    config = environment.config
    if not isinstance(config, AdHocAppConfig):
        return f"is {environment.kind} now"
    return f"expires on {config.expires} now" if now < deadline(config.expires) else ""


def _too_many(expired: Mapping[EnvironmentName, object], declared: Environments) -> dict[EnvironmentName, str]:
    by_base: defaultdict[EnvironmentName, list[EnvironmentName]] = defaultdict(list)
    for name in sorted(expired):
        by_base[name.base].append(name)
    refused = {}
    for base, names in by_base.items():
        file = declared.unchecked(base)
        most = file.max_removals if file else PolicyConfig().max_removals
        if len(names) > most:
            refused[base] = (
                f"{len(names)} environments of {base} would be destroyed at once ({', '.join(map(str, names))}), and "
                f"{most} are allowed, so none is. Extend or remove some of them, or raise "
                f"policy.max_removals of {base}"
            )
    return refused


def _job(name: EnvironmentName, account: str, item: ExpiredEnvironment, declared: Environments) -> JobEnvironment:
    job = entry_in(name, account, declared.accounts[account])
    job["region"] = item.region
    return job
