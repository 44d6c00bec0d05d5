"""The custom resource's functions against a fake ECS: what starts, what is awaited, what people are told."""

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

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
AWAITING = {**PROPERTIES, "AwaitsTasksOnDelete": "true"}
WAITER = "arn:aws:states:us-east-1:111111111111:stateMachine:waiter"
TASK = "arn:aws:ecs:us-east-1:111111111111:task/cluster/0123456789"


class NotFoundError(Exception):
    """What boto3 raises for a log stream that does not exist."""


class ExistsError(Exception):
    """What boto3 raises for an execution of a name that another one has."""


def denied(action: str) -> ClientError:
    """Return what boto3 raises for what IAM refuses."""
    return ClientError({"Error": {"Code": "AccessDeniedException", "Message": f"not authorized to {action}"}}, action)


class FakeAws:
    """ECS, CloudWatch Logs, Step Functions and CloudFormation in one, with one task."""

    class exceptions:  # noqa: N801 # boto3's name
        ResourceNotFoundException = NotFoundError
        ExecutionAlreadyExists = ExistsError

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
        self.refuses: list[ClientError] = []
        self.slept: list[float] = []
        self.executions: dict[str, dict[str, Any]] = {}
        self.others: list[dict[str, Any]] = []
        """Other tasks of the cluster."""
        self.answers: list[dict[str, str]] = []

    def start_execution(self, *, stateMachineArn: str, name: str, input: str) -> None:  # noqa: N803, A002 # boto3's names
        assert stateMachineArn == WAITER
        if self.refuses:
            raise self.refuses.pop()
        if name in self.executions:
            raise ExistsError
        self.executions[name] = json.loads(input)

    def run_task(self, **request: Any) -> dict[str, Any]:
        if self.refuses:
            raise self.refuses.pop()
        self.started.append(request)
        return {"tasks": [] if self.failures else [self.task], "failures": self.failures}

    def describe_tasks(self, *, tasks: list[str], **_request: Any) -> dict[str, Any]:
        if found := [task for task in self.others if task["taskArn"] in tasks]:
            return {"tasks": found}
        return {"tasks": [self.task] if self.task else [], "failures": [{"reason": "MISSING"}]}

    def list_tasks(self, *, desiredStatus: str, nextToken: str = "0", **request: Any) -> dict[str, Any]:  # noqa: N803 # boto3's names
        assert request == {"cluster": "cluster"}
        arns = [task["taskArn"] for task in self.others if task["desiredStatus"] == desiredStatus]
        page, rest = arns[int(nextToken) : int(nextToken) + 1], arns[int(nextToken) + 1 :]
        return {"taskArns": page, **({"nextToken": str(int(nextToken) + 1)} if rest else {})}

    def stop_task(self, *, task: str, **_request: Any) -> None:
        self.stopped.append(task)
        for other in self.others:
            if other["taskArn"] == task:
                other["desiredStatus"] = "STOPPED"

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
    monkeypatch.setenv("STATE_MACHINE", WAITER)
    monkeypatch.setattr("time.sleep", fake.slept.append)

    class Answered:
        def close(self) -> None:
            """Nothing is open."""

    def urlopen(request: Any, **_options: Any) -> Answered:
        assert (request.full_url, request.method) == ("https://answers.example/", "PUT")
        assert len(request.data) <= 4096
        fake.answers.append(json.loads(request.data))
        return Answered()

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return fake


def event(request_type: str, **more: Any) -> dict[str, Any]:
    """Return an event of CloudFormation's."""
    return {
        "ResponseURL": "https://answers.example/",
        "RequestType": request_type,
        "RequestId": "11111111-2222-3333-4444-555555555555",
        "StackId": "arn:aws:cloudformation:us-east-1:111111111111:stack/dev-alpha/id",
        "LogicalResourceId": "ReleaseCommandRun",
        "ResourceProperties": PROPERTIES,
        **more,
    }


def update(**old: str) -> dict[str, Any]:
    return event("Update", PhysicalResourceId="kept", OldResourceProperties={**PROPERTIES, **old})


def start(event: dict[str, Any]) -> dict[str, Any]:
    """Return what the first step returns."""
    return index.on_step({"Event": event}, None)


