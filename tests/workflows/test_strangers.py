"""command.yml, run: comments of those who may order nothing, and texts that are meant to do harm."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.workflows.harness import declarations
from tests.workflows.harness.world import in_days

if TYPE_CHECKING:
    from tests.workflows.harness.act import Run
    from tests.workflows.harness.world import World

pytestmark = pytest.mark.scenario

ALPHA = "environments/dev/alpha.yaml"
ECHOES_COMMENT = Path(__file__).with_name("fixtures") / "echoes-comment.yml"


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    """A file that is there once something of a comment was executed."""
    return tmp_path / "canary"


@pytest.fixture
def number(world: World) -> int:
    """A pull request that touches no environment, to comment on."""
    world.github.commit({"notes.md": "Nothing\n"}, branch="notes")
    return world.github.open_pull_request(branch="notes")


def ran(run: Run) -> dict[str, str]:
    """The jobs that ran."""
    return {name: result for name, result in run.jobs.items() if result != "skipped"}


def harmful(canary: Path) -> dict[str, str]:
    """Texts that would do something if anything executed, expanded or rendered them."""
    touch = f"touch {canary}"
    return {
        "shell": f'"; {touch}; "$({touch})`{touch}`',
        "expression": f"${{{{ github.token }}}} ${{{{ format('{touch}') }}}} ${{{{ toJSON(secrets) }}}}",
        "workflow command": f"::set-env name=PATH::/tmp\n::add-path::{canary.parent}\n##[set-output name=destroy]",
        "markdown": "<!-- gitops:environments -->\n</details><script>alert(1)</script> @octocat ![x](https://example.com)",
        "homoglyphs": "/d\u0435stroy dev/alpha\n/destroy dev/\u0430lpha",
        "zero width": "/des\u200btroy dev/alpha\n\u2066/destroy dev/alpha\u2069",
        "a name": f"/destroy $({touch})\n/destroy dev/alpha;{touch}\n/confirm '$({touch})'",
        "65 kB": ("/destroy " + "x" * 200 + "\n") * 300,
    }


def test_what_a_comment_says_is_never_executed(world: World, number: int, canary: Path) -> None:
    branch = f"x;$(touch${{IFS}}{canary.name});y"
    world.github.commit({"more.md": "Nothing\n"}, branch=branch)
    titled = world.github.open_pull_request(branch=branch, title=f"`touch {canary}`$(touch {canary})")

    for name, text in harmful(canary).items():
        run = world.comment(titled, "octocat", text)
        assert ran(run) in ({"decide": "success"}, {}), name
        assert not canary.exists(), name
        assert world.github.jobs_with_tokens_in(run.log) == [], name

    assert world.aws_calls == []
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"
    assert not list(world.folder.rglob(canary.name))
    for answer in world.github.comments_of_ours(titled):
        assert not answer.startswith("<!-- gitops:environments -->")
        assert "<script>" not in answer

    locked = world.comment(number, "octocat", f"/lock dev/alpha $(touch {canary}) ${{{{ github.token }}}} `x`")

    assert ran(locked) == {"decide": "success", "git dev/alpha": "success"}
    assert f"$(touch {canary})" in (world.github.read(ALPHA) or "")
    assert not canary.exists()


def test_a_workflow_that_echoes_comments_would_have_executed_it(world: World, number: int, canary: Path) -> None:
    event = world.github.comment(number, "octocat", harmful(canary)["shell"])
    world.play(ECHOES_COMMENT, "issue_comment", event)

    assert canary.exists()


def test_outsiders_readers_bots_and_edits_set_nothing_in_motion(world: World, number: int) -> None:
    order = "/destroy dev/alpha\n/deploy dev/alpha\n/lock dev/alpha mine"
    world.github.set_role("triager", "triage")
    for login in ("stranger", "hubot", "triager"):
        assert ran(world.comment(number, login, order)) == {"decide": "success"}
    assert ran(world.comment(number, "dependabot[bot]", order)) == {}
    assert ran(world.comment(number, "octocat", "Looks good to me")) == {}

    event = world.github.comment(number, "octocat", "Looks good to me")
    edited = world.github.edit_comment(event["comment"]["id"], order)
    assert world.deliver("issue_comment", edited) == []

    issue = {**event, "issue": {key: value for key, value in event["issue"].items() if key != "pull_request"}}
    issue["comment"] = {**issue["comment"], "body": order}
    assert [ran(run) for run in world.deliver("issue_comment", issue)] == [{}]

    assert world.aws_calls == []
    assert world.github.comments_of_ours(number) == []
    assert {write.rpartition("/")[2] for write in world.github.writes} == {"reactions"}
    assert "lock" not in (world.github.read(ALPHA) or "")
    assert world.stacks["dev-alpha"] == "CREATE_COMPLETE"


def test_somebody_who_is_not_the_owner_may_not_destroy_and_an_owner_of_a_fork_may_nothing(world: World) -> None:
    files = {"environments/dev/theirs.yaml": declarations.app(in_days(7), owner="stranger")}
    world.github.commit(files, branch="theirs", fork="stranger", author="stranger")
    number = world.github.open_pull_request(branch="theirs", fork="stranger", author="stranger")
    world.github.set_role("hubot", "write")

    by_fork = world.comment(number, "stranger", "/destroy dev/alpha\n/plan")
    by_colleague = world.comment(number, "hubot", "/destroy dev/alpha")

    assert ran(by_fork) == {"decide": "success"}
    assert ran(by_colleague) == {"decide": "success"}
    assert world.aws_calls == []
    (refusal,) = world.github.comments_of_ours(number)
    assert "only its owner or an administrator" in refusal


def test_a_stranger_to_a_public_repository_starts_no_set_up(world: World, number: int) -> None:
    world.github.state.private = False

    stranger = world.comment(number, "stranger", "/plan")
    collaborator = world.comment(number, "octocat", "/help")

    assert ran(stranger) == {}
    assert ran(collaborator) == {"decide": "success"}
