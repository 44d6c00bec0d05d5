"""The next step of a service's scheduler, as a pure function, by ECS's rules for rolling updates.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class State(Enum):
    """The state of a task, as its service sees it."""

    STARTING = auto()
    HEALTHY = auto()
    STOPPING = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """A task of a service that has not stopped. ``age`` orders tasks: later ones have greater numbers."""

    arn: str
    state: State
    age: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Situation:
    """A service: ``current`` are the tasks of its primary deployment, ``old`` those of others, oldest first."""

    desired: int
    minimum_percent: int
    maximum_percent: int
    current: Sequence[Member]
    old: Sequence[Member]
    may_start: bool


@dataclass(frozen=True, slots=True)
class SchedulerStep:
    """How many tasks to start, which to stop, and whether the primary deployment is complete and alone."""

    start: int = 0
    stop: tuple[str, ...] = ()
    settled: bool = False


def step(situation: Situation) -> SchedulerStep:
    """Return the step that brings a service nearer to its primary deployment, within its limits on numbers of tasks.

    The maximum is one of tasks that run or are about to: a task that stops counts no more. The last seconds of an old
    one and the first of a new one may be the same, even of a service that may have one task.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeploymentConfiguration.html
    https://github.com/aws/containers-roadmap/issues/959
    """
    desired = situation.desired
    at_least = -(-desired * situation.minimum_percent // 100)
    at_most = max(desired * situation.maximum_percent // 100, 1 if desired else 0)
    current = [one for one in situation.current if one.state is not State.STOPPING]
    old = [one for one in situation.old if one.state is not State.STOPPING]
    healthy_current = sum(one.state is State.HEALTHY for one in current)

    surplus = sorted(current, key=lambda one: (one.state is State.HEALTHY, -one.age))[: max(0, len(current) - desired)]
    stop = [one.arn for one in surplus]
    # All old tasks that are not healthy stop; of the healthy ones, as many as the minimum does not need.
    stop += [one.arn for one in old if one.state is not State.HEALTHY]
    serving = [one for one in old if one.state is State.HEALTHY]
    spare = max(0, min(healthy_current, desired) + len(serving) - at_least)
    stop += [one.arn for one in serving[:spare]]

    room = at_most - len(current) - len(old)
    start = max(0, min(desired - len(current), room)) if situation.may_start else 0
    settled = not old and len(current) == healthy_current == desired
    return SchedulerStep(start, tuple(stop), settled)
