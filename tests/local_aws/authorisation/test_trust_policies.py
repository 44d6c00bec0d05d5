"""Every role of the reviewed templates can be assumed by the service that it is handed to, and by no other.

A service that a role does not trust fails when it begins to work: ECS as it starts a task, Lambda as the function is
made. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create_for-service.html
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from local_aws.authorisation.engine import Question
from tests.local_aws.authorisation import golden
from tests.local_aws.authorisation.test_handler_permissions import PASSED_TO

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.authorisation.engine import Engine

ROLE_PROPERTIES = (
    "DeliverLogsPermissionArn",
    "ExecutionRoleArn",
    "MonitoringRoleArn",
    "Role",
    "RoleArn",
    "Roles",
    "TaskRoleArn",
)
"""Properties of the types in PASSED_TO that name roles."""


class Use(NamedTuple):
    """A role that a resource of its stack hands to a service."""

    stack: str
    role: str
    service: str


def uses() -> Iterator[Use]:
    """Yield each use of a role once."""
    found = {
        Use(stack, role, PASSED_TO[one["Type"]])
        for stack, resources in golden.stacks().items()
        for one in resources.values()
        if one["Type"] in PASSED_TO
        for name in ROLE_PROPERTIES
        for role in _roles(one["Properties"].get(name))
    }
    yield from sorted(found)


def question(use: Use, service: str | None = None) -> Question:
    """Return whether a service may assume the role of a use: the one that it is handed to, or another."""
    resources = golden.stacks()[use.stack]
    properties = resources[use.role]["Properties"]
    trust = golden.resolved(properties["AssumeRolePolicyDocument"], use.stack, resources)
    return Question(
        principal=service or use.service,
        action="sts:AssumeRole",
        resource=golden.role_arn(use.stack, use.role, properties),
        account=golden.ACCOUNT,
        # https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
        context=(("aws:SourceAccount", golden.ACCOUNT),),
        resource_policy=json.dumps(trust),
    )


def _roles(value: Any) -> Iterator[str]:
    for one in value if isinstance(value, list) else [value]:
        match one:
            case {"Fn::GetAtt": [role, "Arn"]} | {"Ref": role}:
                yield role


def test_every_role_trusts_the_service_that_it_is_handed_to(engine: Engine) -> None:
    found = list(uses())

    assert len(found) > 20
    assert [use for use in found if not engine.decide(question(use)).allowed] == []


def test_no_role_trusts_another_service(engine: Engine) -> None:
    trusted = [
        (use, service)
        for use in uses()
        for service in {*PASSED_TO.values(), "codebuild.amazonaws.com"} - {use.service}
        if engine.decide(question(use, service)).allowed
    ]

    assert trusted == []


def test_every_role_of_an_environment_is_handed_to_a_service() -> None:
    """A role that no service gets is one too many, or is handed over in a way that these tests do not see."""
    roles = {
        (stack, logical_id)
        for stack, resources in golden.stacks().items()
        for logical_id, one in resources.items()
        if one["Type"] == "AWS::IAM::Role" and stack != golden.ACCOUNT_STACK
    }

    assert len(roles) > 20
    assert roles - {(use.stack, use.role) for use in uses()} == set()
