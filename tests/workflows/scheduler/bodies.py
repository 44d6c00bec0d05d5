"""Workflows at work: runs, and calls of other workflows by jobs."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from tests.workflows.scheduler import expressions
from tests.workflows.scheduler.groups import Concurrency
from tests.workflows.scheduler.units import Job, State, Unit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.workflows.scheduler.github import GitHub

LARGEST_MATRIX = 256
"""https://docs.github.com/en/actions/reference/limits"""


class Body(Unit):
    """A workflow at work: that of a run, or one that a job calls."""

    def __init__(
        self,
        github: GitHub,
        name: str,
        groups: Sequence[Concurrency | None],
        jobs: Mapping[str, Any],
        contexts: Mapping[str, Any],
        *,
        parent: Body | None = None,
    ) -> None:
        super().__init__(github, name, parent, groups)
        self.jobs, self.contexts = jobs, contexts
        self.parts: dict[str, list[Unit]] = {}
        """The jobs and calls that each job of the workflow has become; none where it was skipped."""
        self.cancelled = False
        self._kept: dict[str, list[Unit]] = {}

    def start(self) -> None:
        self.state = State.RUNNING
        self.go_on()

    def cancel(self) -> None:
        if self.state is State.COMPLETED:
            return
        self.cancelled = True
        for part in [part for parts in self.parts.values() for part in parts]:
            part.cancel()
        if self.state is State.PENDING:
            self.end("cancelled")
        else:
            self.go_on()

    def go_on(self) -> None:
        """Start what can start now; end when all has ended."""
        while self.state is State.RUNNING:
            ready = [job for job in self.jobs if job not in self.parts and self._is_ready(job)]
            if not ready:
                break
            self._add(ready[0])
        results = {self.result_of(job) for job in self.jobs}
        if self.state is State.RUNNING and None not in results:
            self.end("cancelled" if self.cancelled else _worst(results))

    def result_of(self, job: str) -> str | None:
        """Return the result of a job with all of its matrix; None while it has none."""
        if job not in self.parts:
            return None
        if not self.parts[job]:
            return "skipped"
        results = {part.result for part in self.parts[job]}
        return None if None in results else _worst(results)

    def leaves(self) -> list[Job]:
        """Return all jobs so far, those of calls too."""
        parts = [part for parts in self.parts.values() for part in parts]
        own = [part for part in parts if isinstance(part, Job)]
        return own + [job for part in parts if isinstance(part, Body) for job in part.leaves()]

    def prepare_again(self) -> None:
        """Take out what failed or was cancelled, and all that needs it, to be run again with all groups."""
        again = [job for job in self.jobs if self._is_bad(job) or any(map(self._is_bad, self._all_needs(job)))]
        needed_again = {job for job in again if set(again) & set(self._needs(job))}
        for job in again:
            parts = self.parts.pop(job)
            if job not in needed_again:
                self._kept[job] = [part for part in parts if part.result == "success" or isinstance(part, Body)]
        for part in [part for parts in self._kept.values() for part in parts]:
            if isinstance(part, Body) and part.result != "success":
                part.prepare_again()
        self.cancelled, self.state, self.result, self.groups = False, State.PENDING, None, list(self.all_groups)

    def _is_bad(self, job: str) -> bool:
        return self.result_of(job) in {"failure", "cancelled"}

    def _add(self, job: str) -> None:
        definition = self.jobs[job]
        contexts = {**self.contexts, "needs": {needed: self._as_needed(needed) for needed in self._needs(job)}}
        kept = {part.name: part for part in self._kept.pop(job, [])}
        self.parts[job] = []
        if not expressions.condition(definition.get("if"), contexts, self._status(job)):
            return
        rows = self._matrix(definition, contexts)
        made = [self._part(job, definition, {**contexts, "matrix": row}, row) for row in rows]
        self.parts[job] = [kept.get(part.name, part) for part in made]
        for part in self.parts[job]:
            if part.state is not State.COMPLETED:
                part.begin()

    def _part(self, job: str, definition: Mapping[str, Any], contexts: Mapping[str, Any], row: Any) -> Unit:
        about = f" ({row.get('environment') or row.get('account') or row})" if row else ""
        name = f"{self.name}/{job}{about}"
        if "uses" not in definition:
            return Job(name, self, definition, contexts, job)
        called = self.github.workflows[PurePosixPath(definition["uses"]).stem]
        inputs = {key: expressions.value(text, contexts) for key, text in definition.get("with", {}).items()}
        inner = {**{key: contexts[key] for key in ("github", "vars")}, "inputs": inputs}
        groups = [
            Concurrency.of(definition.get("concurrency"), contexts),
            Concurrency.of(called.get("concurrency"), inner),
        ]
        return Body(self.github, name, groups, called["jobs"], inner, parent=self)

    @staticmethod
    def _matrix(definition: Mapping[str, Any], contexts: Mapping[str, Any]) -> list[Any]:
        if "strategy" not in definition:
            return [None]
        include = definition["strategy"]["matrix"]["include"]
        rows: list[Any] = include if isinstance(include, list) else expressions.value(include, contexts)
        assert 0 < len(rows) <= LARGEST_MATRIX, f"GitHub fails a job with a matrix of {len(rows)}"
        return rows

    def _needs(self, job: str) -> list[str]:
        said = self.jobs[job].get("needs", [])
        return [said] if isinstance(said, str) else said

    def _is_ready(self, job: str) -> bool:
        return all(self.result_of(needed) is not None for needed in self._needs(job))

    def _as_needed(self, job: str) -> Mapping[str, Any]:
        parts = [part for part in self.parts[job] if isinstance(part, Job)]
        return {"result": self.result_of(job), "outputs": dict(parts[-1].outputs) if parts else {}}

    def _status(self, job: str) -> Mapping[str, bool]:
        results = {self.result_of(needed) for needed in self._all_needs(job)}
        return {
            "success": not self.cancelled and results <= {"success"},
            "failure": not self.cancelled and "failure" in results,
            "cancelled": self.cancelled,
        }

    def _all_needs(self, job: str) -> set[str]:
        direct = self._needs(job)
        return {*direct, *(further for needed in direct for further in self._all_needs(needed))}


class Run(Body):
    """A run of a workflow. `attempt` counts from 1."""

    def __init__(self, github: GitHub, workflow: str, number: int, contexts: Mapping[str, Any]) -> None:
        definition = github.workflows[workflow]
        group = Concurrency.of(definition.get("concurrency"), contexts)
        super().__init__(github, f"{workflow}#{number}", [group], definition["jobs"], contexts)
        self.workflow, self.number = workflow, number
        self.attempt = 1

    @property
    def run(self) -> Run:
        return self

    def run_failed_jobs_again(self) -> None:
        """Have somebody run the failed jobs again: the run wants its group again, as a newer one does."""
        assert self.state is State.COMPLETED
        self.attempt += 1
        self.contexts["github"]["run_attempt"] = self.attempt
        self.prepare_again()
        self.begin()


def _worst(results: set[str | None]) -> str:
    for result in ("failure", "cancelled", "success"):
        if result in results:
            return result
    return "skipped"
