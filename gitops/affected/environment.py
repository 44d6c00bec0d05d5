"""An environment that a change touches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from constructs_lib.config.model import AccountConfig, is_production_kind

if TYPE_CHECKING:
    from constructs_lib.config.naming import EnvironmentName
    from gitops.affected.comparison import Comparison
    from gitops.cdk.assembly import SynthesisedStack
    from gitops.github.job_matrix import JobEnvironment

Action = Literal["create", "update", "destroy"]
Wave = Literal["account", "bases", "apps", "production"]

WAVES: tuple[Wave, ...] = ("account", "bases", "apps", "production")
"""In the order of deployment."""


@dataclass(frozen=True, kw_only=True, slots=True)
class AffectedEnvironment:
    """An environment that a change touches: the action, its reason, and a refusal if there is one.

    `kind` is empty where the old declaration does not tell. `before` and `after` are its stacks on both sides: None
    where it is not declared, and `before` also where the old side could not be synthesised; `incomparable` says why.
    `job` is None when the account of a removed environment is unknown, or the declaration is wrong; then the change is
    refused. `seeds` are environments that stay and name a removed one as the source of their data.
    """

    name: EnvironmentName
    kind: str
    action: Action
    reason: str
    job: JobEnvironment | None
    before: SynthesisedStack | None = None
    after: SynthesisedStack | None = None
    incomparable: str = ""
    renamed_from: EnvironmentName | None = None
    renamed_to: EnvironmentName | None = None
    refused: str | None = None
    seeds: frozenset[EnvironmentName] = frozenset()

    @property
    def wave(self) -> Wave:
        """Which of the waves of a deployment it belongs to."""
        if self.name.is_account:
            return "account"
        if is_production_kind(self.kind):
            return "production"
        return "bases" if self.name.is_base else "apps"

    @property
    def changes_stack(self) -> bool:
        """Whether the stack would change; a stack that cannot be compared counts as changed."""
        return self.before is None or self.after is None or not same_stack(self.before, self.after)

    def as_json(self) -> dict[str, object]:
        """Return the entry that `gitops affected` prints."""
        return {
            "environment": str(self.name),
            "kind": self.kind,
            "action": self.action,
            "wave": self.wave,
            "reason": self.reason,
            "renamed_from": self.renamed_from and str(self.renamed_from),
            "renamed_to": self.renamed_to and str(self.renamed_to),
            "refused": self.refused,
        }


def same_stack(one: SynthesisedStack, other: SynthesisedStack) -> bool:
    """Return whether two stacks are the same to CloudFormation: place, protection, tags and template."""
    return (one.where, one.protected, one.tags) == (other.where, other.protected, other.tags) and (
        one.template == other.template
    )


def turn(environment: AffectedEnvironment) -> tuple[bool, int, bool, EnvironmentName]:
    """Return the sort key for the order of deployment; removals come last, apps before their bases."""
    destroyed = environment.action == "destroy"
    wave = WAVES.index(environment.wave)
    return destroyed, -wave if destroyed else wave, environment.name.is_base == destroyed, environment.name


MATRIX_JOBS = 256
"""Most jobs of a matrix: https://docs.github.com/en/actions/reference/limits"""


def matrix_outputs(comparison: Comparison) -> dict[str, object]:
    """Return the outputs of the comparing job: a list of environments for each wave, removals, and refusals.

    A list has no more environments than a matrix may have jobs. `more_apps` are apps for a second matrix; what is
    beyond that is refused, so that it is named.
    """
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
        # A locked environment is not deployed; without a change that is not a failure.
        idle = not environment.changes_stack and _is_locked(environment, comparison)
        if environment.job is not None and environment.refused is None and not idle:
            lists[_list_of(environment)].append(environment.job)
    lists["more_apps"] = lists["apps"][MATRIX_JOBS:]
    del lists["apps"][MATRIX_JOBS:]
    refused = [
        {"environment": str(environment.name), "reason": environment.refused}
        for environment in comparison.affected
        if environment.refused is not None
    ]
    left_out = [
        {"environment": job["environment"], "reason": TOO_MANY.format(name=job["environment"])}
        for entries in lists.values()
        for job in entries[MATRIX_JOBS:]
    ]
    return {**{name: entries[:MATRIX_JOBS] for name, entries in lists.items()}, "refused": [*refused, *left_out]}


TOO_MANY = (
    f"the change touches more environments than the {MATRIX_JOBS} jobs that GitHub runs of a matrix; "
    "run the workflow `deploy` for {name}, or `gitops destroy {name}` if its file was removed"
)


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