def follow(event: dict[str, Any]) -> dict[str, Any]:
    """Return what a later step returns."""
    return index.on_step({"Event": event, "TaskArn": TASK, "Ended": False}, None)


def fail(event: dict[str, Any], error: Exception | str, **step: str) -> None:
    """Take the step that follows when the state machine has caught an error of the function, or of Lambda's."""
    kind = error if isinstance(error, str) else type(error).__name__
    cause = kind if isinstance(error, str) else json.dumps({"errorType": kind, "errorMessage": str(error)})
    index.on_step({"Event": event, **step, "Error": {"Error": kind, "Cause": cause}}, None)


class TestOnEvent:
    def test_state_machine_gets_the_event_and_cloudformation_no_answer_yet(self, aws: FakeAws) -> None:
        index.on_event(event("Create"), None)
        assert aws.executions == {event("Create")["RequestId"]: {"Event": event("Create")}}
        assert aws.answers == []

    def test_an_event_that_lambda_delivers_twice_runs_once(self, aws: FakeAws) -> None:
        for _ in range(2):
            index.on_event(event("Create"), None)
        assert len(aws.executions) == 1
        assert aws.answers == []

    def test_a_state_machine_that_may_not_be_started_yet_is_asked_again(self, aws: FakeAws) -> None:
        aws.refuses = [denied("StartExecution")] * 3
        index.on_event(event("Create"), None)
        assert len(aws.executions) == 1
        assert aws.slept == [10, 10, 10]
        assert aws.answers == []

    def test_cloudformation_is_told_after_two_minutes(self, aws: FakeAws) -> None:
        aws.refuses = [denied("StartExecution")] * 14
        index.on_event(event("Create"), None)
        (answer,) = aws.answers
        assert answer["Status"] == "FAILED"
        assert answer["Reason"].startswith(
            "the release command could not be started. It was tried for two minutes: "
            "An error occurred (AccessDeniedException) when calling the StartExecution operation"
        )
        assert sum(aws.slept) == 120
        assert len(aws.refuses) == 1
        assert aws.executions == {}


