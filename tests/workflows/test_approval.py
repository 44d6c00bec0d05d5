"""approval.yml, run: who asked for a pull request of a job is not the only one who approves it; others do not wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.fake_github.state import APP
from tests.gitops.chatops.forms.test_fields import body

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

ASKER, OTHER = "octocat", "monalisa"
FORM = body(name="dev/gamma", image="v1.0.0", days="3")


def judge(world: World, event: Mapping[str, Any], name: str = "pull_request_review") -> Run:
    return world.play("approval", name, event)


def test_who_sent_the_form_cannot_be_the_one_who_approves_its_pull_request(world: World) -> None:
    asked = world.github.open_issue(ASKER, FORM)
    world.deliver("issues", asked)
    number = asked["issue"]["number"] + 1
    assert world.github.pull_request(number).author == APP

    opened = judge(world, world.github.pull_request_event(number, "opened"), "pull_request")
    themselves = judge(world, world.github.review(number, ASKER))
    other = judge(world, world.github.review(number, OTHER))

    assert opened.jobs == {"approval": "success"}
    assert "its reviews decide" in opened.log
    assert themselves.jobs == {"approval": "failure"}
    assert themselves.failed_steps == ["approval: Judge"]
    assert "octocat asked for it, so someone else with write permission has to approve" in themselves.log
    assert other.jobs == {"approval": "success"}
    assert themselves.roles == other.roles == ()


def test_a_pull_request_of_a_person_is_left_to_the_rules_of_the_branch(world: World) -> None:
    world.github.commit({"notes.md": "Text\n"}, branch="notes")
    number = world.github.open_pull_request(branch="notes")

    run = judge(world, world.github.pull_request_event(number, "opened"), "pull_request")

    assert run.jobs == {"approval": "success"}
    assert "the rules of the branch decide" in run.log
