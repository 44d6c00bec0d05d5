"""A repository of GitHub, as its scheduler sees it: workflows, runs, and what waits for what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.workflows.harness.copies import starts
from tests.workflows.scheduler.bodies import Run
from tests.workflows.scheduler.groups import Groups
from tests.workflows.scheduler.units import Job, State

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping

    from tests.workflows.scheduler.units import Unit


class GitHub:
    """Starts runs of workflows, {name: definition}, for events.

    `reviewed` are the environments with reviewers. A job that waits for them holds its groups: GitHub counts it as in
    progress (https://github.com/elizaOS/eliza/issues/18092, https://github.com/vstorm-co/agenticos/issues/1832). Its
    documentation does not say so of the group of a job; `waiting_jobs_hold_groups=False` is the other reading.
    """

    def __init__(
        self,
        workflows: Mapping[str, Mapping[str, Any]],
        *,
        reviewed: Collection[str] = (),
        waiting_jobs_hold_groups: bool = True,
        variables: Mapping[str, str] | None = None,
        started: Callable[[Job], None] = lambda _: None,
    ) -> None:
        self.workflows = workflows
        self.reviewed = reviewed
        self.waiting_jobs_hold_groups = waiting_jobs_hold_groups
        self.variables = variables or {}
        self.groups = Groups()
        self.runs: list[Run] = []
        self.started = started
        """Is told of each job that a runner begins with."""

    def deliver(
        self, event: str, payload: Mapping[str, Any], *, sha: str = "", ref: str = "refs/heads/main"
    ) -> list[Run]:
        """Have something happen; return the runs that it starts."""
        names = [name for name, workflow in self.workflows.items() if starts(workflow["on"], event, payload)]
        return [self.start(name, event, payload, sha=sha, ref=ref) for name in names]

    def start(
        self, workflow: str, event: str, payload: Mapping[str, Any], *, sha: str = "", ref: str = "refs/heads/main"
    ) -> Run:
        """Start a run of a workflow."""
        number = len(self.runs) + 1
        github = {"event_name": event, "event": payload, "sha": sha, "ref": ref, "run_id": number, "run_attempt": 1}
        github |= {"repository": "example/environments", "workflow": workflow}
        contexts = {"github": github, "inputs": payload.get("inputs", {}), "vars": self.variables}
        run = Run(self, workflow, number, contexts)
        self.runs.append(run)
        run.begin()
        return run

    def jobs(self, state: State | None = None) -> list[Job]:
        """Return all jobs so far, or those in a state, in the order of their runs."""
        jobs = [job for run in self.runs for job in run.leaves()]
        return [job for job in jobs if state is None or job.state is state]

    def kept_waiting_by_reviewers(self) -> Iterator[tuple[Unit, Unit]]:
        """Yield what waits for a group, and what holds that group while it waits for reviewers, itself or in a part."""
        for _, holder, unit in self.groups.waiting():
            parts = [holder] if isinstance(holder, Job) else holder.leaves() if isinstance(holder, Run) else []
            if any(part.state is State.WAITING for part in parts):
                yield unit, holder
