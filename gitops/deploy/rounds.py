"""Runs of the CDK CLI over many stacks until each has had its turn.

One CLI deploys many stacks side by side, which saves starting Node for each. But once a stack fails it starts no
further ones; those are given to another run.
"""

from __future__ import annotations

import os
import time
from contextlib import suppress
from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from constructs_lib.config.environments import parse_name
from gitops.aws import stack_status
from gitops.aws.session import AwsError
from gitops.cdk import cli as cdk
from gitops.deploy import decisions as deployment_plan
from gitops.deploy.evidence import Evidence
from gitops.program import stopped_at_exit, while_running

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session
    from gitops.aws.target import Target
    from gitops.cdk.assembly import Assembly, SynthesisedStack
    from gitops.deploy.evidence import FailedTask
    from gitops.output.outcome import DeploymentOutcome
    from gitops.output.progress import Reporter
    from gitops.program import Program

POLL_SECONDS = 3.0
"""CloudFormation throttles those who ask how it goes much more often."""

EMBEDDED_POLL_SECONDS = 0.5

CHANGED_BY_ANOTHER = (
    "another deployment of it ran at the same time and has changed it; what this one declares was not deployed. "
    "Decide which of the two is wanted, then deploy that"
)

PATIENCE_SECONDS = 3600.0
"""How long an operation of CloudFormation is waited for; a large database takes half of it."""


def poll_interval(target: Target) -> float:
    """Return how many seconds to leave between two questions to CloudFormation."""
    return EMBEDDED_POLL_SECONDS if target.embedded else POLL_SECONDS


class Turn(NamedTuple):
    """What the CDK CLI has done to one stack. `words` are its last ones when CloudFormation knows of no failure."""

    outcome: DeploymentOutcome
    after: DeployedStack | None
    seconds: float
    words: str = ""


