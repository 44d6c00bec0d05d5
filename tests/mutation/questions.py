"""The questions of a mutation run: those of recorded calls, and those that tests ask of the reviewed templates."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import chain, takewhile
from typing import TYPE_CHECKING

from constructs_lib.config.naming import GITHUB_ENVIRONMENTS
from local_aws.authorisation.engine import Policies, Policy
from local_aws.authorisation.questions import Answered
from tests.local_aws.authorisation import golden, test_handler_permissions, test_trust_policies, test_work_of_services
from tests.policy import test_drift_detection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.authorisation.engine import Engine, Question

_ENOUGH = 20
"""Characters of a logical id that tell roles of a template apart; CloudFormation cuts long ones off in a name."""


def of_tests(engine: Engine) -> list[Answered]:
    """Return what tests ask about handlers, the detection of drift and services with roles, with answers."""
    return [Answered(question, engine.decide(question)) for question in _of_tests()]


def _of_tests() -> Iterator[Question]:
    stacks = golden.stacks()
    needs = (need for need in test_handler_permissions.needs() if not test_handler_permissions.is_left_out(need))
    handlers = (test_handler_permissions.question(need, stacks[need.stack]) for need in needs)
    trust = (test_trust_policies.question(use) for use in test_trust_policies.uses())
    work = map(test_work_of_services.question, test_work_of_services.needs())
    yield from dict.fromkeys(chain(handlers, trust, work, _of_drift()))


def _of_drift() -> Iterator[Question]:
    """Yield what the plan role reads to detect drift: what the registry says of each type."""
    stacks = golden.stacks()
    account = stacks[golden.ACCOUNT_STACK]
    (policy,) = (
        one["Properties"]
        for one in account.values()
        if one["Type"] == "AWS::IAM::Policy" and "RolesPlan" in str(one["Properties"]["Roles"])
    )
    document = golden.resolved(policy["PolicyDocument"], golden.ACCOUNT_STACK, account)
    policies = Policies((Policy(policy["PolicyName"], json.dumps(document)),))
    for stack, resources in stacks.items():
        for name in sorted({one["Type"] for one in resources.values()} - test_drift_detection.NOT_READ):
            permissions = set() if name.startswith("Custom::") else test_drift_detection.read_permissions(name)
            for action in sorted(permissions - test_handler_permissions.NOT_IN_IAM.keys()):
                need = test_handler_permissions.Need(stack, name, "read", action)
                asked = test_handler_permissions.question(need, resources)
                own = (*asked.context, ("aws:ResourceAccount", golden.ACCOUNT))
                principal = f"arn:aws:sts::{golden.ACCOUNT}:assumed-role/plan/drift"
                yield replace(asked, principal=principal, policies=policies, context=own)


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
    best = max(sorted(roles), key=lambda role: _common(role, rest))
    return best if _common(best, rest) >= min(_ENOUGH, len(best)) else ""


def _common(one: str, other: str) -> int:
    """Return how many characters two names begin with alike."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
