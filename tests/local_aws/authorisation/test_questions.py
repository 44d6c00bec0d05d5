"""Questions are kept whole, so that they can be decided again."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from local_aws.authorisation.engine import Decision, Engine, Policies, Policy, Question
from local_aws.authorisation.questions import Answered, Questions, read
from local_aws.settings import QUESTIONS
from tests import embedded
from tests.local_aws.accounts import Account
from tests.local_aws.authorisation.test_gate import Role, policy

if TYPE_CHECKING:
    from pathlib import Path

ALLOW = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]})
QUESTION = Question(
    principal="arn:aws:sts::111111111111:assumed-role/it/one",
    action="s3:ListBucket",
    resource="arn:aws:s3:::bucket",
    account="111111111111",
    context=(("aws:CalledVia", ("cloudformation.amazonaws.com",)), ("s3:prefix", "alpha/")),
    policies=Policies((Policy("first", ALLOW), Policy("second", ALLOW)), Policy("boundary", ALLOW), ALLOW),
    resource_policy=ALLOW.replace('"Resource"', '"Principal": "*", "Resource"'),
)


def test_a_question_is_read_as_it_was_asked_and_decided_alike(engine: Engine, tmp_path: Path) -> None:
    decision = engine.decide(QUESTION)
    Questions(tmp_path).add(QUESTION, decision)

    (kept,) = read(tmp_path)

    assert kept == Answered(QUESTION, replace(decision, blocked_by=frozenset()))
    assert len(kept.decision.statements) >= 4
    assert engine.decide(kept.question) == decision


def test_questions_of_all_servers_are_read_and_each_is_kept_once(tmp_path: Path) -> None:
    allowed, denied = Decision(effect="Allowed"), Decision(effect="ImplicitlyDenied")
    other_session = replace(QUESTION, principal="arn:aws:sts::111111111111:assumed-role/it/two")
    other_role = replace(QUESTION, principal="arn:aws:sts::111111111111:assumed-role/that/one")
    first, second = Questions(tmp_path), Questions(tmp_path)
    for asked in (QUESTION, other_session, other_role):
        first.add(asked, allowed)
    second.add(QUESTION, allowed)
    second.add(replace(QUESTION, action="s3:GetObject"), denied)

    kept = read(tmp_path)

    assert {(one.question.principal, one.question.action, one.decision.effect) for one in kept} == {
        (QUESTION.principal, "s3:ListBucket", "Allowed"),
        (other_role.principal, "s3:ListBucket", "Allowed"),
        (QUESTION.principal, "s3:GetObject", "ImplicitlyDenied"),
    }
    assert len(kept) == 3


def test_a_document_is_written_once(tmp_path: Path) -> None:
    questions = Questions(tmp_path)
    for action in ("s3:GetObject", "s3:PutObject"):
        questions.add(replace(QUESTION, action=action), Decision(effect="Allowed"))

    (file,) = tmp_path.glob("*.jsonl")
    texts = [json.loads(line).get("text") for line in file.read_text().splitlines()]
    assert [text for text in texts if text] == [ALLOW, QUESTION.resource_policy]


def test_a_folder_without_questions_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="no embedded AWS has kept questions"):
        read(tmp_path)


def test_an_embedded_aws_keeps_questions_where_the_variable_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "questions"
    monkeypatch.setenv(QUESTIONS, str(folder))
    with embedded.embedded_aws(tmp_path / "aws") as aws:
        Role(Account(aws, "222222222222"), policy("ecs:ListClusters")).client("ecs").list_clusters()

    (kept,) = read(folder)
    assert (kept.question.action, kept.question.account) == ("ecs:ListClusters", "222222222222")
    assert [policy.name for policy in kept.question.policies.identity] == ["policy0"]


def test_an_embedded_aws_keeps_none_unasked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(QUESTIONS, raising=False)
    with embedded.embedded_aws(tmp_path / "aws") as aws:
        Role(Account(aws, "222222222222"), policy("ecs:ListClusters")).client("ecs").list_clusters()
        assert list((tmp_path / "aws").glob("**/*questions*")) == []