class Rounds:
    """Deploys stacks of one assembly to one target."""

    def __init__(
        self, target: Target, regions: Regions, assembly: Assembly, report: Reporter, session: Session
    ) -> None:
        self._target = target
        self._regions = regions
        self._assembly = assembly
        self._report = report
        self._interval = poll_interval(target)
        self._evidence = Evidence(session, 3 * self._interval)

    def failed_tasks(self, stack: str) -> list[FailedTask]:
        """Return the tasks of services that were seen failing while a stack was deployed."""
        return self._evidence.of(stack)

    def observe(self, stacks: Iterable[SynthesisedStack]) -> dict[str, DeployedStack]:
        """Return what is deployed of `stacks`, by name."""
        return _among(stacks, self._regions.stacks())

    def settle(self, stacks: Sequence[SynthesisedStack], existing: Existing) -> dict[str, DeployedStack]:
        """Return what of `stacks` is among the `existing`, once CloudFormation does not work on any of them.

        It is waited for, `PATIENCE_SECONDS` at most.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        deployed = _among(stacks, existing)
        while (moving := _moving(deployed.values())) and time.monotonic() < deadline:
            for stack in moving:
                self._report.update(stack.environment or stack.name, f"waiting: {stack_status.in_words(stack.status)}")
            time.sleep(self._interval)
            deployed = self.observe(stacks)
        return deployed

    def run(self, stacks: Iterable[SynthesisedStack]) -> dict[str, Turn]:
        """Deploy `stacks` and return what became of each, by name."""
        turns: dict[str, Turn] = {}
        in_order = sorted(stacks, key=lambda stack: (stack.where, stack.name))
        groups = [list(group) for _, group in groupby(in_order, key=lambda stack: stack.where.account)]
        at_once = os.cpu_count() or 1
        while groups:
            batch, groups = groups[:at_once], groups[at_once:]
            turns |= self._round(batch)
            for group in batch:
                left = [stack for stack in group if stack.name not in turns]
                groups += deployment_plan.next_groups(group, left)
        return turns

    def _round(self, groups: Sequence[Sequence[SynthesisedStack]]) -> dict[str, Turn]:
        """Run the CDK CLI once for each group, side by side; return the turns of the stacks that had theirs."""
        stacks = [stack for group in groups for stack in group]
        before = self.observe(stacks)
        watch = _Stopwatch(before)
        programs = [self._start(group) for group in groups]
        with stopped_at_exit(programs):
            for _ in while_running(programs, self._interval):
                with suppress(AwsError):  # this is for show; what counts is asked for below
                    self._show(watch, self.observe(stacks))
        after = self.settle(
            stacks, self._regions.stacks()
        )  # a CLI that lost its connection leaves CloudFormation at work
        watch.look(after)
        turns = {}
        for group, program in zip(groups, programs, strict=True):
            failed = {} if program.succeeded else cdk.failed_stacks(program.output())
            for stack in group:
                now = after.get(stack.name)
                outcome = deployment_plan.judge(
                    before.get(stack.name),
                    now,
                    cli_succeeded=bool(program.succeeded),
                    cli_failed_here=stack.name in failed,
                )
                if outcome == "failed" and now and stack_status.is_good(now.status):
                    words = f"{CHANGED_BY_ANOTHER}\nThe CDK CLI says: {failed[stack.name]}"
                    turns[stack.name] = Turn(outcome, now, watch.seconds(stack.name), words)
                elif outcome is not None:
                    if outcome == "failed" and now:
                        self._evidence.look_at(now)
                    turns[stack.name] = Turn(outcome, now, watch.seconds(stack.name))
                elif len(group) == 1:
                    words = f"{program.last_words()}\nAll of the CDK CLI's output: {program.log}"
                    turns[stack.name] = Turn("failed", now, watch.seconds(stack.name), words)
        return turns

    def _start(self, group: Sequence[SynthesisedStack]) -> Program:
        for stack in group:
            self._report.update(stack.environment, "deploying")
        environ = self._target.environ(group[0].where)
        # The repositories of an account outlive its stack, and may be older than it.
        accounts = all(parse_name(stack.environment).is_account for stack in group)
        selectors = [stack.selector for stack in group]
        return cdk.start_deploy(self._assembly.folder, selectors, environ, import_existing=accounts)

    def _show(self, watch: _Stopwatch, deployed: Mapping[str, DeployedStack]) -> None:
        moving = watch.look(deployed)
        self._evidence.look(moving)
        for stack in moving:
            self._report.update(stack.environment or stack.name, stack_status.in_words(stack.status))


class _Stopwatch:
    """How long CloudFormation works on each stack, as far as looking now and then can tell."""

    def __init__(self, before: Mapping[str, DeployedStack]) -> None:
        self._before = before
        self._start = time.monotonic()
        self._began: dict[str, float] = {}
        self._ended: dict[str, float] = {}

    def look(self, deployed: Mapping[str, DeployedStack]) -> list[DeployedStack]:
        """Take note of the stacks as they are now, and return those that CloudFormation works on."""
        now = time.monotonic()
        moving = _moving(deployed.values())
        for stack in moving:
            self._began.setdefault(stack.name, now)
        for name in deployed.keys() - {stack.name for stack in moving}:
            if name in self._began or deployed[name] != self._before.get(name):
                self._ended.setdefault(name, now)
        return moving

    def seconds(self, name: str) -> float:
        """Return how long a stack took: from when it was first seen at work, or from the start, to its end."""
        return self._ended.get(name, time.monotonic()) - self._began.get(name, self._start)


def _among(stacks: Iterable[SynthesisedStack], existing: Existing) -> dict[str, DeployedStack]:
    return {stack.name: existing[stack.where, stack.name] for stack in stacks if (stack.where, stack.name) in existing}


def _moving(stacks: Iterable[DeployedStack]) -> list[DeployedStack]:
    return [stack for stack in stacks if stack_status.is_moving(stack.status)]
