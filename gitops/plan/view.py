"""A plan and its change sets merged: for each environment the offline plan, or the change set where there is one."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

from gitops.aws.resource_types import resource_type
from gitops.templates.differences import ChangeAction, ResourceChange

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops.plan.document import ChangeSetResult, ChangeSets, Plan, PlannedEnvironment

Source = Literal["change set", "templates", "not compared"]
"""Where changes are from: CloudFormation's change set, the templates before and after the change, or nowhere."""

DRIFTED = (
    "the deployed template differs from the one declared before this change: the change set says what would happen"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvironmentView:
    """One environment of a plan with all that is known about it."""

    planned: PlannedEnvironment
    changes: tuple[ResourceChange, ...]
    source: Source
    refusals: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def counts(self) -> Mapping[ChangeAction, int]:
        """The number of resources by action, the most severe first, without zeros."""
        found = Counter(change.action for change in self.changes)
        return {action: found[action] for action in get_args(ChangeAction) if found[action]}

    @property
    def loses_data(self) -> bool:
        """Whether a resource that holds data is destroyed or replaced."""
        return any(loses_data(change) for change in self.changes)

    @property
    def importance(self) -> tuple[bool, ...]:
        """The sort key of environments: those that need attention come first."""
        severe = "destroy" in self.counts or "replace" in self.counts
        return (
            not self.refusals,
            not self.loses_data,
            self.planned.action != "destroy",
            not severe,
            self.planned.wave != "production",
            not (self.planned.grants and self.planned.action == "update"),
            not self.planned.incomparable,
            self.planned.action != "update",
        )


def loses_data(change: ResourceChange) -> bool:
    """Whether a change destroys or replaces a resource that holds data."""
    return change.action in {"destroy", "replace"} and resource_type(change.type).holds_data


def merge_change_sets(plan: Plan, change_sets: Iterable[ChangeSets]) -> list[EnvironmentView]:
    """Return all environments with what their change sets say, the most important first."""
    results = {result.environment: result for account in change_sets for result in account.results}
    environments = [_merge(planned, results.get(planned.environment)) for planned in plan.environments]
    return sorted(environments, key=lambda environment: environment.importance)


def _merge(planned: PlannedEnvironment, result: ChangeSetResult | None) -> EnvironmentView:
    source: Source = "not compared" if planned.incomparable else "templates"
    changes = planned.changes
    notes = list(planned.warnings)
    refusals = list(planned.refusals)
    if result is not None:
        if result.changes is not None:
            changes, source = result.changes, "change set"
        refusals += [refusal for refusal in result.refusals if refusal not in refusals]
        notes += [result.note] if result.note else []
        notes += [DRIFTED] if result.drifted else []
    if source == "not compared":
        notes.append(planned.incomparable)
    return EnvironmentView(
        planned=planned, changes=changes, source=source, refusals=tuple(refusals), notes=tuple(notes)
    )
