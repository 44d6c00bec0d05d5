"""Which permission of a job's token no call misses.

Each is taken out and, where it is to write, made one to read. Those that a job lacks are added.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tests.fake_github.permissions import CHECKOUT, ID_TOKEN, named_as_in_api, need_of
from tests.fake_github.uses import Use
from tests.workflows.definitions import jobs

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

SCOPES = (
    *("actions", "attestations", "checks", "contents", "deployments", "discussions", "id-token", "issues", "packages"),
    *("pages", "pull-requests", "security-events", "statuses"),
)
"""https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#permissions"""

OF_STEPS = {"actions/checkout": CHECKOUT, "aws-actions/configure-aws-credentials": ID_TOKEN}
"""What actions of others ask GitHub for, for jobs that act does not run."""

RECORDED, STEP, SURVIVED = "recorded call", "step of the workflow", "survived"


@dataclass(frozen=True, slots=True)
class Mutant:
    """A job with another permission than declared: less of one, or one that it lacks in the original."""

    job: str
    name: str
    level: str
    """The level in the mutant; `none` when it is taken out."""
    added: bool = False

    def __str__(self) -> str:
        return f"{self.job}: {self.name}: {self.level}{' (added)' if self.added else ''}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What noticed a mutant: a kind and an operation."""

    mutant: Mutant
    how: str
    by: str


def judged(declared: Mapping[str, Mapping[str, str]], recorded: Sequence[Use]) -> Iterator[Outcome]:
    """Judge every mutant of the permissions of jobs, `workflow/job`."""
    steps = list(_of_steps())
    for job, permissions in declared.items():
        for name, level in permissions.items():
            for lower in ("none", "read") if level == "write" else ("none",):
                mutant = Mutant(job, name, lower)
                yield _outcome(mutant, permissions, recorded, steps)


def unnoticed_additions(declared: Mapping[str, Mapping[str, str]], recorded: Sequence[Use]) -> Iterator[Mutant]:
    """Return the permissions that a job could get in addition without that this run would call them unused."""
    every = [*recorded, *_of_steps()]
    for job, permissions in declared.items():
        for name in sorted(set(SCOPES) - permissions.keys()):
            added = {**permissions, name: "write"}
            if _misses(job, added, permissions, every):
                yield Mutant(job, name, "write", added=True)


def additions(declared: Mapping[str, Mapping[str, str]]) -> int:
    """Return how many permissions can be added to jobs."""
    return sum(len(set(SCOPES) - permissions.keys()) for permissions in declared.values())


def counted(outcomes: Sequence[Outcome]) -> Counter[str]:
    """Return how many mutants each kind noticed."""
    return Counter(one.how for one in outcomes)


def _outcome(mutant: Mutant, original: Mapping[str, str], recorded: Sequence[Use], steps: Sequence[Use]) -> Outcome:
    mutated = {**original, mutant.name: mutant.level}
    for how, uses in ((RECORDED, recorded), (STEP, steps)):
        if missed := _misses(mutant.job, original, mutated, uses):
            return Outcome(mutant, how, missed)
    return Outcome(mutant, SURVIVED, "")


def _misses(job: str, original: Mapping[str, str], mutated: Mapping[str, str], uses: Sequence[Use]) -> str:
    """Return an operation of a job that the original permissions allow and the others do not, or an empty string."""
    before, after = named_as_in_api(original), named_as_in_api(mutated)
    mine = (use for use in uses if use.job == job)
    return next((one.operation for one in mine if one.need.is_met_by(before) and not one.need.is_met_by(after)), "")


def _of_steps() -> Iterator[Use]:
    for job in jobs():
        for step in job.steps:
            operation = OF_STEPS.get(step.get("uses", "").partition("@")[0])
            if operation is not None:
                need = need_of(operation)
                yield Use(job=f"{job.workflow}/{job.id}", operation=operation, need=need, allowed=True)
