"""request.yml, run: a form becomes a pull request, and texts that are meant to do harm become nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_github.state import APP
from tests.gitops.chatops.forms.test_fields import body
from tests.workflows.test_strangers import harmful

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path
    from typing import Any

    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

GAMMA = "environments/dev/gamma.yaml"
FORM = body(name="dev/gamma", image="v1.0.0", days="3")


def ran(run: Run) -> dict[str, str]:
    """The jobs that ran."""
    return {name: result for name, result in run.jobs.items() if result != "skipped"}


def deliver(world: World, event: Mapping[str, Any]) -> Run:
    (run,) = world.deliver("issues", event)
    return run


def test_a_form_is_proposed_planned_merged_and_deployed(world: World) -> None:
    event = world.github.open_issue("octocat", FORM)
    number = event["issue"]["number"]

    run = deliver(world, event)

    assert ran(run) == {"decide": "success", "propose": "success"}
    assert run.roles == ()
    pull = world.github.pull_request(number + 1)
    assert (pull.title, pull.author) == ("Add dev/gamma", APP)
    assert f"#{pull.number} adds `dev/gamma`" in world.github.comments_of_ours(number)[0]
    assert "plan" in world.started_by_jobs

    planned = world.deliver_pull_request(pull.number, "opened")
    assert set(ran(planned).values()) == {"success"}
    merged = world.merge(pull.number)

    assert "failure" not in merged.jobs.values()
    assert world.stacks["dev-gamma"] == "CREATE_COMPLETE"
    assert world.github.state.issues[number].state == "closed"


def test_an_edit_updates_the_pull_request_without_an_app_too(world: World) -> None:
    world.has_app, world.github.state.jobs_may_propose = False, True
    event = world.github.open_issue("octocat", FORM)
    number = event["issue"]["number"]
    deliver(world, event)

    run = deliver(world, world.github.edit_issue(number, FORM.replace("v1", "v2"), by="octocat"))

    assert ran(run) == {"decide": "success", "propose": "success"}
    assert "image: v2" in (world.github.read(GAMMA, f"gitops/request-{number}") or "")
    assert len(world.github.state.issues) == 2
    assert len(world.github.comments_of_ours(number)) == 1


def test_what_a_form_says_is_never_executed(world: World, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    number = world.github.open_issue("octocat", "Nothing")["issue"]["number"]
    for name, text in harmful(canary).items():
        form = body(name=text, image=text)[:65_000]
        run = deliver(world, world.github.edit_issue(number, form, by="octocat"))

        assert ran(run) == {"decide": "success", "propose": "success"}, name
        assert not canary.exists(), name
        assert world.github.jobs_with_tokens_in(run.log) == [], name
    (answer,) = world.github.comments_of_ours(number)
    assert "the form has errors" in answer
    assert world.github.state.pull_request(number + 1) is None
    assert not list(world.folder.rglob(canary.name))


def test_outsiders_readers_bots_and_other_issues_set_nothing_in_motion(world: World) -> None:
    world.github.set_role("triager", "triage")
    for login in ("stranger", "hubot", "triager"):
        assert ran(deliver(world, world.github.open_issue(login, FORM))) == {"decide": "success"}
    event = world.github.open_issue("stranger", FORM)
    edited = world.github.edit_issue(event["issue"]["number"], FORM, by="octocat")
    assert ran(deliver(world, edited)) == {"decide": "success"}
    assert ran(deliver(world, world.github.open_issue("octocat", "It is broken"))) == {}
    bot = world.github.open_issue("octocat", FORM)
    bot["sender"]["type"] = "Bot"
    assert ran(deliver(world, bot)) == {}
    world.github.state.private = False
    assert ran(deliver(world, world.github.open_issue("stranger", FORM))) == {}

    assert world.github.writes == []
    assert world.aws_calls == []


def test_inputs_are_proposed_in_the_same_way(world: World) -> None:
    run = world.dispatch("request", name="dev/gamma", image="v1", size="medium")

    assert ran(run) == {"decide": "success", "propose": "success"}
    assert "image: v1" in (world.github.read(GAMMA, "gitops/request-dev-gamma") or "")

    wrong = world.dispatch("request", name="dev/delta", image="latest")

    assert ran(wrong) == {"decide": "success", "propose": "failure"}
    assert len(world.github.state.issues) == 1
