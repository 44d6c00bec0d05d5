"""What a service's scheduler does next: a pure decision, by ECS's rules for rolling updates.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-ecs.html
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class State(Enum):
    """How far a task is, as its service sees it."""

    STARTING = auto()
    HEALTHY = auto()
    STOPPING = auto()


@dataclass(frozen=True, slots=True)
class Member:
    """A task of a service that has not stopped; ``age`` orders tasks, a later one is greater."""

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
class Step:
    """Start so many tasks, stop these. ``settled``: the primary deployment is all there is, and healthy."""

    start: int = 0
    stop: tuple[str, ...] = ()
    settled: bool = False


def step(situation: Situation) -> Step:
    """Return what brings a service nearer to its primary deployment without having too few or too many tasks.

    A task that is stopping counts against the maximum until it is gone: a service that may have one task never has
    two processes.
    """
    desired = situation.desired
    at_least = -(-desired * situation.minimum_percent // 100)
    at_most = max(desired * situation.maximum_percent // 100, 1 if desired else 0)
    current = [one for one in situation.current if one.state is not State.STOPPING]
    old = [one for one in situation.old if one.state is not State.STOPPING]
    healthy_current = sum(one.state is State.HEALTHY for one in current)

    surplus = sorted(current, key=lambda one: (one.state is State.HEALTHY, -one.age))[: max(0, len(current) - desired)]
    stop = [one.arn for one in surplus]
    # Old tasks that serve nobody are in the way; of those that serve, as many go as the minimum does not need.
    stop += [one.arn for one in old if one.state is not State.HEALTHY]
    serving = [one for one in old if one.state is State.HEALTHY]
    spare = max(0, min(healthy_current, desired) + len(serving) - at_least)
    stop += [one.arn for one in serving[:spare]]

    room = at_most - len(situation.current) - len(situation.old)
    start = max(0, min(desired - len(current), room)) if situation.may_start else 0
    settled = not situation.old and len(situation.current) == healthy_current == desired
    return Step(start, tuple(stop), settled)
