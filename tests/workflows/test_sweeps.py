"""reap.yml and drift.yml, run: what happens when nobody asks for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_github.faults import Outcome
from tests.workflows.harness import declarations
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

ALPHA = "environments/dev/alpha.yaml"


def ran(run: Run) -> dict[str, str]:
    """The jobs that ran."""
    return {name: result for name, result in run.jobs.items() if result != "skipped"}


def reap(world: World) -> Run:
    """Have the schedule start reap.yml."""
    (run,) = [world.play("reap", "schedule", world.github.schedule_event("17 * * * *"))]
    return run


def drift(world: World) -> Run:
    """Have the schedule start drift.yml."""
    return world.play("drift", "schedule", world.github.schedule_event("43 4 * * *"))


def test_what_has_expired_is_destroyed_once_both_sides_could_be_listed(make_world: Callable[..., World]) -> None:
    world = make_world(alpha=declarations.app(in_days(-1)), beta=declarations.app(in_days(7)))
    world.github.commit({"environments/dev/gamma.yaml": declarations.app(in_days(1))}, branch="gamma")
    number = world.github.open_pull_request(branch="gamma")
    world.github.merge(number)
    everything = {"accounts-main", "dev-base", "dev-alpha", "dev-beta"}

    world.recorder.lost = lambda call: call.action == "DescribeStacks"
    unseen = reap(world)
    world.recorder.lost = lambda _: False
    assert ran(unseen) == {"accounts": "success", "observe main": "failure"}
    assert "cannot reach AWS" in unseen.log

    for outcome, words in ((Outcome.SERVER_ERROR, "500"), (Outcome.RATE_LIMIT, "rate limit")):
        world.github.fault("GET", "/commits/*/pulls", outcome)
        unread = reap(world)
        world.github.heal()
        assert ran(unread) == {"accounts": "success", "observe main": "success", "decide": "failure"}
        assert words in unread.log
    assert set(world.stacks) == everything
    assert world.github.read(ALPHA) is not None
    assert world.github.writes == []

    run = reap(world)

    assert ran(run) == {
        "accounts": "success",
        "observe main": "success",
        "decide": "success",
        "approve-destroy dev/alpha": "success",
        "destroy dev/alpha": "success",
    }
    assert run.roles == (("destroy", "destroy"), ("observe", "plan"))
    assert set(world.stacks) == everything - {"dev-alpha"}
    assert world.github.read(ALPHA) is None
    assert world.github.read("environments/dev/beta.yaml") is not None
    (announced,) = world.github.comments_of_ours(number)
    assert "`dev/gamma`" in announced


def test_a_run_that_waits_for_an_approval_keeps_no_later_run_from_warning(make_world: Callable[..., World]) -> None:
    world = make_world(alpha=declarations.app(in_days(-1)))
    world.github.commit({"environments/dev/beta.yaml": declarations.app(in_days(1))}, branch="beta")
    number = world.github.open_pull_request(branch="beta")
    world.github.merge(number)
    jobs = {"Decide": "completed", "Approve the destruction of dev/alpha": "waiting"}
    world.github.run("reap.yml", event="schedule", status="waiting", jobs=jobs)

    run = reap(world)

    assert ran(run) == {"accounts": "success", "observe main": "success", "decide": "success"}
    (announced,) = world.github.comments_of_ours(number)
    assert "`dev/beta`" in announced
    assert world.github.read(ALPHA) is not None
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"


def test_more_than_a_base_allows_to_go_at_once_stays(make_world: Callable[..., World]) -> None:
    world = make_world(**{name: declarations.app(in_days(-1)) for name in ("one", "two", "three", "four")})
    run = reap(world)

    assert ran(run) == {"accounts": "success", "observe main": "success", "decide": "failure"}
    assert "max_removals" in run.log_of("decide")
    assert {"dev-one", "dev-two", "dev-three", "dev-four"} < set(world.stacks)
    assert world.github.writes == []


def test_an_expired_environment_of_a_protected_branch_gets_a_pull_request_and_goes_once_that_is_merged(
    world: World,
) -> None:
    world.dispatch("deploy", environment="dev/alpha")
    world.github.commit({ALPHA: declarations.app(in_days(-1))})
    world.github.protect()

    proposed = reap(world)

    assert ran(proposed)["destroy dev/alpha"] == "failure"
    assert "was not destroyed yet" in proposed.log_of("destroy dev/alpha")
    assert "dev-alpha" in world.stacks
    (number,) = (issue for issue in world.github.state.issues if world.github.state.pull_request(issue))
    assert world.github.pull_request(number).auto_merge == "SQUASH"
    assert [deployment.state for deployment in world.github.deployments("dev/alpha")] == ["success"]

    world.github.state.protected.clear()
    destroyed = reap(world)

    assert ran(destroyed)["destroy dev/alpha"] == "success"
    assert "dev-alpha" not in world.stacks
    assert [deployment.state for deployment in world.github.deployments("dev/alpha")] == ["inactive"]


def test_without_an_app_what_has_expired_stays_until_its_pull_request_is_merged(world: World) -> None:
    world.dispatch("deploy", environment="dev/alpha")
    world.github.commit({ALPHA: declarations.app(in_days(-1))})
    world.has_app, world.github.state.jobs_may_propose = False, True

    proposed = reap(world)

    assert "was not destroyed yet" in proposed.log_of("destroy dev/alpha")
    assert "dev-alpha" in world.stacks
    assert world.github.read(ALPHA) is not None


def test_drift_has_one_issue_which_is_closed_when_there_is_none(world: World) -> None:
    world.client("cloudformation").delete_stack(StackName="dev-alpha")

    first, second = drift(world), drift(world)

    assert ran(first) == ran(second) == {"accounts": "success", "observe main": "success", "report": "success"}
    (issue,) = world.github.issues
    assert issue.state == "open"
    assert "`dev/alpha`" in issue.body
    assert {call.role for call in world.aws_calls} == {"plan"}

    world.dispatch("deploy", environment="dev/alpha")
    drift(world)

    (issue,) = world.github.issues
    assert issue.state == "closed"
