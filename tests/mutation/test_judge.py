"""A statement is killed when something that was allowed is denied without it, and in no other case."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.authorisation.engine import Decision, Engine, Policies, Policy, Question
from local_aws.authorisation.questions import Answered
from tests.mutation.judge import LOG_IN, Judge
from tests.mutation.statements import Statement

if TYPE_CHECKING:
    from tests.mutation.statements import Kind

ACCOUNT = "111111111111"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/it"
LIST: dict[str, Any] = {"Effect": "Allow", "Action": ["ecs:ListClusters", "ecs:ListTasks"], "Resource": "*"}
LIST_AGAIN: dict[str, Any] = {"Effect": "Allow", "Action": "ecs:ListClusters", "Resource": "*"}
DESCRIBE: dict[str, Any] = {"Effect": "Allow", "Action": "ecs:DescribeTasks", "Resource": "*"}
ALL: dict[str, Any] = {"Effect": "Allow", "Action": "*", "Resource": "*"}
TRUST: dict[str, Any] = {
    "Effect": "Allow",
    "Action": "sts:AssumeRole",
    "Principal": {"Service": "ecs-tasks.amazonaws.com"},
}


def document(*bodies: dict[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": bodies})


def statement(body: dict[str, Any], kind: Kind = "identity", policy: str = "policy") -> Statement:
    actions = body["Action"]
    return Statement("it", kind, policy, "Allow", (actions,) if isinstance(actions, str) else tuple(actions), ())


def asks(action: str, *bodies: dict[str, Any], boundary: dict[str, Any] | None = None) -> Question:
    limit = Policy(f"arn:aws:iam::{ACCOUNT}:policy/limit", document(boundary)) if boundary else None
    return Question(
        principal=f"arn:aws:sts::{ACCOUNT}:assumed-role/it/session",
        action=action,
        resource="*",
        account=ACCOUNT,
        policies=Policies((Policy("policy", document(*bodies)),), limit),
    )


def judge(engine: Engine, *questions: Question) -> Judge:
    answered = [Answered(question, engine.decide(question)) for question in questions]
    return Judge(engine, answered, lambda name: f"logical-{name}")


def test_a_statement_that_a_call_needs_is_killed_and_one_that_no_call_needs_survives(engine: Engine) -> None:
    question = asks("ecs:ListClusters", LIST, DESCRIBE)
    judged = judge(engine, question)

    assert judged.killer(statement(LIST)) == question
    assert judged.killer(statement(DESCRIBE)) is None


def test_a_statement_survives_where_another_allows_the_same(engine: Engine) -> None:
    judged = judge(engine, asks("ecs:ListClusters", LIST, LIST_AGAIN))

    assert judged.killer(statement(LIST)) is None
    assert judged.killer(statement(LIST_AGAIN)) is None


def test_what_was_denied_kills_nothing(engine: Engine) -> None:
    judged = judge(engine, asks("ecs:RunTask", LIST))

    assert judged.killer(statement(LIST)) is None


def test_the_only_statement_of_a_policy_can_be_taken_out(engine: Engine) -> None:
    assert judge(engine, asks("ecs:ListTasks", LIST)).killer(statement(LIST)) is not None


def test_a_statement_of_another_policy_is_not_taken_for_it(engine: Engine) -> None:
    judged = judge(engine, asks("ecs:ListTasks", LIST))

    assert judged.killer(statement(LIST, policy="another")) is None


def test_a_statement_of_the_boundary_is_killed(engine: Engine) -> None:
    judged = judge(engine, asks("ecs:ListTasks", ALL, boundary=LIST))

    assert judged.killer(statement(LIST, "pb", "limit")) is not None
    assert judged.killer(statement(DESCRIBE, "pb", "limit")) is None


@pytest.mark.parametrize("action", ["sts:AssumeRole", LOG_IN])
def test_a_statement_of_a_trust_policy_is_killed(action: str, engine: Engine) -> None:
    body = {**TRUST, "Action": action}
    question = Question(
        principal="ecs-tasks.amazonaws.com",
        action=action,
        resource=ROLE,
        account=ACCOUNT,
        resource_policy=document(body),
    )
    judged = Judge(engine, [Answered(question, Decision(effect="Allowed"))], lambda name: f"logical-{name}")
    if action != LOG_IN:
        judged = judge(engine, question)

    assert judged.killer(statement(body, "resource", "logical-it")) == question
    assert judged.killer(statement(body, "resource", "logical-that")) is None


def test_actions_that_no_call_asks_for_are_told_from_the_others(engine: Engine) -> None:
    judged = judge(engine, asks("ecs:ListClusters", LIST), asks("ecs:ListTasks", LIST, LIST_AGAIN))

    assert judged.asked_actions(statement(LIST)) == {"ecs:ListClusters", "ecs:ListTasks"}
    assert judge(engine, asks("ecs:ListTasks", LIST)).asked_actions(statement(LIST)) == {"ecs:ListTasks"}
