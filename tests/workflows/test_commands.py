"""command.yml, run: what comments may order, and what becomes of it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from tests.fake_github.faults import Outcome
from tests.workflows.harness import declarations
from tests.workflows.harness.tokens import token_in
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

ALPHA = "environments/dev/alpha.yaml"
OWNER, ADMIN, COLLEAGUE = "octocat", "monalisa", "hubot"


@pytest.fixture
def number(world: World) -> int:
    """A pull request that touches no environment, to comment on."""
    world.github.commit({"notes.md": "Nothing\n"}, branch="notes")
    return world.github.open_pull_request(branch="notes")


def ran(run: Run) -> dict[str, str]:
    """The jobs that ran."""
    return {name: result for name, result in run.jobs.items() if result != "skipped"}


def changes_aws(world: World) -> list[str]:
    """What jobs have asked AWS to change."""
    reading = ("Describe", "Get", "List", "GET ", "HEAD ")
    return [str(call) for call in world.aws_calls if not call.action.startswith(reading)]


def test_destroy_and_confirm_remove_the_file_from_main_and_then_the_stack(world: World, number: int) -> None:
    asked = world.comment(number, OWNER, "/destroy dev/alpha")
    answer = world.github.comments_of_ours(number)

    assert ran(asked) == {"decide": "success", "read dev/alpha": "success"}
    assert asked.roles == (("read", "plan"),)
    assert len(answer) == 1
    assert "None of them holds data" in answer[0]
    assert changes_aws(world) == []
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"

    world.forget_calls()
    confirmed = world.comment(number, OWNER, f"/confirm {token_in(world.github.comments_of_ours(number))}")

    assert ran(confirmed) == {
        "decide": "success",
        "approve-destroy dev/alpha": "success",
        "destroy dev/alpha": "success",
    }
    assert confirmed.roles == (("destroy", "destroy"),)
    assert world.github.read(ALPHA) is None
    assert set(world.stacks) == {"accounts-main", "dev-base"}
    assert changes_aws(world) == ["cloudformation:DeleteStack"]
    assert world.github.writes.count(f"DELETE /contents/{ALPHA}") == 1


def test_a_token_that_is_expired_foreign_unknown_or_used_destroys_nothing(
    make_world: Callable[..., World],
) -> None:
    world = make_world(alpha=declarations.app(in_days(7)), beta=declarations.app(in_days(7)))
    world.github.set_role(COLLEAGUE, "write")
    world.github.commit({"notes.md": "Nothing\n"}, branch="notes")
    number = world.github.open_pull_request(branch="notes")
    world.github.let_pass(timedelta(minutes=-16))
    world.comment(number, OWNER, "/destroy dev/alpha")
    expired = token_in(world.github.comments_of_ours(number))
    world.github.let_pass(timedelta(minutes=16))
    world.comment(number, OWNER, "/destroy dev/beta")
    valid = token_in(world.github.comments_of_ours(number))
    world.forget_calls()

    refused = [
        world.comment(number, OWNER, f"/confirm {expired}"),
        world.comment(number, COLLEAGUE, f"/confirm {valid}"),
        world.comment(number, OWNER, "/confirm dev/alpha " + "a" * 16),
    ]

    assert [ran(run) for run in refused] == [{"decide": "success"}] * 3
    assert world.aws_calls == []
    assert "DELETE" not in " ".join(world.github.writes)
    answers = world.github.comments_of_ours(number)[-3:]
    assert all("No command in this comment was run" in answer for answer in answers)

    world.comment(number, OWNER, f"/confirm {valid}")
    assert set(world.stacks) == {"accounts-main", "dev-alpha", "dev-base"}
    world.push({"environments/dev/beta.yaml": declarations.app(in_days(7))}, deliver=False)
    world.forget_calls()

    reused = world.comment(number, OWNER, f"/confirm {valid}")

    assert ran(reused) == {"decide": "success"}
    assert world.aws_calls == []
    assert world.github.read("environments/dev/beta.yaml") is not None


def test_a_destroy_that_aws_interrupts_is_finished_by_the_same_run_started_again(world: World, number: int) -> None:
    world.comment(number, OWNER, "/destroy dev/alpha")
    at = world.github.head()
    event = world.github.comment(number, OWNER, f"/confirm {token_in(world.github.comments_of_ours(number))}")
    world.recorder.lost = lambda call: call.action == "DeleteStack"

    first = world.play("command", "issue_comment", event, sha=at)

    assert ran(first) == {"decide": "success", "approve-destroy dev/alpha": "success", "destroy dev/alpha": "failure"}
    assert world.github.read(ALPHA) is None
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"
    assert "Command failed" in world.github.comments_of_ours(number)[-1]

    world.recorder.lost = lambda _: False
    second = world.play("command", "issue_comment", event, sha=at)

    assert ran(second) == {"decide": "success", "approve-destroy dev/alpha": "success", "destroy dev/alpha": "success"}
    assert "dev-alpha" not in world.stacks
    assert world.github.writes.count(f"DELETE /contents/{ALPHA}") == 1


def test_nothing_is_destroyed_while_github_cannot_be_read_or_written(world: World, number: int) -> None:
    world.comment(number, OWNER, "/destroy dev/alpha")
    order = f"/confirm {token_in(world.github.comments_of_ours(number))}"
    world.forget_calls()
    outcomes = {
        Outcome.SERVER_ERROR: "500",
        Outcome.RATE_LIMIT: "rate limit",
        Outcome.NOT_JSON: "cut off or no JSON",
        Outcome.EMPTY_LIST: "",
    }

    for outcome, message in outcomes.items():
        world.github.fault("GET", "/issues/*/comments", outcome)
        run = world.comment(number, OWNER, order)
        world.github.heal()
        # An empty list is an answer: there is no such token.
        assert ran(run) == {"decide": "success" if outcome is Outcome.EMPTY_LIST else "failure"}
        assert message in run.log
    assert world.aws_calls == []

    world.github.fault("DELETE", f"/contents/{ALPHA}", Outcome.SERVER_ERROR)
    run = world.comment(number, OWNER, order)

    assert ran(run) == {"decide": "success", "approve-destroy dev/alpha": "success", "destroy dev/alpha": "failure"}
    assert changes_aws(world) == []
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"
    assert world.github.read(ALPHA) is not None


def test_extend_and_lock_are_commits_of_a_job_without_credentials_of_aws(world: World, number: int) -> None:
    before = world.github.read(ALPHA)
    run = world.comment(number, OWNER, "/extend dev/alpha 1d\n/lock dev/alpha demo on Friday")

    assert ran(run) == {"decide": "success", "git dev/alpha": "success"}
    assert run.roles == ()
    assert world.aws_calls == []
    after = world.github.read(ALPHA) or ""
    assert in_days(8) in after
    assert "demo on Friday" in after
    assert before is not None
    assert after.splitlines()[:3] == before.splitlines()[:3]

    refused = world.comment(number, OWNER, "/destroy dev/alpha")

    assert ran(refused) == {"decide": "success"}
    assert "locked" in world.github.comments_of_ours(number)[-1]


def test_without_an_app_commits_of_jobs_are_pull_requests_and_nothing_is_destroyed(world: World, number: int) -> None:
    world.has_app, world.github.state.jobs_may_propose = False, True
    before = world.github.read(ALPHA)

    extended = world.comment(number, OWNER, "/extend dev/alpha 1d")
    world.comment(number, OWNER, "/destroy dev/alpha")
    world.forget_calls()
    world.comment(number, OWNER, f"/confirm {token_in(world.github.comments_of_ours(number))}")

    assert ran(extended) == {"decide": "success", "git dev/alpha": "success"}
    assert world.github.read(ALPHA) == before
    proposed = [issue for issue in world.github.state.issues if world.github.state.pull_request(issue)]
    assert len(proposed) == 3, "the one with the comments, and one for each change"
    assert changes_aws(world) == []
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"


def test_status_is_read_with_the_role_that_changes_nothing(world: World, number: int) -> None:
    run = world.comment(number, OWNER, "/status")

    assert ran(run) == {"decide": "success", "read main": "success"}
    assert run.roles == (("read", "plan"),)
    assert changes_aws(world) == []
    assert "`dev/alpha`" in world.github.comments_of_ours(number)[-1]


def test_deploy_with_a_new_image_commits_it_and_deploys_that_commit(world: World, number: int) -> None:
    world.push_image("v1.1.0")
    world.forget_calls()
    run = world.comment(number, OWNER, "/deploy dev/alpha v1.1.0")

    assert ran(run) == {"decide": "success", "git dev/alpha": "success", "deploy dev/alpha": "success"}
    # The commit says that it starts no deploy.yml, since this run deploys it.
    assert "GitHub App: push refs/heads/main" in map(str, world.github.acts)
    assert world.started_by_jobs == []
    assert run.roles == (("deploy", "deploy"),)
    assert "image: v1.1.0" in (world.github.read(ALPHA) or "")
    assert world.stacks["dev-alpha"] == "UPDATE_COMPLETE"


def test_deploy_brings_what_the_base_publishes_now_to_an_environment_that_git_has_not_changed(
    world: World, number: int
) -> None:
    publish, name = world.client("ssm").put_parameter, "/gitops/dev/base/ListenerArn"
    publish(Name=name, Value="old-listener", Type="String")
    world.push({ALPHA: declarations.app(in_days(7), behaviour="reads")}, deliver=False)
    world.comment(number, OWNER, "/deploy dev/alpha")
    assert rule(world) == "old-listener"

    unchanged = world.comment(number, OWNER, "/deploy dev/alpha")
    assert ran(unchanged) == {"decide": "success", "deploy dev/alpha": "success"}
    assert "unchanged" in world.github.comments_of_ours(number)[-1]

    publish(Name=name, Value="new-listener", Type="String", Overwrite=True)
    changed = world.comment(number, OWNER, "/deploy dev/alpha")
    assert ran(changed) == {"decide": "success", "deploy dev/alpha": "success"}
    assert changed.roles == (("deploy", "deploy"),)
    assert "**`dev/alpha`**: updated" in world.github.comments_of_ours(number)[-1]
    assert rule(world) == "new-listener"


def rule(world: World) -> str:
    """Return the listener that alpha's rule is on."""
    found = world.client("cloudformation").describe_stack_resource(StackName="dev-alpha", LogicalResourceId="Rule")
    arn = found["StackResourceDetail"]["PhysicalResourceId"]
    return str(world.client("sns").get_topic_attributes(TopicArn=arn)["Attributes"]["DisplayName"])
