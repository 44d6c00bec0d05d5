"""The questions of a mutation run: those of recorded calls, and those that tests ask of the reviewed templates."""

from __future__ import annotations

from itertools import chain
from os.path import commonprefix
from typing import TYPE_CHECKING

from constructs_lib.config.naming import GITHUB_ENVIRONMENTS
from local_aws.authorisation.questions import Answered
from tests.local_aws.authorisation import golden, test_handler_permissions, test_trust_policies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.authorisation.engine import Engine, Question

_ENOUGH = 20
"""Characters of a logical id that tell roles of a template apart; CloudFormation cuts long ones off in a name."""


def of_tests(engine: Engine) -> list[Answered]:
    """Return what tests ask about handlers of resource types and about services that assume roles, with answers."""
    return [Answered(question, engine.decide(question)) for question in _of_tests()]


def _of_tests() -> Iterator[Question]:
    stacks = golden.stacks()
    needs = (need for need in test_handler_permissions.needs() if not test_handler_permissions.is_left_out(need))
    handlers = (test_handler_permissions.question(need, stacks[need.stack]) for need in needs)
    trust = (test_trust_policies.question(use) for use in test_trust_policies.uses())
    yield from dict.fromkeys(chain(handlers, trust))


def logical_id_of_role(name: str) -> str:
    """Return the logical id of a role by its name, or an empty string if it is of no reviewed template.

    A name is one of GitHub's environments, as the worlds of workflows have it, or FOLDER-FILE-LOGICALID-SUFFIX.
    """
    roles = {
        logical_id
        for resources in golden.stacks().values()
        for logical_id, one in resources.items()
        if one["Type"] == "AWS::IAM::Role"
    }
    if name in GITHUB_ENVIRONMENTS:
        return next(role for role in roles if role.startswith(f"AccountRoles{name.capitalize()}"))
    rest = name.split("-", 2)[-1]
    best = max(sorted(roles), key=lambda role: len(commonprefix([role, rest])))
    return best if len(commonprefix([best, rest])) >= min(_ENOUGH, len(best)) else ""
