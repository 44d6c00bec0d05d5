"""What may be destroyed of all that is due: no more at once than each base allows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from constructs_lib.config.environments import parse_name
from constructs_lib.config.model import AdHocAppConfig, AdHocBaseConfig, PolicyConfig
from gitops.errors import UserError
from gitops.github.job_matrix import JobEnvironment, entry_in
from gitops.reap.observation import Left, deadline

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.reap.observation import Announcement, Due, Observation

FRESH = timedelta(hours=2)
"""How old an observation may be: when a job of an old run is started again, it finds the old files."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Decision:
    """What becomes of environments. `refused` are bases that would lose too many, each with why nothing goes."""

    removed: Sequence[tuple[JobEnvironment, Due]]
    announced: Sequence[tuple[Environment, Announcement]]
    left: Sequence[Left]
    refused: Mapping[EnvironmentName, str]


def decide(observations: Sequence[Observation], declared: Environments, now: datetime) -> Decision:
    """Return what becomes of what was observed in all accounts.

    The declarations at hand have the last word: what was locked or extended meanwhile stays.

    Raises:
        UserError: an observation is too old.
    """
    due: dict[EnvironmentName, tuple[str, Due]] = {}
    left = [item for observation in observations for item in observation.left]
    for observation in observations:
        _require_fresh(observation, now)
        for item in observation.due:
            name = parse_name(item.environment)
            if why := _stays(declared.by_name.get(name), now):
                left.append(Left(environment=item.environment, why=why))
            else:
                due.setdefault(name, (observation.account, item))
    refused = _too_many(due, declared)
    announced = [
        (environment, announcement)
        for observation in observations
        for announcement in observation.announcements
        if (environment := declared.by_name.get(parse_name(announcement.environment))) and not environment.lock
    ]
    return Decision(
        removed=[
            (_job(name, account, item, declared), item)
            for name, (account, item) in sorted(due.items())
            if name.base not in refused
        ],
        announced=announced,
        left=sorted(left, key=lambda item: item.environment),
        refused=refused,
    )


def _require_fresh(observation: Observation, now: datetime) -> None:
    if not timedelta(0) <= now - observation.moment <= FRESH:
        raise UserError(
            f"account {observation.account} was observed at {observation.moment}, which is not just now; nothing was "
            "touched. Start a new run instead of a job of an old one"
        )


def _stays(environment: Environment | None, now: datetime) -> str:
    """Return why a declared environment is not due any more, or nothing."""
    if environment is None:
        return ""
    if lock := environment.lock:
        return f"is {lock}"
    config = environment.config
    if not isinstance(config, AdHocAppConfig):
        return f"is {environment.kind} now"
    return f"expires on {config.expires} now" if now < deadline(config.expires) else ""


def _too_many(due: Mapping[EnvironmentName, object], declared: Environments) -> dict[EnvironmentName, str]:
    by_base: defaultdict[EnvironmentName, list[EnvironmentName]] = defaultdict(list)
    for name in sorted(due):
        by_base[name.base].append(name)
    refused = {}
    for base, names in by_base.items():
        config = declared[base].config if base in declared else None
        policy = config.policy if isinstance(config, AdHocBaseConfig) else PolicyConfig()
        if len(names) > policy.max_removals:
            refused[base] = (
                f"{len(names)} environments of {base} would be destroyed at once ({', '.join(map(str, names))}), and "
                f"{policy.max_removals} are allowed; none was. Extend or remove some of them, or raise "
                f"policy.max_removals of {base}"
            )
    return refused


def _job(name: EnvironmentName, account: str, due: Due, declared: Environments) -> JobEnvironment:
    job = entry_in(name, account, declared.accounts[account])
    job["region"] = due.region
    return job
