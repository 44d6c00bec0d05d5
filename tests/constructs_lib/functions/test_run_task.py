"""The custom resource's function against a fake ECS: what starts, what is awaited, what people are told."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from constructs_lib.release.functions.run_task import index

PROPERTIES = {
    "Description": "the release command",
    "Cluster": "cluster",
    "TaskDefinition": "arn:task-definition/dev-alpha-release:2",
    "Container": "app",
    "LogGroup": "group",
    "LogStreamPrefix": "app",
    "Subnets": ["subnet-1"],
    "SecurityGroups": ["sg-1"],
    "TimeoutSeconds": "3300",
}
TASK = "arn:aws:ecs:us-east-1:111111111111:task/cluster/0123456789"


class NotFoundError(Exception):
    """What boto3 raises for a log stream that does not exist."""


class FakeAws:
    """ECS, CloudWatch Logs and CloudFormation in one, with one task."""

    class exceptions:  # noqa: N801 # boto3's name
        ResourceNotFoundException = NotFoundError

    def __init__(self) -> None:
        self.started: list[dict[str, Any]] = []
        self.stopped: list[str] = []
        self.task: dict[str, Any] = {
            "taskArn": TASK,
            "lastStatus": "RUNNING",
            "createdAt": datetime.now(UTC),
            "containers": [{}],
        }
        self.failures: list[dict[str, str]] = []
        self.log: list[str] | None = []
        self.stack_status = "UPDATE_IN_PROGRESS"

    def run_task(self, **request: Any) -> dict[str, Any]:
        self.started.append(request)
        return {"tasks": [] if self.failures else [self.task], "failures": self.failures}

    def describe_tasks(self, **_request: Any) -> dict[str, Any]:
        return {"tasks": [self.task] if self.task else [], "failures": [{"reason": "MISSING"}]}

    def stop_task(self, *, task: str, **_request: Any) -> None:
        self.stopped.append(task)

    def get_log_events(self, *, limit: int, **request: Any) -> dict[str, Any]:
        assert request["logStreamName"] == "app/app/0123456789"
        if self.log is None:
            raise NotFoundError
        return {"events": [{"message": f"{line}\n"} for line in self.log[-limit:]]}

    def describe_stacks(self, **_request: Any) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self.stack_status}]}

    def ends(self, exit_code: int | None, **more: Any) -> None:
        """Let the task end."""
        container = {"exitCode": exit_code} if exit_code is not None else {}
        self.task = {**self.task, "lastStatus": "STOPPED", "containers": [container], **more}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws()
    monkeypatch.setattr(index, "_client", lambda _service: fake)
    return fake


def event(request_type: str, **more: Any) -> dict[str, Any]:
    """Return an event of CloudFormation's, as the provider framework passes it on."""
    return {
        "RequestType": request_type,
        "RequestId": "11111111-2222-3333-4444-555555555555",
        "StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/dev-alpha/id",
        "LogicalResourceId": "ReleaseCommandRun",
        "ResourceProperties": PROPERTIES,
        **more,
    }


def update(**old: str) -> dict[str, Any]:
    return event("Update", PhysicalResourceId="kept", OldResourceProperties={**PROPERTIES, **old})


RUNNING = {"Data": {"TaskArn": TASK, "StartedAt": datetime.now(UTC).isoformat()}}


