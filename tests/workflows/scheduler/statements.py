"""What has to hold of an estate at every moment, and at the end: each returns what breaks it, and nothing is good."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.workflows.scheduler.bodies import Run
from tests.workflows.scheduler.units import State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.workflows.scheduler.estate import Estate
    from tests.workflows.scheduler.groups import Dropped

NEWEST = {
    "${{ github.event.repository.default_branch }}",
    "${{ github.event.repository.default_branch || github.ref }}",
}
"""What a checkout asks for to have main as it is then, and not as it was when the event happened."""

OF_A_PULL_REQUEST = {"approval", "check", "plan"}
"""Required checks: one that is missing is seen at the pull request, which is not merged without it."""


def changed_by_two(estate: Estate) -> list[str]:
    """Environments that two jobs change at the same time."""
    changing = estate.changing()
    return sorted({name for name in changing if changing.count(name) > 1})


def kept_waiting(estate: Estate) -> list[str]:
    """What waits for something that waits for reviewers."""
    return [f"{unit} waits for {holder}" for unit, holder in estate.github.kept_waiting_by_reviewers()]


def lost(estate: Estate) -> list[str]:
    """What a concurrency group has cancelled, and nothing that came later makes up for."""
    return [
        f"{dropped.by} cancels {dropped.unit} in the group {dropped.group}"
        for dropped in estate.github.groups.dropped
        if not _is_made_up_for(dropped)
    ]


def different(estate: Estate) -> list[str]:
    """Environments that AWS has otherwise than the newest main declares them, once all has ended."""
    both = {*estate.aws, *estate.declared}
    return sorted(name for name in both if estate.aws.get(name) != estate.declared.get(name))


def never_ended(estate: Estate) -> list[str]:
    """Runs that cannot end, once all jobs have."""
    return [str(run) for run in estate.github.runs if run.state is not State.COMPLETED]


def _is_made_up_for(dropped: Dropped) -> bool:
    by, unit = dropped.by, dropped.unit
    if not isinstance(unit, Run) or not isinstance(by, Run) or by is unit or by.workflow != unit.workflow:
        return False
    if unit.workflow in OF_A_PULL_REQUEST:
        return _pull_request(by) is not None and _pull_request(by) == _pull_request(unit)
    # It does the same, for the newest main: without inputs, and wherever in the line it comes.
    return unit.workflow in {"declarations", "drift"} and _reads_newest_main(by)


def _pull_request(run: Run) -> Any:
    return run.contexts["github"]["event"].get("pull_request", {}).get("number")


def _reads_newest_main(run: Run) -> bool:
    return all(_reads_newest(job) for job in run.jobs.values())


def _reads_newest(job: Mapping[str, Any]) -> bool:
    checkouts = [step for step in job["steps"] if step.get("uses", "").startswith("actions/checkout@")]
    return all(step["with"].get("ref") in NEWEST for step in checkouts)
