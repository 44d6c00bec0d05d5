"""plan.yml, run: what a pull request would change, in one comment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.workflows.harness import declarations
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

ALPHA = "environments/dev/alpha.yaml"
BETA = "environments/dev/beta.yaml"
ALL = {"synthesise": "success", "change-sets main": "success", "comment": "success"}


def test_a_pull_request_has_one_comment_which_follows_it(world: World) -> None:
    number, run = world.open_pull_request({BETA: declarations.app(in_days(7))}, branch="beta")

    assert run.jobs == ALL
    assert run.roles == (("change-sets", "plan"),)
    (comment,) = world.github.comments_of_ours(number)
    assert "`dev/beta`" in comment
    assert "dev/alpha" not in comment
    assert set(world.stacks) == {"accounts-main", "dev-alpha", "dev-base"}
    assert world.github.writes == [f"POST /issues/{number}/comments"]

    world.forget_calls()
    world.github.commit({ALPHA: declarations.app(in_days(7), image="v1.1.0")}, branch="beta")
    again = world.deliver_pull_request(number, "synchronize")

    assert again.jobs == ALL
    (updated,) = world.github.comments_of_ours(number)
    assert "`dev/alpha`" in updated
    (write,) = world.github.writes
    assert write.startswith("PATCH /issues/comments/")
    # What exists is asked of CloudFormation, by a role that changes nothing, and nothing stays behind.
    actions = [call.action for call in world.aws_calls]
    assert actions.count("CreateChangeSet") == actions.count("DeleteChangeSet") == 1
    assert "ExecuteChangeSet" not in actions
    assert {call.role for call in world.aws_calls} == {"plan"}
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"


def test_code_of_a_fork_gets_neither_credentials_nor_a_comment(world: World) -> None:
    files = {BETA: declarations.app(in_days(7), owner="stranger")}
    number, run = world.open_pull_request(files, branch="beta", fork="stranger", author="stranger")

    assert run.jobs == {"synthesise": "success", "change-sets main": "skipped", "comment": "skipped"}
    assert run.roles == ()
    assert world.aws_calls == []
    assert world.github.writes == []
    assert world.github.comments_of_ours(number) == []


def test_a_mistake_is_shown_on_its_line_and_in_the_plan_and_aws_is_not_asked(world: World) -> None:
    number, planned = world.open_pull_request({BETA: f"{declarations.app(in_days(7))}colour: red\n"}, branch="beta")

    assert planned.jobs == {"synthesise": "failure", "change-sets": "skipped", "comment": "failure"}
    assert world.aws_calls == []
    (comment,) = world.github.comments_of_ours(number)
    assert "its declaration is wrong" in comment
    assert "colour" in comment

    event = world.github.pull_request_event(number, "opened")
    checked = world.play("check", "pull_request", event, job="declarations")

    assert checked.jobs == {"declarations": "failure"}
    assert checked.failed_steps == ["declarations: Validate"]
    assert checked.annotations == [f"{BETA}:5"]
