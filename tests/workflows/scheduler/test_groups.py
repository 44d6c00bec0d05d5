"""The model does what GitHub's documentation says of its scheduler; each test plays a small workflow.

https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/control-workflow-concurrency
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workflows.definitions import read
from tests.workflows.scheduler.github import GitHub
from tests.workflows.scheduler.groups import LONGEST_QUEUE
from tests.workflows.scheduler.units import Job, State

if TYPE_CHECKING:
    from tests.workflows.scheduler.bodies import Run

RUN = "runs-on: ubuntu-latest, steps: []"
ON_DEMAND = "on: {workflow_dispatch: }"


def github(reviewed: str = "reviewed", *, hold: bool = True, **workflows: str) -> GitHub:
    return GitHub(
        {name: read(text) for name, text in workflows.items()},
        reviewed=[reviewed],
        waiting_jobs_hold_groups=hold,
    )


def start(github: GitHub, workflow: str = "first", **inputs: str) -> Run:
    return github.start(workflow, "workflow_dispatch", {"inputs": inputs})


def states(github: GitHub) -> list[str]:
    return [run.result or run.state.name.lower() for run in github.runs]


def only_job(run: Run) -> Job:
    (job,) = run.leaves()
    return job


def grouped(concurrency: str) -> str:
    return f"{{{ON_DEMAND}, concurrency: {concurrency}, jobs: {{one: {{{RUN}}}}}}}"


def test_a_newer_run_that_waits_takes_the_place_of_an_older_one() -> None:
    world = github(first=grouped("{group: deploy}"))
    first, _, third = start(world), start(world), start(world)

    assert states(world) == ["running", "cancelled", "pending"]
    only_job(first).finish()
    assert third.state is State.RUNNING
    assert [(dropped.unit.name, dropped.by) for dropped in world.groups.dropped] == [("first#2", third)]


def test_a_queue_keeps_a_hundred_that_wait_in_their_order_and_cancels_the_next() -> None:
    world = github(first=grouped("{group: deploy, queue: max}"))
    for _ in range(LONGEST_QUEUE + 2):
        start(world)

    assert states(world) == ["running", *["pending"] * LONGEST_QUEUE, "cancelled"]
    only_job(world.runs[0]).finish()
    assert [world.runs[1].state, world.runs[2].state] == [State.RUNNING, State.PENDING]


def test_what_is_in_progress_is_cancelled_where_that_is_said() -> None:
    expression = "\"${{ inputs.hurry == 'yes' }}\""
    world = github(first=grouped(f"{{group: check, cancel-in-progress: {expression}}}"))
    start(world)
    start(world, hurry="no")
    start(world, hurry="yes")

    assert states(world) == ["cancelled", "cancelled", "running"]
    assert [dropped.was_running for dropped in world.groups.dropped] == [False, True]


def test_names_of_groups_are_of_the_whole_repository_without_regard_to_case() -> None:
    world = github(first=grouped("Prod"), second=grouped("{group: pROD}"), third=grouped("other"))
    for name in ("first", "second", "third"):
        start(world, name)

    assert states(world) == ["running", "pending", "running"]


@pytest.mark.parametrize("said", ["{group: a, queue: max, cancel-in-progress: true}", "{group: a, queue: two}"])
def test_what_github_refuses_is_an_error(said: str) -> None:
    with pytest.raises(ValueError, match="the group a has queue"):
        start(github(first=grouped(said)))


CALLED = f"{{on: {{workflow_call: }}, concurrency: {{group: deploy}}, jobs: {{inner: {{{RUN}}}}}}}"


def test_the_group_of_a_called_workflow_counts_and_that_of_its_caller_is_a_deadlock() -> None:
    """https://github.com/github/gh-aw/issues/42846"""
    call = "{call: {uses: ./.github/workflows/called.yml}}"
    alone = f"{{{ON_DEMAND}, jobs: {call}}}"
    both = f"{{{ON_DEMAND}, concurrency: {{group: deploy}}, jobs: {call}}}"
    world = github(first=alone, second=both, called=CALLED)
    start(world)
    start(world)
    assert states(world) == ["running", "running"]
    assert len(world.jobs()) == 1  # that of the second run waits for the group

    world = github(second=both, called=CALLED)
    start(world, "second")
    assert states(world) == ["cancelled"]
    assert world.jobs() == []


