"""Any order of events and of the ends of jobs: statements hold at each step, and in the end AWS is as main declares."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.workflows.definitions import as_written
from tests.workflows.scheduler import statements
from tests.workflows.scheduler.estate import Estate
from tests.workflows.scheduler.faults import with_fault
from tests.workflows.scheduler.units import Job, State

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.workflows.scheduler.bodies import Run

ENVIRONMENTS = ("dev/alpha", "dev/beta", "prod/app")
AD_HOC = ("dev/alpha", "dev/beta")
BASES = {"dev/base": 1, "prod/base": 1}

environments = st.sampled_from(ENVIRONMENTS)
ad_hoc = st.sampled_from(AD_HOC)


class Orders(RuleBasedStateMachine):
    """People, clocks and runners, in any order."""

    workflows: Mapping[str, Mapping[str, Any]]
    waiting_jobs_hold_groups: bool

    def __init__(self) -> None:
        super().__init__()
        declared = {**BASES, "dev/alpha": 1, "prod/app": 1}
        self.estate = Estate(self.workflows, declared, waiting_jobs_hold_groups=self.waiting_jobs_hold_groups)
        self.github = self.estate.github

    # People and clocks

    @rule(names=st.sets(environments, min_size=1))
    def push_new_versions(self, names: set[str]) -> None:
        self.estate.push(**{name.replace("/", "_"): self.estate.new_version() for name in names})

    @rule(name=environments)
    def push_a_removal(self, name: str) -> None:
        if name in self.estate.declared:
            self.estate.push(**{name.replace("/", "_"): None})

    @rule(name=environments)
    def push_a_return_to_the_first_version(self, name: str) -> None:
        self.estate.push(**{name.replace("/", "_"): 1})

    @rule(name=environments, with_image=st.booleans())
    def comment_deploy(self, name: str, *, with_image: bool) -> None:
        if name in self.estate.declared:
            self.estate.comment(f"/deploy {name}{f' {self.estate.new_version()}' if with_image else ''}")

    @rule(name=ad_hoc)
    def comment_confirm(self, name: str) -> None:
        self.estate.comment(f"/confirm {name}")

    @rule(text=st.sampled_from(["/status", "no command: and/or"]))
    def comment_otherwise(self, text: str) -> None:
        self.estate.comment(text)

    @rule(name=ad_hoc)
    def expire_and_reap(self, name: str) -> None:
        self.estate.expired.add(name)
        self.estate.tick("reap")

    @rule(workflow=st.sampled_from(["drift", "declarations"]))
    def start_what_looks(self, workflow: str) -> None:
        self.estate.dispatch(workflow)

    @rule(number=st.integers(1, 2))
    def push_to_a_pull_request(self, number: int) -> None:
        self.estate.push_to_pull_request(number)

    @rule(number=st.integers(1, 2))
    def review_a_pull_request(self, number: int) -> None:
        self.estate.review(number)

    @rule(number=st.integers(1, 2), sender=st.sampled_from(["User", "Bot"]))
    def edit_a_form(self, number: int, sender: str) -> None:
        self.estate.edit_form(number, sender)

    @rule(name=environments)
    def start_image(self, name: str) -> None:
        if "image" in self.workflows:
            self.estate.dispatch("image", environments=name)

    # Reviewers and runners

    @precondition(lambda self: self.github.jobs(State.WAITING))
    @rule(data=st.data())
    def approve(self, data: st.DataObject) -> None:
        self._one_of(data, State.WAITING).approve()

    @precondition(lambda self: self.github.jobs(State.WAITING))
    @rule()
    def approve_all(self) -> None:
        for job in self.github.jobs(State.WAITING):
            job.approve()

    @precondition(lambda self: self.github.jobs(State.WAITING))
    @rule(data=st.data())
    def reject(self, data: st.DataObject) -> None:
        self._one_of(data, State.WAITING).finish("failure")

    @precondition(lambda self: self._open())
    @rule(data=st.data())
    def cancel_a_run(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self._open())).cancel()

    @precondition(lambda self: self.github.jobs(State.RUNNING))
    @rule(data=st.data(), result=st.sampled_from(["success"] * 5 + ["failure"]))
    def finish(self, data: st.DataObject, result: str) -> None:
        self.estate.finish(self._one_of(data, State.RUNNING), result)

    @precondition(lambda self: self.github.jobs(State.RUNNING))
    @rule()
    def finish_all_that_runs(self) -> None:
        for job in self.github.jobs(State.RUNNING):
            if job.state is State.RUNNING:
                self.estate.finish(job)

    @precondition(lambda self: self._failed())
    @rule(data=st.data())
    def run_failed_jobs_again(self, data: st.DataObject) -> None:
        data.draw(st.sampled_from(self._failed())).run_failed_jobs_again()

    # What holds

    @invariant()
    def one_job_at_a_time_changes_an_environment(self) -> None:
        assert statements.changed_by_two(self.estate) == []

    @invariant()
    def nothing_waits_for_somebody_else_s_approval(self) -> None:
        assert statements.kept_waiting(self.estate) == []

    @invariant()
    def nothing_is_lost(self) -> None:
        assert statements.lost(self.estate) == []

    def teardown(self) -> None:
        self.estate.settle()
        while failed := self._failed():
            failed[0].run_failed_jobs_again()
            self.estate.settle()
        assert statements.never_ended(self.estate) == []
        assert statements.different(self.estate) == []

    def _one_of(self, data: st.DataObject, state: State) -> Job:
        return data.draw(st.sampled_from(self.github.jobs(state)))

    def _open(self) -> list[Run]:
        return [run for run in self.github.runs if run.state is not State.COMPLETED]

    def _failed(self) -> list[Run]:
        """Return the runs that failed, or that somebody has cancelled; not those that a newer one has replaced."""
        replaced = [dropped.unit for dropped in self.github.groups.dropped]
        ended = [run for run in self.github.runs if run.state is State.COMPLETED and run not in replaced]
        return [run for run in ended if run.result in {"failure", "cancelled"}]


def play(
    workflows: Mapping[str, Mapping[str, Any]], *, examples: int = 25, shrink: bool = True, **details: Any
) -> None:
    """Play orders of events, always the same ones; raises for one in which something does not hold."""
    machine = type("Orders", (Orders,), {"workflows": workflows, "waiting_jobs_hold_groups": True, **details})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=40,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate, *([Phase.shrink] if shrink else [])],
            suppress_health_check=list(HealthCheck),
        ),
    )


@pytest.mark.parametrize("waiting_jobs_hold_groups", [True, False])
def test_any_order_of_events_ends_in_what_main_declares(*, waiting_jobs_hold_groups: bool) -> None:
    play(as_written(), waiting_jobs_hold_groups=waiting_jobs_hold_groups)


@pytest.mark.parametrize(
    "fault",
    [
        ("deploy-environment", "      group: environment-${{", "      group: deployment-${{"),
        ("deploy-environment", " --unless-superseded-by newest", ""),
        ("command", "  group: command-${{ github.event.comment.id }}", "  group: command"),
        ("request", "  cancel-in-progress: false\n  queue: max\n", ""),
    ],
    ids=["two at a time", "older last", "dropped command", "dropped form"],
)
def test_an_order_that_shows_a_fault_is_found(fault: tuple[str, str, str]) -> None:
    with pytest.raises(AssertionError):
        play(with_fault(*fault), examples=300, shrink=False)