class TestStart:
    def test_create_starts_the_task_on_demand_in_private_subnets(self, aws: FakeAws) -> None:
        assert start(event("Create")) == {"Event": event("Create"), "TaskArn": TASK, "Starts": 1, "Ended": False}
        assert aws.answers == []
        (request,) = aws.started
        assert request["taskDefinition"] == PROPERTIES["TaskDefinition"]
        assert request["launchType"] == "FARGATE"
        assert request["networkConfiguration"]["awsvpcConfiguration"]["assignPublicIp"] == "DISABLED"

    def test_repeated_step_carries_the_same_token(self, aws: FakeAws) -> None:
        for _ in range(2):
            start(event("Create"))
        assert len({request["clientToken"] for request in aws.started}) == 1

    def test_update_runs_when_image_command_or_environment_changed(self, aws: FakeAws) -> None:
        assert start(update(TaskDefinition="arn:task-definition/dev-alpha-release:1"))["TaskArn"] == TASK
        assert len(aws.started) == 1

    def test_update_of_anything_else_runs_nothing(self, aws: FakeAws) -> None:
        assert start(update(TimeoutSeconds="60"))["Ended"] is True
        assert [(answer["Status"], answer["PhysicalResourceId"]) for answer in aws.answers] == [("SUCCESS", "kept")]
        assert aws.started == []

    def test_rollback_runs_nothing(self, aws: FakeAws) -> None:
        aws.stack_status = "UPDATE_ROLLBACK_IN_PROGRESS"
        assert start(update(TaskDefinition="arn:task-definition/dev-alpha-release:3"))["Ended"] is True
        assert [answer["Status"] for answer in aws.answers] == ["SUCCESS"]
        assert aws.started == []

    def test_delete_runs_nothing_by_default(self, aws: FakeAws) -> None:
        assert start(event("Delete", PhysicalResourceId="kept"))["Ended"] is True
        assert [answer["Status"] for answer in aws.answers] == ["SUCCESS"]
        assert aws.started == []

    def test_delete_runs_the_task_with_its_variables_when_asked_to(self, aws: FakeAws) -> None:
        properties = {**PROPERTIES, "EnvironmentOnDelete": {"ACTION": "drop"}}
        result = start(event("Delete", PhysicalResourceId="kept", ResourceProperties=properties))
        assert result["TaskArn"] == TASK
        (override,) = aws.started[0]["overrides"]["containerOverrides"]
        assert override == {"name": "app", "environment": [{"name": "ACTION", "value": "drop"}]}

    def test_delete_of_what_could_not_be_created_runs_nothing(self, aws: FakeAws) -> None:
        properties = {**PROPERTIES, "EnvironmentOnDelete": {"ACTION": "drop"}}
        fail(event("Create", ResourceProperties=properties), index.TaskFailedError("no"))
        made = aws.answers[0]["PhysicalResourceId"]
        assert start(event("Delete", PhysicalResourceId=made, ResourceProperties=properties))["Ended"] is True
        assert aws.started == []

    @pytest.mark.parametrize("status", ["DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
    @pytest.mark.parametrize("more", [{}, {"EnvironmentOnDelete": {"ACTION": "drop"}}])
    def test_delete_waits_for_the_end_of_all_tasks_and_stops_those_of_no_service(
        self, aws: FakeAws, status: str, more: dict[str, Any]
    ) -> None:
        """They would keep the cluster and the security group, use the database and fill the bucket."""
        aws.stack_status = status
        aws.others = [
            other("of-a-job", group="family:dev-alpha-job-import"),
            other("of-the-web", desired="STOPPED", group="service:web"),
            other("of-a-person", desired="STOPPED", group="family:dev-alpha-web"),
            other("ended", desired="STOPPED", last="STOPPED"),
        ]
        properties = {**AWAITING, **more}
        delete = event("Delete", PhysicalResourceId="kept", ResourceProperties=properties)

        assert start(delete) == start(delete) == {"Event": delete, "Ended": False}
        assert aws.stopped == ["of-a-job"]
        assert (aws.started, aws.answers) == ([], [])

        aws.others[0]["lastStatus"] = aws.others[2]["lastStatus"] = "STOPPED"
        assert start(delete)["Ended"] is False
        aws.others[1]["lastStatus"] = "STOPPED"
        start(delete)
        assert len(aws.started) == ("EnvironmentOnDelete" in properties)

    def test_delete_of_one_resource_of_a_stack_that_stays_stops_nothing(self, aws: FakeAws) -> None:
        aws.stack_status = "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"
        aws.others = [other("of-a-job")]

        assert start(event("Delete", PhysicalResourceId="kept", ResourceProperties=AWAITING))["Ended"] is True
        assert aws.stopped == []

    def test_delete_of_a_task_before_which_services_still_run_waits_for_none(self, aws: FakeAws) -> None:
        aws.stack_status = "DELETE_IN_PROGRESS"
        aws.others = [other("of-the-web", group="service:web")]

        assert start(event("Delete", PhysicalResourceId="kept"))["Ended"] is True
        assert aws.stopped == []

    @pytest.mark.parametrize("status", ["UPDATE_ROLLBACK_IN_PROGRESS", "ROLLBACK_IN_PROGRESS"])
    @pytest.mark.parametrize("request_type", ["Create", "Update"])
    def test_a_task_that_still_runs_when_its_stack_goes_back_is_stopped(
        self, aws: FakeAws, status: str, request_type: str
    ) -> None:
        aws.stack_status = status
        with pytest.raises(index.TaskFailedError, match="was stopped: its stack is rolled back"):
            follow(event(request_type))
        assert aws.stopped == [TASK]

    def test_a_task_that_drops_runs_on_while_its_stack_goes_back(self, aws: FakeAws) -> None:
        aws.stack_status = "ROLLBACK_IN_PROGRESS"
        assert follow(event("Delete", PhysicalResourceId="kept"))["Ended"] is False
        assert aws.stopped == []

    @pytest.mark.parametrize("retries", [1, 3])
    def test_missing_capacity_and_permissions_are_left_to_the_state_machine(self, aws: FakeAws, retries: int) -> None:
        aws.failures = [{"reason": "Capacity is unavailable at this time"}]
        for _ in range(retries):
            with pytest.raises(index.NotYetError, match=r"^Capacity is unavailable at this time$"):
                start(event("Create"))
        aws.failures, aws.refuses = [], [denied("RunTask")] * retries
        for _ in range(retries):
            with pytest.raises(ClientError, match="AccessDeniedException"):
                start(event("Create"))
        assert aws.answers == []
        assert start(event("Create"))["TaskArn"] == TASK


class TestFail:
    def test_a_failed_task_is_told_in_its_own_words(self, aws: FakeAws) -> None:
        fail(event("Create"), index.TaskFailedError("the release command failed: exit code 3"), TaskArn=TASK)
        (answer,) = aws.answers
        assert answer == {
            "Status": "FAILED",
            "Reason": "the release command failed: exit code 3",
            "PhysicalResourceId": index.NEVER_MADE,
            **{key: event("Create")[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        }

    def test_what_could_not_be_started_for_two_minutes_is_told_with_its_last_error(self, aws: FakeAws) -> None:
        fail(event("Create"), denied("RunTask"))
        assert aws.answers[0]["Reason"] == (
            f"the release command could not be started. It was tried for two minutes: {denied('RunTask')}"
        )

    def test_a_task_that_could_not_be_followed_may_still_run(self, aws: FakeAws) -> None:
        fail(update(), "Lambda.TooManyRequestsException", TaskArn=TASK)
        (answer,) = aws.answers
        assert answer["Reason"] == (
            "the release command could not be followed to its end, and may still run. It was tried for two minutes: "
            "Lambda.TooManyRequestsException"
        )
        assert answer["PhysicalResourceId"] == "kept"

    def test_a_long_error_fits_into_an_answer(self, aws: FakeAws) -> None:
        fail(event("Create"), RuntimeError('"\N{SNOWMAN}"' * 3000))
        assert aws.answers[0]["Reason"].startswith("the release command could not be started")


class TestFollow:
    def test_running_task_is_awaited(self, aws: FakeAws) -> None:
        assert follow(event("Create")) == {"Event": event("Create"), "TaskArn": TASK, "Ended": False}
        assert aws.answers == []
        assert aws.stopped == []

    def test_exit_code_0_is_success(self, aws: FakeAws) -> None:
        aws.ends(0)
        assert follow(event("Create"))["Ended"] is True
        (answer,) = aws.answers
        assert (answer["Status"], answer["PhysicalResourceId"]) == ("SUCCESS", "ReleaseCommandRun-task")
        assert "Reason" not in answer

    def test_other_exit_code_fails_with_the_last_log_lines(self, aws: FakeAws) -> None:
        aws.log = [f"line {number}." for number in range(30)]
        aws.ends(3, stoppedReason="Essential container in task exited")
        with pytest.raises(index.TaskFailedError) as raised:
            follow(event("Create"))
        text = str(raised.value)
        assert text.startswith("the release command failed: exit code 3; Essential container in task exited\n")
        assert text.endswith("\nIts last log lines:\n" + "\n".join(aws.log))

    def test_what_cloudformation_cannot_tell_is_left_out_of_the_log(self, aws: FakeAws) -> None:
        aws.log = ["\x1b[31;1merror\x1b[0m \x1b]8;;x\x07 Grüße 東京 🎉\tend\x00\x0c"]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            follow(event("Create"))
        assert str(raised.value).endswith("\nerror ]8;;x Grüße 東京 🎉\tend")

    def test_a_traceback_is_whole(self, aws: FakeAws) -> None:
        frame = ['  File "/opt/venv/lib/django/db/backends/utils.py", line 105, in _execute', "    return execute(sql)"]
        aws.log = [
            "  Applying posts.0002_divide...Traceback (most recent call last):",
            *(frame * 10),
            "DataError: division by zero",
            "    LINE 1: SELECT 1 / 0",
        ]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            follow(event("Create"))
        assert str(raised.value).endswith("\nIts last log lines:\n" + "\n".join(aws.log))

    def test_a_traceback_that_does_not_fit_is_told_without_its_frames(self, aws: FakeAws) -> None:
        frame = ['  File "/opt/venv/lib/django/db/backends/utils.py", line 105, in _execute', "    return execute(sql)"]
        before = "  Applying posts.0002_divide...Traceback (most recent call last):"
        aws.log = [before, *(frame * 60), "DataError: division by zero"]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            follow(event("Create"))
        said = "\nIts last log lines, without frames of tracebacks:\n"
        assert str(raised.value).endswith(f"{said}{before}\nDataError: division by zero")

    def test_of_a_long_traceback_the_end_is_told(self, aws: FakeAws) -> None:
        aws.log = [*(f"frame {number} of a hundred" * 3 for number in range(100)), "DataError: division by zero"]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            follow(event("Create"))
        assert str(raised.value).endswith("frame 99 of a hundred" * 3 + "\nDataError: division by zero")
        assert "frame 1 of" not in str(raised.value)

    def test_task_that_never_started_fails_with_its_reason(self, aws: FakeAws) -> None:
        aws.log = None
        aws.ends(None, stoppedReason="CannotPullContainerError: microblog:v9: not found")
        with pytest.raises(
            index.TaskFailedError, match=r"CannotPullContainerError: microblog:v9: not found\nIt wrote no log"
        ):
            follow(event("Create"))

    @pytest.mark.parametrize(
        "reason",
        [
            "Timeout waiting for network interface provisioning to complete.",
            "ResourceInitializationError: unable to pull secrets or registry auth: RequestError: send request failed",
            "CannotPullContainerError: pull image manifest has been retried 5 time(s): i/o timeout",
        ],
    )
    def test_task_that_never_started_for_a_passing_cause_is_started_again(self, aws: FakeAws, reason: str) -> None:
        aws.log = None
        step = start(event("Create"))
        aws.ends(None, stoppedReason=reason, stopCode="TaskFailedToStart")
        for _ in range(2):
            step = index.on_step(index.on_step(step, None), None)
        assert aws.answers == []
        tokens = [request["clientToken"] for request in aws.started]
        assert len(set(tokens)) == 3
        assert all(len(token) <= index.TOKEN_LENGTH for token in tokens)

        with pytest.raises(index.TaskFailedError, match=re.escape(reason)):
            index.on_step(step, None)

    @pytest.mark.parametrize(
        "more",
        [
            {"stoppedReason": "CannotPullContainerError: microblog:v9: not found", "stopCode": "TaskFailedToStart"},
            {"stoppedReason": "unable to retrieve secret: AccessDeniedException", "stopCode": "TaskFailedToStart"},
            {"stoppedReason": "Task stopped by a person", "stopCode": "UserInitiated"},
        ],
    )
    def test_task_that_would_end_the_same_way_is_not_started_again(self, aws: FakeAws, more: dict[str, str]) -> None:
        aws.log = None
        step = start(event("Create"))
        aws.ends(None, **more)
        with pytest.raises(index.TaskFailedError, match=more["stoppedReason"]):
            index.on_step(step, None)
        assert len(aws.started) == 1

    def test_command_that_failed_is_not_repeated(self, aws: FakeAws) -> None:
        step = start(event("Create"))
        aws.ends(1, stopCode="TaskFailedToStart")
        with pytest.raises(index.TaskFailedError, match="exit code 1"):
            index.on_step(step, None)

    def test_message_fits_into_a_response_and_keeps_the_end(self, aws: FakeAws) -> None:
        aws.log = ["x" * 1000] * 19 + ["the cause"]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as raised:
            follow(event("Create"))
        assert len(json.dumps(str(raised.value))) <= index.MESSAGE_BYTES
        assert str(raised.value).startswith("the release command failed: exit code 1")
        assert str(raised.value).endswith("the cause")

    def test_task_that_takes_too_long_is_stopped_and_fails(self, aws: FakeAws) -> None:
        aws.task["createdAt"] = datetime.now(UTC) - timedelta(seconds=3301)
        with pytest.raises(index.TaskFailedError, match="did not end within 3300 seconds"):
            follow(event("Create"))
        assert aws.stopped == [TASK]

    def test_task_of_more_than_15_minutes_is_still_awaited(self, aws: FakeAws) -> None:
        aws.task["createdAt"] = datetime.now(UTC) - timedelta(minutes=50)
        assert follow(event("Create"))["Ended"] is False
        assert aws.stopped == []

    def test_a_task_that_ecs_does_not_know_is_asked_for_again(self, aws: FakeAws) -> None:
        known, aws.task = aws.task, {}
        with pytest.raises(index.NotYetError, match="MISSING"):
            follow(event("Create"))
        assert aws.answers == []
        aws.task = known
        assert follow(event("Create"))["Ended"] is False


class TestJob:
    def test_starts_its_task_without_an_answer_to_anybody(self, aws: FakeAws) -> None:
        assert start(job()) == {"Event": job(), "TaskArn": TASK, "Starts": 1, "Ended": False}
        assert aws.started[0]["startedBy"] == "schedule"
        aws.ends(0)
        assert follow(job())["Ended"] is True
        assert aws.answers == []

    def test_failure_fails_the_state_machine_with_the_last_lines(self, aws: FakeAws) -> None:
        aws.log = ["no bucket"]
        aws.ends(1)
        with pytest.raises(index.TaskFailedError) as failure:
            follow(job())
        with pytest.raises(index.TaskFailedError, match=r"^the release command failed: exit code 1\n.*\nno bucket$"):
            fail(job(), failure.value, TaskArn=TASK)
        assert aws.answers == []

    def test_task_that_takes_too_long_is_stopped(self, aws: FakeAws) -> None:
        aws.task["createdAt"] = datetime.now(UTC) - timedelta(seconds=3301)
        with pytest.raises(index.TaskFailedError, match="did not end within 3300 seconds"):
            follow(job())
        assert aws.stopped == [TASK]

    def test_token_of_a_long_name_is_one_that_ecs_takes(self, aws: FakeAws) -> None:
        start(job("a" * 40 + "_" + "b" * 39))
        assert aws.started[0]["clientToken"] == "a" * 24 + "_" + "b" * 39


def other(arn: str, *, desired: str = "RUNNING", last: str = "RUNNING", group: str = "family:x") -> dict[str, Any]:
    """Return another task of the cluster, as ECS describes it."""
    return {"taskArn": arn, "desiredStatus": desired, "lastStatus": last, "group": group}


def job(execution: str = "execution") -> dict[str, Any]:
    """Return the event that the state machine of a job makes."""
    return {"RequestType": "Job", "RequestId": execution, "ResourceProperties": PROPERTIES}


TOLD = {**PROPERTIES, "Description": "the command after the release", "OnFailure": "Tell"}


def test_failure_that_is_told_fails_no_deployment(aws: FakeAws) -> None:
    step = start(event("Create", ResourceProperties=TOLD))
    aws.ends(3)
    aws.log = ["warming", "no such page"]
    with pytest.raises(index.TaskFailedError) as failed:
        index.on_step(step, None)

    index.on_step(
        {**step, "Error": {"Error": "TaskFailedError", "Cause": json.dumps({"errorMessage": str(failed.value)})}}, None
    )

    (answer,) = aws.answers
    assert answer["Status"] == "SUCCESS"
    assert "Reason" not in answer
    outcome = answer["Data"]["Outcome"]  # type: ignore[index] # an object, as CloudFormation takes it
    assert outcome.startswith("failed: the command after the release failed: exit code 3")
    assert outcome.endswith("no such page")


def test_good_end_of_what_is_told_says_so_and_what_is_not_told_has_no_outcome(aws: FakeAws) -> None:
    aws.ends(0)
    for properties in (TOLD, PROPERTIES):
        index.on_step(start(event("Create", ResourceProperties=properties)), None)

    told, other = aws.answers
    assert "failed" not in json.dumps(told)
    assert told["Data"]
    assert "Data" not in other


def test_update_without_a_new_version_runs_nothing_and_has_an_outcome_all_the_same(aws: FakeAws) -> None:
    changed = {**TOLD, "SecurityGroups": ["sg-2"]}
    same = event("Update", PhysicalResourceId="kept", ResourceProperties=changed, OldResourceProperties=TOLD)

    assert start(same)["Ended"]

    assert aws.started == []
    assert aws.answers[0]["Data"]