GUARDED = "{one: {environment: reviewed, concurrency: {group: production}, %s}}" % RUN  # noqa: UP031 - braces


@pytest.mark.parametrize(("hold", "second"), [(True, State.PENDING), (False, State.WAITING)])
def test_a_job_that_waits_for_reviewers_holds_its_group_or_not(second: State, *, hold: bool) -> None:
    world = github(hold=hold, first=f"{{{ON_DEMAND}, jobs: {GUARDED}}}")
    jobs = [only_job(start(world)), only_job(start(world))]

    assert [job.state for job in jobs] == [State.WAITING, second]
    assert len(list(world.kept_waiting_by_reviewers())) == hold
    jobs[0].approve()
    assert jobs[0].state is State.RUNNING
    jobs[0].finish()
    assert jobs[1].state is State.WAITING
    jobs[1].finish("failure")  # rejected
    assert states(world) == ["success", "failure"]


def test_a_run_with_a_job_that_waits_for_reviewers_holds_its_group() -> None:
    jobs = f"{{one: {{environment: reviewed, {RUN}}}, two: {{{RUN}}}}}"
    world = github(first=f"{{{ON_DEMAND}, concurrency: {{group: deploy}}, jobs: {jobs}}}")
    first, second = start(world), start(world)

    first.leaves()[1].finish()
    assert list(world.kept_waiting_by_reviewers()) == [(second, first)]


NEEDED = """
on: {workflow_dispatch: }
jobs:
  list: {runs-on: ubuntu-latest, steps: []}
  each:
    needs: list
    if: ${{ needs.list.outputs.rows != '[]' }}
    strategy: {matrix: {include: "${{ fromJSON(needs.list.outputs.rows) }}"}}
    concurrency: {group: "environment-${{ matrix.environment }}"}
    runs-on: ubuntu-latest
    steps: []
  after: {needs: each, runs-on: ubuntu-latest, steps: []}
  report: {needs: [list, each], if: "${{ !cancelled() }}", runs-on: ubuntu-latest, steps: []}
"""


def names(world: GitHub, state: State) -> list[str]:
    return [job.name.partition("/")[2] for job in world.jobs(state)]


def test_a_matrix_is_made_of_what_was_handed_over_and_its_jobs_have_groups_of_their_own() -> None:
    world = github(first=NEEDED)
    for environment in ("a", "b"):
        rows = f'[{{"environment": "{environment}"}}, {{"environment": "c"}}]'
        only_job(start(world)).finish(outputs={"rows": rows})

    assert names(world, State.RUNNING) == ["each (a)", "each (c)", "each (b)"]
    assert names(world, State.PENDING) == ["each (c)"]


def test_what_needs_a_job_that_was_skipped_is_skipped_unless_it_says_otherwise() -> None:
    world = github(first=NEEDED)
    run = start(world)
    only_job(run).finish(outputs={"rows": "[]"})

    assert names(world, State.RUNNING) == ["report"]
    assert [run.result_of(job) for job in ("each", "after")] == ["skipped", "skipped"]


def test_failed_jobs_are_run_again_with_what_needs_them_and_nothing_else() -> None:
    world = github(first=NEEDED)
    run = start(world)
    only_job(run).finish(outputs={"rows": '[{"environment": "a"}, {"environment": "b"}]'})
    for job, result in zip(world.jobs(State.RUNNING), ["failure", "success"], strict=True):
        job.finish(result)
    world.jobs(State.RUNNING)[0].finish()
    assert (run.state, run.result) == (State.COMPLETED, "failure")

    run.run_failed_jobs_again()
    assert names(world, State.RUNNING) == ["each (a)"]
    assert names(world, State.COMPLETED) == ["list", "each (b)"]
    world.jobs(State.RUNNING)[0].finish()
    assert names(world, State.RUNNING) == ["after", "report"]
    assert run.attempt == 2


def test_a_run_that_is_cancelled_leaves_its_groups_and_starts_nothing_more() -> None:
    world = github(first=NEEDED)
    first, second = start(world), start(world)
    for run in (first, second):
        run.leaves()[0].finish(outputs={"rows": '[{"environment": "a"}]'})
    first.cancel()

    assert (first.result, first.result_of("report")) == ("cancelled", "skipped")
    assert [(job.run, job.key) for job in world.jobs(State.RUNNING)] == [(second, "each")]
