"""What GitHub schedules: something that can hold concurrency groups, and jobs.

How far the model goes: `needs`, `if`, matrices of `include`, reusable workflows, concurrency of each of them, reviewers
of environments, cancelled runs, failed jobs that are run again. Steps are not played: whoever uses the model says how a
job ends. A job that is cancelled has ended at once.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from enum import Enum
from typing import TYPE_CHECKING, Any

from tests.workflows import definitions
from tests.workflows.scheduler import expressions
from tests.workflows.scheduler.groups import Concurrency

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tests.workflows.scheduler.bodies import Body, Run
    from tests.workflows.scheduler.github import GitHub


class State(Enum):
    """Where a unit is on its way."""

    PENDING = "waits for a concurrency group"
    WAITING = "waits for reviewers"
    RUNNING = "runs"
    COMPLETED = "has ended"


class Unit(ABC):
    """Something that can hold concurrency groups, in order; `groups` are those that it has not got yet."""

    def __init__(self, github: GitHub, name: str, parent: Body | None, groups: Sequence[Concurrency | None]) -> None:
        self.github, self.name, self.parent = github, name, parent
        self.all_groups = [group for group in groups if group is not None]
        self.groups = list(self.all_groups)
        self.state = State.PENDING
        self.result: str | None = None

    def __repr__(self) -> str:
        return f"<{self.name}: {self.state.value}{f', {self.result}' if self.result else ''}>"

    @property
    def ancestors(self) -> list[Unit]:
        """The call and the run that this is a part of, from the inside to the outside."""
        return [self.parent, *self.parent.ancestors] if self.parent else []

    @property
    def run(self) -> Run:
        """The run that this is a part of."""
        assert self.parent is not None
        return self.parent.run

    def begin(self) -> None:
        """Get the groups one after the other, then start."""
        while self.groups:
            if not self.github.groups.enter(self, self.groups[0]):
                return
            self.groups.pop(0)
        self.start()

    def has_got_group(self) -> None:
        """Go on: the group that it waited for is its own."""
        self.groups.pop(0)
        self.begin()

    def end(self, result: str) -> None:
        """Be over, leave all groups, and have the parent go on."""
        self.state, self.result = State.COMPLETED, result
        self.github.groups.leave(self)
        if self.parent is not None:
            self.parent.go_on()

    @abstractmethod
    def start(self) -> None:
        """Begin with what it does: it holds all its groups."""

    @abstractmethod
    def cancel(self) -> None:
        """Stop what it does, or waits for."""


class Job(Unit):
    """A job that a runner works on. `contexts` are those of its expressions."""

    def __init__(
        self, name: str, parent: Body, definition: Mapping[str, Any], contexts: Mapping[str, Any], key: str
    ) -> None:
        super().__init__(parent.github, name, parent, [Concurrency.of(definition.get("concurrency"), contexts)])
        self.definition, self.contexts, self.key = definition, contexts, key
        self.outputs: Mapping[str, str] = {}
        said = definition.get("environment")
        self.environment = expressions.value(said["name"] if isinstance(said, dict) else said, contexts)
        self.approved = self.environment not in parent.github.reviewed
        if not self.approved and not parent.github.waiting_jobs_hold_groups:
            self.state = State.WAITING

    @property
    def steps(self) -> Sequence[Mapping[str, Any]]:
        """Its steps, with those of the actions of this repository in their places."""
        return definitions.Job(workflow=self.run.workflow, id=self.key, definition=self.definition).steps

    @property
    def subject(self) -> str | None:
        """The environment that it is about, by its inputs or its matrix."""
        row = self.contexts.get("matrix") or {}
        said: str | None = self.contexts["inputs"].get("environment") or row.get("environment")
        return said

    def begin(self) -> None:
        if self.state is not State.WAITING:
            super().begin()

    def start(self) -> None:
        self.state = State.RUNNING if self.approved else State.WAITING
        if self.state is State.RUNNING:
            self.github.started(self)

    def approve(self) -> None:
        """Have a reviewer approve it."""
        self.approved, self.state = True, State.PENDING
        self.begin()

    def cancel(self) -> None:
        if self.state is not State.COMPLETED:
            self.end("cancelled")

    def finish(self, result: str = "success", outputs: Mapping[str, str] | None = None) -> None:
        """End as its steps do, or as a reviewer who rejects it does."""
        self.outputs = outputs or {}
        self.end(result)
