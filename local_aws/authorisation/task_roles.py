"""Roles of ECS tasks: a task's own, with which its programs call AWS, and the one with which ECS starts it.

https://docs.aws.amazon.com/AmazonECS/latest/developerguide/security-ecs-iam-role-overview.html
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.authorisation import callers, mapping
from local_aws.authorisation.container_credentials import CREDENTIALS
from local_aws.authorisation.existing import Existing
from local_aws.authorisation.requests import Call

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.authorisation.authority import Authority
    from local_aws.ministack.seams import Record

_REPOSITORY = re.compile(r"(?P<account>\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com/(?P<name>[^:@]+)")
_SECRET_ARN_PARTS = 7
"""Of the parts of `valueFrom` between colons; what follows is a key in the secret, and its version."""


class TaskRoleError(Exception):
    """ECS cannot start a task: its execution role lacks a permission, or does not exist."""


class TaskRoles:
    """What ECS does for tasks with their roles."""

    def __init__(self, authority: Authority, endpoint: str) -> None:
        self._authority = authority
        self._endpoint = endpoint

    def credentials(self, definition: Record, task_id: str) -> dict[str, str]:
        """Return the variable by which a task's programs find their credentials: none for a task without a role."""
        role = definition.get("taskRoleArn")
        return CREDENTIALS.variables(self._endpoint, role, task_id) if role else {}

    def check_start(self, definition: Record, container: Record, task_id: str) -> None:
        """Authorise what the execution role does before a container runs: image, secrets and logs.

        Raises:
            TaskRoleError: it may not, or there is no such role and something needs one.
        """
        place = mapping.Place(ministack.account_id(), ministack.region())
        calls = list(_calls(container, task_id))
        role = definition.get("executionRoleArn")
        if not calls:
            return
        if not role:
            raise TaskRoleError("the task definition names no execution role")
        try:
            caller = callers.of_role(role, task_id)
        except callers.UnknownCallerError as error:
            raise TaskRoleError(f"ECS was unable to assume the role: {error}") from error
        for call in calls:
            denial = self._authority.judge(caller, mapping.requirements(call, place, Existing()), place)
            if denial:
                raise TaskRoleError(denial.message)


def _calls(container: Record, task_id: str) -> Iterator[Call]:
    repository = _REPOSITORY.match(container["image"])
    if repository:
        yield _call("ecr", "GetAuthorizationToken")
        for operation in ("BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"):
            yield _call("ecr", operation, repositoryName=repository["name"])
    for secret in container.get("secrets") or ():
        reference = str(secret["valueFrom"])
        if ":secretsmanager:" in reference:
            arn = ":".join(reference.split(":")[:_SECRET_ARN_PARTS])
            yield _call("secretsmanager", "GetSecretValue", SecretId=arn)
        else:
            name = reference.partition(":parameter")[2] or reference
            yield _call("ssm", "GetParameters", Names=[name])
    logs = container.get("logConfiguration") or {}
    if logs.get("logDriver") == "awslogs":
        options = logs["options"]
        stream = f"{options.get('awslogs-stream-prefix', '')}/{container['name']}/{task_id}"
        for operation in ("CreateLogStream", "PutLogEvents"):
            yield _call("logs", operation, logGroupName=options["awslogs-group"], logStreamName=stream)


def _call(service: str, operation: str, **parameters: object) -> Call:
    return Call(service=service, operation=operation, protocol="json", parameters=parameters)
