"""What runs inside tasks of an environment, with the role of the application."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.environments.world import Environment

AwsCall = tuple[str, str, dict[str, Any]]
"""A client of boto3, its method, and the arguments."""

ALLOWED = "allowed"

TRY = """\
import json, sys
import boto3
from botocore.exceptions import ClientError
answers = []
for service, operation, arguments in json.loads(sys.argv[1]):
    try:
        getattr(boto3.client(service), operation)(**arguments)
        answers.append("allowed")
    except ClientError as error:
        answers.append(error.response["Error"]["Code"])
print("answers:", json.dumps(answers))
"""


def printed(environment: Environment, start: str, code: str, *arguments: str) -> str:
    """Run code in a task of the environment; return what follows `start` in its output."""
    done = environment.run("python", "-c", code, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = (line for line in done.stdout.splitlines() if start in line)
    return line.partition(start)[2]


def answers(environment: Environment, calls: Sequence[AwsCall]) -> list[str]:
    """Make calls of AWS in a task of the environment; return for each `ALLOWED`, or the code of the error."""
    found: list[str] = json.loads(printed(environment, "answers:", TRY, json.dumps(calls)))
    return found
