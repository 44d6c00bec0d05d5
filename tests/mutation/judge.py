"""Takes statements, and single actions, out of policies and decides again on what was allowed with them.

A statement is killed when a question that was allowed is denied without it. Only questions that a statement was
decisive for are decided again.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

from local_aws.authorisation.engine import Policy
from tests.mutation.statements import listed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from local_aws.authorisation.engine import Engine, Question
    from local_aws.authorisation.questions import Answered
    from tests.mutation.statements import Statement

    Body = Mapping[str, Any]
    Edit = Callable[[Body], Body | None]
    """Returns a statement as it is to be, or None to take it out."""

LOG_IN = "sts:AssumeRoleWithWebIdentity"
_ROLE_NAME = re.compile(r"arn:aws:iam::\d{12}:role/(?:.*/)?(?P<name>[^/]+)")


class Judge:
    """Decides on the questions of a run again. `trust_policies` has the logical id of a role by the role's name."""

    def __init__(self, engine: Engine, answered: Iterable[Answered], trust_policies: Callable[[str], str]) -> None:
        self._engine = engine
        self._trust_policies = trust_policies
        self._allowed = [one for one in answered if one.decision.allowed]
        self._bodies: dict[str, list[Body]] = {}

    def killer(self, statement: Statement) -> Question | None:
        """Return a question that is denied without a statement, or None."""
        return self._first_denied(statement, self._depending[statement.kind, statement.policy], lambda _: None)

    def asked_actions(self, statement: Statement) -> set[str]:
        """Return the actions of a statement without which a question is denied."""
        by_action = defaultdict(list)
        for question in self._depending[statement.kind, statement.policy]:
            by_action[question.action.lower()].append(question)
        return {
            action
            for action in statement.actions
            if self._first_denied(statement, by_action.get(action.lower(), ()), _without_action(action))
        }

    def is_known(self, statement: Statement) -> bool:
        """Return whether a policy of the name of the statement's was in force in any question."""
        return (statement.kind, statement.policy) in self._depending

    @cached_property
    def _depending(self) -> Mapping[tuple[str, str], Sequence[Question]]:
        """The allowed questions for which a statement of a policy was decisive, by the policy's kind and name."""
        found: dict[tuple[str, str], dict[Question, None]] = defaultdict(dict)
        for one in self._allowed:
            if one.question.action == LOG_IN:
                found["resource", self._policy_name("resource", "", one.question)][one.question] = None
            for decisive in one.decision.statements:
                name = self._policy_name(decisive.kind, decisive.policy, one.question)
                found[decisive.kind, name][one.question] = None
        return defaultdict(list, {key: list(questions) for key, questions in found.items()})

    def _first_denied(self, statement: Statement, questions: Iterable[Question], edit: Edit) -> Question | None:
        for question in questions:
            changed = self._changed(question, statement, edit)
            if changed != question and not self._is_allowed(changed):
                return question
        return None

    def _is_allowed(self, question: Question) -> bool:
        if question.action == LOG_IN:
            # The engine knows no tokens of others, and the embedded AWS no other statements than those that match.
            return bool(self._statements(question.resource_policy or "{}"))
        return self._engine.decide(question).allowed

    def _changed(self, question: Question, statement: Statement, edit: Edit) -> Question:
        """Return a question with a statement edited, wherever it is in force."""
        policies = question.policies
        if statement.kind == "resource":
            name = self._policy_name("resource", "", question)
            trust = self._edited(question.resource_policy or "", name, statement, edit)
            return replace(question, resource_policy=trust)
        if statement.kind == "pb":
            limit = policies.boundary
            assert limit is not None
            text = self._edited(limit.text, self._policy_name("pb", limit.name, question), statement, edit)
            return replace(question, policies=replace(policies, boundary=Policy(limit.name, text)))
        identity = tuple(
            Policy(policy.name, text)
            for policy in policies.identity
            if self._statements(text := self._edited(policy.text, policy.name, statement, edit))
        )
        return replace(question, policies=replace(policies, identity=identity))

    def _edited(self, text: str, name: str, statement: Statement, edit: Edit) -> str:
        bodies = self._statements(text)
        edited = [edit(body) if statement.is_in(name, body) else body for body in bodies]
        if edited == bodies:
            return text
        return json.dumps({**json.loads(text), "Statement": [body for body in edited if body is not None]})

    def _statements(self, text: str) -> list[Body]:
        if text not in self._bodies:
            self._bodies[text] = listed(json.loads(text).get("Statement", []))
        return self._bodies[text]

    def _policy_name(self, kind: str, name: str, question: Question) -> str:
        """Return the name that the policy of a statement has in templates."""
        if kind == "pb":
            return name.rpartition("/")[2]
        if kind != "resource":
            return name
        role = _ROLE_NAME.fullmatch(question.resource)
        return self._trust_policies(role["name"]) if role else ""


def _without_action(action: str) -> Edit:
    def edit(body: Body) -> Body | None:
        left = [one for one in listed(body["Action"]) if one != action]
        return {**body, "Action": left} if left else None

    return edit
