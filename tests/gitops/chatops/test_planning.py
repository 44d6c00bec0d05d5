"""`/plan`: declarations of the pull request, as data, with the code of the default branch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_github.operations import pull_requests, routes
from tests.gitops.checkouts import Checkout

if TYPE_CHECKING:
    from tests.fake_github.world import Listing, Request, World
    from tests.gitops.chatops.conftest import Conversation

ALPHA = "environments/dev/alpha.yaml"
PLAN = "<!-- gitops:environments -->"


def change(conversation: Conversation, files: dict[str, str | None], branch: str, fork: str | None = None) -> None:
    assert isinstance(conversation.checkout, Checkout)
    conversation.github.commit(files, branch=branch, fork=fork)
    conversation.number = conversation.github.open_pull_request(branch=branch, fork=fork)


def gamma(conversation: Conversation) -> str:
    return (conversation.github.read(ALPHA) or "").replace("v1", "v3")


@pytest.mark.parametrize("fork", [None, "stranger"])
def test_the_plan_of_a_pull_request_is_written_once_also_for_forks(
    conversation_with_aws: Conversation, fork: str | None
) -> None:
    conversation = conversation_with_aws
    change(conversation, {"environments/dev/gamma.yaml": gamma(conversation), ALPHA: None}, "gamma", fork)

    first, ran = conversation.order("octocat", "/plan")
    conversation.order("octocat", "/plan")

    assert [one.process.returncode for one in ran] == [0, 0], ran[-1].process.stderr
    plans = [answer for answer in conversation.answers if answer.startswith(PLAN)]
    assert len(plans) == 1
    assert "dev/gamma" in plans[0]
    assert "dev/alpha" in plans[0]
    assert "is up to date for" in conversation.answers[-1]
    assert "changes code too" not in conversation.answers[-1]
    assert conversation.reactions(first) == ["eyes", "rocket"]


def test_what_the_default_branch_got_meanwhile_is_no_removal(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    change(conversation, {"environments/dev/gamma.yaml": gamma(conversation)}, "gamma")
    conversation.github.commit({"environments/dev/delta.yaml": gamma(conversation)})
    (conversation.checkout.root / "environments/dev/delta.yaml").write_text(gamma(conversation))

    conversation.order("octocat", "/plan")

    (plan,) = [answer for answer in conversation.answers if answer.startswith(PLAN)]
    assert "dev/gamma" in plan
    assert "dev/delta" not in plan


def test_code_of_the_pull_request_is_not_run_and_that_is_said(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    files: dict[str, str | None] = {
        "environments/dev/gamma.yaml": gamma(conversation),
        "app.py": "raise SystemExit('code of the pull request ran')\n",
    }
    change(conversation, files, "gamma")

    _, ran = conversation.order("octocat", "/plan")

    assert ran[-1].process.returncode == 0, ran[-1].process.stderr
    assert "code of the pull request ran" not in ran[-1].process.stderr
    assert "This pull request changes code too" in conversation.answers[-1]
    assert "`app.py`" in conversation.answers[-1]


def test_a_pull_request_that_changes_while_it_is_read_is_not_planned(
    conversation_with_aws: Conversation, monkeypatch: pytest.MonkeyPatch
) -> None:
    conversation = conversation_with_aws
    change(conversation, {"environments/dev/gamma.yaml": gamma(conversation)}, "gamma")
    read = pull_requests.list_changed_files

    def push_first(world: World, request: Request) -> Listing:
        """List the files of a commit that was pushed a moment ago."""
        sha = world.git.commit(
            "refs/heads/gamma",
            {"environments/dev/delta.yaml": gamma(conversation).encode()},
            parent=conversation.github.head("gamma"),
            message="More",
            by=world.signature("octocat"),
        )
        world.pull_request(conversation.number).head_sha = sha
        return read(world, request)

    monkeypatch.setitem(routes._OPERATIONS, ("GET", "/pulls/{pull_number}/files"), push_first)
    event, _ = conversation.order("octocat", "/plan")

    assert [answer for answer in conversation.answers if answer.startswith(PLAN)] == []
    assert "changed while the plan was made" in conversation.answers[-1]
    assert conversation.reactions(event) == ["eyes", "confused"]


def test_declarations_that_are_wrong_are_refused_with_their_errors(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    change(conversation, {"environments/dev/gamma.yaml": "kind: ad-hoc-app\nimag: <b>v1</b>\n"}, "gamma")

    event, ran = conversation.order("octocat", "/plan")

    assert ran[-1].process.returncode == 1
    plan, answer = conversation.answers
    assert "environments/dev/gamma.yaml:2:1" in plan.replace("\\", "")
    assert "<b>" not in plan
    assert "It refuses some of the changes" in answer
    assert conversation.reactions(event) == ["eyes", "confused"]
