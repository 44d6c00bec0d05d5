"""What is shown of a planned environment: the offline plan, or what CloudFormation says where it was asked."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from gitops.aws.resource_types import resource_type
from gitops.plan.document import Change, ChangeAction

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops.plan.document import ChangeSetResult, ChangeSets, Plan, PlannedEnvironment

Precision = Literal["change set", "templates", "not compared"]
"""Who says so: CloudFormation of what is deployed, or the templates before and after the change, or nobody."""

DRIFTED = "what is deployed is not what was declared before this change: the change set is what would happen"


@dataclass(frozen=True, kw_only=True, slots=True)
class Shown:
    """One environment as it is shown."""

    planned: PlannedEnvironment
    changes: tuple[Change, ...]
    precision: Precision
    refusals: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def counts(self) -> Mapping[ChangeAction, int]:
        """How many resources become what, gravest first, those that are none left out."""
        found = Counter(change.action for change in self.changes)
        return {action: found[action] for action in get_args(ChangeAction) if found[action]}

    @property
    def loses_data(self) -> bool:
        """Whether something that holds data goes or is replaced."""
        return any(loses_data(change) for change in self.changes)

    @property
    def importance(self) -> tuple[bool, ...]:
        """What sorts environments: those that somebody must look at come first."""
        grave = "destroy" in self.counts or "replace" in self.counts
        return (
            not self.refusals,
            not self.loses_data,
            self.planned.action != "destroy",
            not grave,
            self.planned.wave != "production",
            not (self.planned.grants and self.planned.action == "update"),
            not self.planned.incomparable,
            self.planned.action != "update",
        )


def loses_data(change: Change) -> bool:
    """Whether a change takes away or replaces something that holds data."""
    return change.action in {"destroy", "replace"} and resource_type(change.type).holds_data


def shown(plan: Plan, change_sets: Iterable[ChangeSets]) -> list[Shown]:
    """Return all environments as they are shown, the most important first."""
    results = {result.environment: result for account in change_sets for result in account.results}
    environments = [_merged(planned, results.get(planned.environment)) for planned in plan.environments]
    return sorted(environments, key=lambda environment: environment.importance)


def _merged(planned: PlannedEnvironment, result: ChangeSetResult | None) -> Shown:
    precision: Precision = "not compared" if planned.incomparable else "templates"
    changes = planned.changes
    notes = list(planned.warnings)
    refusals = list(planned.refusals)
    if result is not None:
        if result.changes is not None:
            changes, precision = result.changes, "change set"
        refusals += [refusal for refusal in result.refusals if refusal not in refusals]
        notes += [result.note] if result.note else []
        notes += [DRIFTED] if result.drifted else []
    if precision == "not compared":
        notes.append(planned.incomparable)
    return Shown(planned=planned, changes=changes, precision=precision, refusals=tuple(refusals), notes=tuple(notes))