class TestStart:
    def test_create_starts_the_task_on_demand_in_private_subnets(self, aws: FakeAws) -> None:
        result = index.on_event(event("Create"), None)
        assert result["PhysicalResourceId"] == "ReleaseCommandRun-task"
        assert result["Data"]["TaskArn"] == TASK
        (request,) = aws.started
        assert request["taskDefinition"] == PROPERTIES["TaskDefinition"]
        assert request["launchType"] == "FARGATE"
        assert request["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"

    def test_repeated_request_carries_the_same_token(self, aws: FakeAws) -> None:
        for _ in range(2):
            index.on_event(event("Create"), None)
        assert len({request["clientToken"] for request in aws.started}) == 1

    def test_update_runs_when_image_command_or_environment_changed(self, aws: FakeAws) -> None:
        result = index.on_event(update(TaskDefinition="arn:task-definition/dev-alpha-release:1"), None)
        assert result["PhysicalResourceId"] == "kept"
        assert len(aws.started) == 1

    def test_update_of_anything_else_runs_nothing(self, aws: FakeAws) -> None:
        assert index.on_event(update(TimeoutSeconds="60"), None) == {"PhysicalResourceId": "kept"}
        assert aws.started == []

    def test_rollback_runs_nothing(self, aws: FakeAws) -> None:
        aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
        assert "Data" not in index.on_event(update(TaskDefinition="arn:task-definition/dev-alpha-release:3"), None)
        assert aws.started == []

    def test_delete_runs_nothing_by_default(self, aws: FakeAws) -> None:
        assert "Data" not in index.on_event(event("Delete", PhysicalResourceId="kept"), None)
        assert aws.started == []

    def test_delete_runs_the_task_with_its_variables_when_asked_to(self, aws: FakeAws) -> None:
        properties = {**PROPERTIES, "EnvironmentOnDelete": {"ACTION": "drop"}}
        result = index.on_event(event("Delete", PhysicalResourceId="kept", ResourceProperties=properties), None)
        assert result["Data"]["TaskArn"] == TASK
        (override,) = aws.started[0]["overrides"]["containerOverrides"]
        assert override == {"name": "app", "environment": [{"name": "ACTION", "value": "drop"}]}

    def test_refusal_of_ecs_is_told(self, aws: FakeAws) -> None:
        aws.failures = [{"reason": "Capacity is unavailable at this time"}]
        with pytest.raises(index.TaskFailedError, match="could not be started: Capacity is unavailable"):
            index.on_event(event("Create"), None)


class TestFollow:
    def test_without_a_task_there_is_nothing_to_wait_for(self, aws: FakeAws) -> None:
        assert index.is_complete(event("Update"), None) == {"IsComplete": True}
        assert aws.stopped == []

    def test_running_task_is_awaited(self, aws: FakeAws) -> None:
        assert index.is_complete(event("Create", **RUNNING), None) == {"IsComplete": False}
        assert aws.stopped == []

    def test_exit_code_0_is_success(self, aws: FakeAws) -> None:
        aws.ends(0)
        assert index.is_complete(event("Create", **RUNNING), None) == {"IsComplete": True}

    def test_other_exit_code_fails_with_the_last_20_lines(self, aws: FakeAws) -> None:
        aws.log = [f"line {number}." for number in range(30)]
        aws.ends(3, stoppedReason="Essential container in task exited")
        with pytest.raises(index.TaskFailedError) as raised:
            index.is_complete(event("Create", **RUNNING), None)
        text = str(raised.value)
        assert text.startswith("the release command failed: exit code 3; Essential container in task exited\n")
        assert "line 10." in text
        assert "line 29." in text
        assert "line 9." not in text

    def test_what_was_printed_before_a_traceback_is_told_without_its_frames(self, aws: FakeAws) -> None:
        frame = ['  File "/opt/venv/lib/django/db/backends/utils.py", line 105, in _execute', "    return execute(sql)"]
        aws.log = [
            "Running migrations:",
            "  Applying posts.0002_divide...Traceback (most recent call last):",
            *(frame * 40),
            "DataError: division by zero",
            "    LINE 1: SELECT 1 / 0",
        ]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            index.is_complete(event("Create", **RUNNING), None)
        text = str(raised.value)
        assert text.endswith("posts.0002_divide...Traceback (most recent call last):\n" + "\n".join(aws.log[-2:]))
        assert "in _execute" not in text

    def test_task_that_never_started_fails_with_its_reason(self, aws: FakeAws) -> None:
        aws.log = None
        aws.ends(None, stoppedReason="CannotPullContainerError: microblog:v9: not found")
        with pytest.raises(
            index.TaskFailedError, match=r"CannotPullContainerError: microblog:v9: not found\nIt wrote no log"
        ):
            index.is_complete(event("Create", **RUNNING), None)

    def test_message_fits_into_a_response_and_keeps_the_end(self, aws: FakeAws) -> None:
        aws.log = ["x" * 1000] * 19 + ["the cause"]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            index.is_complete(event("Create", **RUNNING), None)
        assert len(str(raised.value)) <= index.MESSAGE_CHARACTERS
        assert str(raised.value).startswith("the release command failed: exit code 1")
        assert str(raised.value).endswith("the cause")

    def test_task_that_takes_too_long_is_stopped_and_fails(self, aws: FakeAws) -> None:
        aws.task["createdAt"] = datetime.now(UTC) - timedelta(seconds=3301)
        with pytest.raises(index.TaskFailedError, match="did not end within 3300 seconds"):
            index.is_complete(event("Create", **RUNNING), None)
        assert aws.stopped == [TASK]

    def test_task_of_more_than_15_minutes_is_still_awaited(self, aws: FakeAws) -> None:
        aws.task["createdAt"] = datetime.now(UTC) - timedelta(minutes=50)
        assert index.is_complete(event("Create", **RUNNING), None) == {"IsComplete": False}
        assert aws.stopped == []

    def test_task_that_ecs_forgot_fails(self, aws: FakeAws) -> None:
        aws.task = {}
        started = datetime.now(UTC) - timedelta(seconds=index.UNSEEN_SECONDS)
        with pytest.raises(index.TaskFailedError, match="is gone"):
            index.is_complete(event("Create", Data={"TaskArn": TASK, "StartedAt": started.isoformat()}), None)

    def test_task_that_ecs_does_not_show_yet_is_awaited(self, aws: FakeAws) -> None:
        aws.task = {}
        just_now = {"TaskArn": TASK, "StartedAt": datetime.now(UTC).isoformat()}
        assert index.is_complete(event("Create", Data=just_now), None) == {"IsComplete": False}
