"""What a service's scheduler does next."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_aws.runtime.rollout import Member, SchedulerStep, Situation, State, step

HEALTHY, STARTING, STOPPING = State.HEALTHY, State.STARTING, State.STOPPING


def members(prefix: str, *states: State) -> tuple[Member, ...]:
    return tuple(Member(f"{prefix}{number}", state, number) for number, state in enumerate(states))


def situation(
    *, current: tuple[State, ...] = (), old: tuple[State, ...] = (), desired: int = 2, may_start: bool = True
) -> Situation:
    return Situation(
        desired=desired,
        minimum_percent=100,
        maximum_percent=200,
        current=members("new", *current),
        old=members("old", *old),
        may_start=may_start,
    )


@pytest.mark.parametrize(
    ("now", "then"),
    [
        # A first deployment
        (situation(), SchedulerStep(start=2)),
        (situation(current=(STARTING, STARTING)), SchedulerStep()),
        (situation(current=(HEALTHY, STARTING)), SchedulerStep()),
        (situation(current=(HEALTHY, HEALTHY)), SchedulerStep(settled=True)),
        # A crashed task
        (situation(current=(HEALTHY,)), SchedulerStep(start=1)),
        # A rolling update
        (situation(old=(HEALTHY, HEALTHY)), SchedulerStep(start=2)),
        (situation(current=(STARTING, STARTING), old=(HEALTHY, HEALTHY)), SchedulerStep()),
        (situation(current=(HEALTHY, STARTING), old=(HEALTHY, HEALTHY)), SchedulerStep(stop=("old0",))),
        (situation(current=(HEALTHY, HEALTHY), old=(STOPPING, HEALTHY)), SchedulerStep(stop=("old1",))),
        (situation(current=(HEALTHY, HEALTHY), old=(STOPPING,)), SchedulerStep(settled=True)),
        # An old task that serves nobody
        (situation(old=(HEALTHY, HEALTHY, STARTING)), SchedulerStep(start=1, stop=("old2",))),
        # Fewer tasks: those that serve nobody first, then the youngest
        (situation(current=(HEALTHY, HEALTHY), desired=1), SchedulerStep(stop=("new1",))),
        (situation(current=(STARTING, HEALTHY), desired=1), SchedulerStep(stop=("new0",))),
        (situation(current=(HEALTHY,), desired=0), SchedulerStep(stop=("new0",))),
        (situation(desired=0), SchedulerStep(settled=True)),
        # A deployment that has failed
        (situation(may_start=False), SchedulerStep()),
    ],
)
def test_step(now: Situation, then: SchedulerStep) -> None:
    assert step(now) == then


def test_one_at_a_time_stops_the_old_before_it_starts_the_new() -> None:
    one = replace(situation(desired=1, old=(HEALTHY,)), minimum_percent=0, maximum_percent=100)

    assert step(one) == SchedulerStep(stop=("old0",))
    assert step(replace(one, old=members("old", STOPPING))) == SchedulerStep(start=1)
    assert step(replace(one, old=())) == SchedulerStep(start=1)


states = st.lists(st.sampled_from(State), max_size=5).map(tuple)


@given(current=states, old=states, desired=st.integers(0, 5), minimum=st.integers(0, 100), more=st.integers(0, 100))
def test_limits_hold(current: tuple[State, ...], old: tuple[State, ...], desired: int, minimum: int, more: int) -> None:
    now = replace(
        situation(current=current, old=old, desired=desired), minimum_percent=minimum, maximum_percent=100 + more
    )
    then = step(now)

    everybody = {one.arn: one.state for one in (*now.current, *now.old)}
    assert set(then.stop) <= everybody.keys()
    serving = sum(state is HEALTHY for state in everybody.values())
    stopped = sum(everybody[arn] is HEALTHY for arn in then.stop)
    wanted = -(-desired * minimum // 100)
    assert serving - stopped >= min(serving, wanted)
    if then.start:
        running = sum(state is not STOPPING for state in everybody.values())
        assert running + then.start <= max(1, desired * (100 + more) // 100)
    assert not (then.settled and then.start)
