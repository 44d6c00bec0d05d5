"""The only door to Step Functions: the state machines of jobs, and how their runs ended."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.aws.session import translate_errors

if TYPE_CHECKING:
    from datetime import datetime

    from mypy_boto3_stepfunctions import SFNClient

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session


@dataclass(frozen=True, kw_only=True, slots=True)
class Execution:
    """A run of a state machine. `status` is that of AWS, such as SUCCEEDED; `ended` is None while it runs."""

    arn: str
    status: str
    started: datetime
    ended: datetime | None


class StepFunctions:
    """Step Functions in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: SFNClient = session.client("stepfunctions", where)

    def tag(self, state_machine: str, key: str) -> str:
        """Return a tag of a state machine; empty when it has none of that name."""
        with translate_errors():
            tags = self._client.list_tags_for_resource(resourceArn=state_machine)["tags"]
        return next((tag["value"] for tag in tags if tag["key"] == key), "")

    def last_execution(self, state_machine: str) -> Execution | None:
        """Return the execution of a state machine that started last, or None when there was none in 90 days."""
        with translate_errors():
            found = self._client.list_executions(stateMachineArn=state_machine, maxResults=1)["executions"]
        if not found:
            return None
        last = found[0]
        return Execution(
            arn=last["executionArn"], status=last["status"], started=last["startDate"], ended=last.get("stopDate")
        )

    def output(self, execution: str, field: str) -> str:
        """Return a field of the output of an execution that has succeeded; empty when the output has none."""
        with translate_errors():
            output = json.loads(self._client.describe_execution(executionArn=execution).get("output", "{}"))
        return str(output.get(field, "")) if isinstance(output, dict) else ""
