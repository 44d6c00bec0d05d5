"""Comment commands while something on the default branch is wrong: only orders about that are refused."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from tests.gitops.chatops.conftest import Conversation

WRONG = "kind: ad-hoc-app\nowner: octocat\nexpires: 2026-12-05\nimagge: v1\n"


def write(conversation: Conversation, **files: str) -> None:
    for name, text in files.items():
        conversation.checkout.write(f"dev/{name}.yaml", text)
    conversation.push()


@pytest.mark.parametrize("text", [WRONG, "", "kind: [\n"])
def test_commands_about_others_are_carried_out(conversation: Conversation, text: str) -> None:
    write(conversation, wrong=text)

    ran = conversation.decide(conversation.comment("octocat", "/help\n/status\n/destroy dev/alpha\n/deploy dev/beta"))

    assert ran.process.returncode == 0, ran.process.stderr
    assert ran.steps == [("read", ""), ("read", "dev/alpha"), ("deploy", "dev/beta")]
    assert "one command a line" in conversation.answers[0].lower()


@pytest.mark.parametrize(
    "command", ["/deploy dev/wrong", "/wake dev/wrong", "/lock dev/wrong a demo", "/extend dev/wrong 1d"]
)
def test_a_command_about_what_is_wrong_is_refused_with_its_errors(conversation: Conversation, command: str) -> None:
    write(conversation, wrong=WRONG)

    ran = conversation.decide(conversation.comment("octocat", command))

    assert ran.process.returncode == 0, ran.process.stderr
    assert ran.steps == []
    assert "dev/wrong is wrong on main: environments/dev/wrong.yaml:4:1: imagge" in conversation.answers[0].replace(
        "\\", ""
    )


def test_what_is_wrong_can_be_destroyed_by_its_owner_and_not_by_others(conversation: Conversation) -> None:
    write(conversation, wrong=WRONG)
    conversation.github.set_role("writer", "write")

    owner = conversation.decide(conversation.comment("octocat", "/destroy dev/wrong"))
    other = conversation.decide(conversation.comment("writer", "/destroy dev/wrong"))

    assert owner.steps == [("read", "dev/wrong")]
    assert owner.outputs["read"][0]["account"] == "main"
    assert other.steps == []
    assert "only its owner or an administrator" in conversation.answers[0]


@pytest.mark.parametrize("text", ["kind: [\n", f"{WRONG}lock: 5\n"])
def test_what_may_be_locked_is_not_destroyed(conversation: Conversation, text: str) -> None:
    write(conversation, wrong=text)

    ran = conversation.decide(conversation.comment("octocat", "/destroy dev/wrong"))

    assert ran.steps == []
    assert "No command in this comment was run" in conversation.answers[0]


def test_of_two_that_collide_each_is_left_to_the_job_that_sees_which_is_deployed(conversation: Conversation) -> None:
    text = WRONG.replace("imagge", "image")
    write(conversation, **{"pr-100": text, "pr-259": text})

    ran = conversation.decide(conversation.comment("octocat", "/deploy dev/pr-100\n/deploy dev/pr-259"))

    assert ran.steps == [("deploy", "dev/pr-100"), ("deploy", "dev/pr-259")]


def test_whoever_destroys_is_told_whose_data_comes_from_it(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    beta = (conversation.checkout.root / "environments/dev/beta.yaml").read_text()
    write(conversation, beta=f"{beta}database: {{seed_from: alpha}}\n", wrong=WRONG)

    conversation.order("octocat", "/destroy dev/alpha")
    answer = conversation.answers[-1]
    token = re.search(r"/confirm dev/alpha (\S+)", answer)

    assert "dev/beta: `seed_from` names dev/alpha" in answer.replace("\\", "")
    assert token is not None
    _, ran = conversation.order("octocat", f"/confirm dev/alpha {token[1]}")
    assert ran[-1].process.returncode == 0, ran[-1].process.stderr
    assert conversation.github.read("environments/dev/alpha.yaml") is None


def test_what_is_wrong_is_destroyed_file_and_stack(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    write(conversation, wrong=WRONG)
    conversation.checkout.create_stack("dev/wrong")  # type: ignore[attr-defined] # it has an AWS

    conversation.order("octocat", "/destroy dev/wrong")
    token = re.search(r"/confirm dev/wrong (\S+)", conversation.answers[-1])
    assert token is not None
    conversation.order("octocat", f"/confirm dev/wrong {token[1]}")

    assert conversation.github.read("environments/dev/wrong.yaml") is None
    assert conversation.checkout.statuses() == {}  # type: ignore[attr-defined]


def test_status_says_what_is_wrong(conversation_with_aws: Conversation) -> None:
    conversation = conversation_with_aws
    write(conversation, wrong=WRONG)

    conversation.order("octocat", "/status")

    assert "environments/dev/wrong.yaml:4:1: imagge" in conversation.answers[-1]
