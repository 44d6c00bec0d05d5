"""Who comments: people with roles of their organisation, managed users, deleted accounts, apps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_github.people import MANAGED

if TYPE_CHECKING:
    from tests.fake_github.state import Role
    from tests.gitops.chatops.conftest import Conversation

pytestmark = pytest.mark.processes

ALPHA = "environments/dev/alpha.yaml"


@pytest.mark.parametrize(("inherits", "may"), [("triage", False), ("write", True), ("maintain", True)])
def test_a_custom_role_may_what_the_role_it_inherits_from_may(
    conversation: Conversation, inherits: Role, *, may: bool
) -> None:
    conversation.github.people.give_custom_role("hubot", "release-captain", inherits=inherits)

    event, _ = conversation.order("hubot", "/lock dev/alpha mine")

    assert ("by: hubot" in (conversation.github.read(ALPHA) or "")) is may
    assert conversation.reactions(event) == (["eyes", "rocket"] if may else ["confused"])


def test_a_managed_user_locks_and_unlocks(conversation: Conversation) -> None:
    conversation.github.set_role(MANAGED, "write")

    conversation.order(MANAGED, "/lock dev/alpha mine")
    locked = conversation.github.read(ALPHA) or ""
    conversation.pull()
    conversation.order(MANAGED, "/unlock dev/alpha")

    assert f"lock: {{by: {MANAGED}, reason: mine}}" in locked
    assert "lock" not in (conversation.github.read(ALPHA) or "")


def test_a_managed_user_owns_an_environment(conversation: Conversation) -> None:
    conversation.github.commit({ALPHA: f"{conversation.github.read(ALPHA)}owner: {MANAGED}\n"})
    conversation.github.set_role(MANAGED, "write")
    conversation.pull()

    decided = conversation.decide(conversation.comment(MANAGED, "/destroy dev/alpha"))

    assert decided.process.returncode == 0, decided.process.stderr
    assert decided.steps == [("read", "dev/alpha")]


def test_comments_of_a_deleted_account_order_nothing_and_hinder_nobody(conversation: Conversation) -> None:
    conversation.comment("hubot", "/confirm abcdefghijklmnop")
    conversation.github.people.delete_account("hubot")

    event, ran = conversation.order("octocat", "/confirm abcdefghijklmnop")

    assert [one.process.returncode for one in ran] == [0]
    assert "was answered with this token" in conversation.answers[0].replace("\\", "")
    assert conversation.reactions(event) == ["eyes", "confused"]


def test_a_pull_request_of_a_deleted_account_names_its_environment(conversation: Conversation) -> None:
    conversation.github.commit({ALPHA: "kind: ad-hoc-app\n"}, branch="theirs", fork="hubot", author="hubot")
    conversation.number = conversation.github.open_pull_request(branch="theirs", fork="hubot", author="hubot")
    conversation.github.people.delete_account("hubot")

    decided = conversation.decide(conversation.comment("octocat", "/destroy"))

    assert decided.process.returncode == 0, decided.process.stderr
    assert decided.steps == [("read", "dev/alpha")]


def test_who_was_deleted_after_the_comment_orders_nothing(conversation: Conversation) -> None:
    conversation.github.set_role("hubot", "write")
    event = conversation.comment("hubot", "/lock dev/alpha mine")
    conversation.github.people.delete_account("hubot")

    decided = conversation.decide(event)

    assert decided.process.returncode == 0, decided.process.stderr
    assert all(steps == [] for steps in decided.outputs.values())
    assert "lock" not in (conversation.github.read(ALPHA) or "")


def test_what_a_person_writes_with_an_app_orders_nothing(conversation: Conversation) -> None:
    payload = conversation.github.comment(conversation.number, "monalisa", "/lock dev/alpha mine", app="some-app")

    decided = conversation.decide(conversation.event(payload))

    assert decided.process.returncode == 0
    assert conversation.github.calls == []
