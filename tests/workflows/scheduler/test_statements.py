"""What we rely on, played with the workflows as they are, and found wrong where a fault is put into one of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.workflows.definitions import as_written
from tests.workflows.scheduler import statements
from tests.workflows.scheduler.estate import Estate
from tests.workflows.scheduler.faults import with_fault
from tests.workflows.scheduler.scenarios import (
    DECLARED,
    SCENARIOS,
    a_comment_after_a_destroy,
    a_form_that_a_bot_edits,
    a_hotfix_passes_what_waits_for_approval,
    all_that_changes_one_environment,
    an_image_by_hand,
    an_older_run_that_is_run_again,
    approvals_in_another_order,
    approve,
    finish,
    jobs,
    pushes_in_quick_succession,
)
from tests.workflows.scheduler.units import State

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

QUEUE = "      queue: max\n"
KEPT = f"      cancel-in-progress: false\n{QUEUE}"
GROUP = f"    concurrency:\n      group: environment-${{{{ %s.environment }}}}\n{KEPT}"
OF_INPUTS, OF_MATRIX = GROUP % "inputs", GROUP % "matrix"
"""The group of an environment, as jobs of called workflows have it, and as others have it."""


def broken(workflows: Mapping[str, Mapping[str, Any]], scenario: Callable[[Estate], None], **settings: Any) -> set[str]:
    """Return the names of the statements that do not hold in a scenario, at its end or when all has settled."""
    estate = Estate(workflows, DECLARED, variables={"IMAGE_ENVIRONMENTS": "dev/beta"}, **settings)
    scenario(estate)
    found = [statements.changed_by_two, statements.kept_waiting]
    wrong = {statement.__name__ for statement in found if statement(estate)}
    estate.settle()
    last = [statements.lost, statements.different, statements.never_ended]
    return wrong | {statement.__name__ for statement in last if statement(estate)}


@pytest.mark.parametrize("waiting_jobs_hold_groups", [True, False])
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_it_holds(scenario: Callable[[Estate], None], *, waiting_jobs_hold_groups: bool) -> None:
    assert broken(as_written(), scenario, waiting_jobs_hold_groups=waiting_jobs_hold_groups) == set()


def test_a_hotfix_is_deployed_while_another_approval_waits() -> None:
    estate = Estate(as_written(), DECLARED)
    a_hotfix_passes_what_waits_for_approval(estate)

    assert estate.aws["prod/app"] == 4
    assert [job.run.workflow for job in jobs(estate, State.WAITING, about="prod/app")] == ["deploy"]
    assert [job.subject for job in jobs(estate, State.WAITING, of="reap")] == ["dev/alpha", "dev/beta"]
    approve(estate, of="deploy")
    finish(estate, about="prod/app")
    assert estate.aws["prod/app"] == 4  # none of them is newer


RUN_GROUP = "  group: deploy-${{ github.run_id }}"
APPROVAL = "    environment: production-approval"
IN_THE_GROUP = OF_INPUTS + APPROVAL

FAULTS = {
    "an approval holds the group of its environment": (
        ("deploy-production", APPROVAL, IN_THE_GROUP),
        a_hotfix_passes_what_waits_for_approval,
        "kept_waiting",
    ),
    "runs of deploy wait for each other": (
        ("deploy", RUN_GROUP, "  group: deploy"),
        a_hotfix_passes_what_waits_for_approval,
        "kept_waiting",
    ),
    "runs of the reaper wait for each other": (
        ("reap", "  group: reap-${{ github.run_id }}", "  group: reaper"),
        a_hotfix_passes_what_waits_for_approval,
        "kept_waiting",
    ),
    "a newer run of deploy drops an older one": (
        ("deploy", RUN_GROUP, "  group: deploy"),
        pushes_in_quick_succession,
        "lost",
    ),
    "a deployment that waits is dropped by a newer one": (
        ("deploy-environment", QUEUE, ""),
        pushes_in_quick_succession,
        "lost",
    ),
    "a deployment is cut short": (
        (
            "deploy-environment",
            "      cancel-in-progress: false\n      queue: max\n",
            "      cancel-in-progress: true\n",
        ),
        pushes_in_quick_succession,
        "lost",
    ),
    "an older deployment does not leave to the newer one": (
        ("deploy-environment", " --unless-superseded-by newest", ""),
        approvals_in_another_order,
        "different",
    ),
    "comments of a pull request wait for each other": (
        (
            "command",
            "  group: command-${{ github.event.comment.id }}",
            "  group: command-${{ github.event.issue.number }}",
        ),
        a_comment_after_a_destroy,
        "lost",
    ),
    "a command that waits is dropped": (("command", QUEUE, ""), a_comment_after_a_destroy, "lost"),
    "a removal is in no group": (
        ("destroy-environment", OF_INPUTS, ""),
        all_that_changes_one_environment,
        "changed_by_two",
    ),
    "the reaper is in no group": (("reap", OF_MATRIX, ""), all_that_changes_one_environment, "changed_by_two"),
    "commands have a group of their own": (
        ("command", "      group: environment-${{", "      group: command-${{"),
        all_that_changes_one_environment,
        "changed_by_two",
    ),
    "deployments are in no group": (
        ("deploy-environment", OF_INPUTS, ""),
        all_that_changes_one_environment,
        "changed_by_two",
    ),
    "a job has the group of its run": (
        (
            "deploy-environment",
            "      group: environment-${{ inputs.environment }}",
            "      group: deploy-${{ github.run_id }}",
        ),
        pushes_in_quick_succession,
        "lost",
    ),
    "an older run reads its own commit": (
        ("declarations", "          ref: ${{ github.event.repository.default_branch }} # as it is now\n", ""),
        an_older_run_that_is_run_again,
        "lost",
    ),
    "an older run compares its own commit": (
        ("drift", "          ref: ${{ github.event.repository.default_branch || github.ref }} # as it is now\n", ""),
        an_older_run_that_is_run_again,
        "lost",
    ),
    "the newest form alone is left": (
        ("request", "  cancel-in-progress: false\n  queue: max\n", ""),
        a_form_that_a_bot_edits,
        "lost",
    ),
    "the newest image alone is left": (("image", "  queue: max\n", ""), an_image_by_hand, "lost"),
}


@pytest.mark.parametrize(("fault", "scenario", "statement"), FAULTS.values(), ids=FAULTS.keys())
def test_a_fault_in_a_workflow_is_found(
    fault: tuple[str, str, str], scenario: Callable[[Estate], None], statement: str
) -> None:
    if fault[0] == "image" and "image" not in as_written():
        pytest.skip("the example was removed")
    assert statement in broken(with_fault(*fault), scenario)
