"""Runs an ECS task for a CloudFormation custom resource, behind CDK's provider framework.

`on_event` starts the task, `is_complete` is asked every few seconds until it has ended. An error of either fails the
resource, and CloudFormation shows its text. Nothing here waits, so a task may take as long as CloudFormation does.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.custom_resources-readme.html
"""

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import boto3
from botocore.config import Config

LOG_LINES = 20
LOG_LINES_READ = 200
"""Django prints which migration it applies before a traceback that may have a hundred lines."""
MESSAGE_CHARACTERS = 3000
"""A response to CloudFormation holds 4,096 bytes in all, and the framework adds to the message."""

UNSEEN_SECONDS = 120
"""For so long, what ECS has started may be missing where it is described.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html advises to retry for up to five minutes of
eventual consistency at most; seconds are usual.
"""

ROLLING_BACK = ("ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS")


class TaskFailedError(Exception):
    """The task could not be started, or did not end well; the text is for the person who deploys."""


def on_event(event: dict[str, Any], _context: object) -> dict[str, Any]:
    """Start the task when the event calls for one, and return its ARN for `is_complete`.

    Raises TaskFailedError when ECS refuses to start it.
    """
    properties = event["ResourceProperties"]
    result = {"PhysicalResourceId": event.get("PhysicalResourceId") or f"{event['LogicalResourceId']}-task"}
    if not _has_to_run(event):
        return result
    arn = _start(properties, event["RequestType"], event["RequestId"])
    return {**result, "Data": {"TaskArn": arn, "StartedAt": datetime.now(UTC).isoformat()}}


def is_complete(event: dict[str, Any], _context: object) -> dict[str, bool]:
    """Tell whether the task has ended well.

    Raises TaskFailedError when it ended with an error, never started, or took too long; then it is stopped.
    """
    arn = event.get("Data", {}).get("TaskArn")
    if not arn:
        return {"IsComplete": True}
    properties = event["ResourceProperties"]
    found = _client("ecs").describe_tasks(cluster=properties["Cluster"], tasks=[arn])
    if not found["tasks"]:
        started = datetime.fromisoformat(event["Data"]["StartedAt"])
        if (datetime.now(UTC) - started).total_seconds() < UNSEEN_SECONDS:
            return {"IsComplete": False}
        raise TaskFailedError(f"the task {arn} is gone: {found.get('failures')}")
    task = found["tasks"][0]
    if task["lastStatus"] == "STOPPED":
        return _ended(task, properties)
    timeout = int(properties["TimeoutSeconds"])
    if (datetime.now(UTC) - task["createdAt"]).total_seconds() > timeout:
        _client("ecs").stop_task(cluster=properties["Cluster"], task=arn, reason="took too long")
        raise TaskFailedError(_message(f"did not end within {timeout} seconds", task, properties))
    return {"IsComplete": False}


def _has_to_run(event: dict[str, Any]) -> bool:
    properties = event["ResourceProperties"]
    match event["RequestType"]:
        case "Create":
            return True
        case "Update":
            same = event["OldResourceProperties"].get("TaskDefinition") == properties["TaskDefinition"]
            # What a rollback returns to has been prepared before; its release command must not run over newer data.
            return not same and not _is_rolling_back(event["StackId"])
        case _:
            return "EnvironmentOnDelete" in properties


def _is_rolling_back(stack_id: str) -> bool:
    (stack,) = _client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return stack["StackStatus"] in ROLLING_BACK


def _start(properties: dict[str, Any], request_type: str, request_id: str) -> str:
    environment = properties["EnvironmentOnDelete"] if request_type == "Delete" else {}
    override = {
        "name": properties["Container"],
        "environment": [{"name": name, "value": value} for name, value in environment.items()],
    }
    started = _client("ecs").run_task(
        cluster=properties["Cluster"],
        taskDefinition=properties["TaskDefinition"],
        # On demand: Spot could take the task away in the middle of a migration.
        launchType="FARGATE",
        networkConfiguration={
            "awsvpcConfiguration": {
                "subnets": properties["Subnets"],
                "securityGroups": properties["SecurityGroups"],
                "assignPublicIp": "DISABLED",
            }
        },
        overrides={"containerOverrides": [override]},
        # A repeated request finds the task of the first.
        clientToken=request_id,
        startedBy="cloudformation",
    )
    if not started["tasks"]:
        reasons = ", ".join(failure.get("reason", "unknown") for failure in started["failures"])
        raise TaskFailedError(f"{properties['Description']} could not be started: {reasons}")
    arn: str = started["tasks"][0]["taskArn"]
    print(f"{request_type}: started {properties['Description']} as {arn} {environment or ''}")
    return arn


def _ended(task: dict[str, Any], properties: dict[str, Any]) -> dict[str, bool]:
    codes = [container.get("exitCode") for container in task["containers"]]
    if codes and all(code == 0 for code in codes):
        return {"IsComplete": True}
    exits = [f"exit code {code}" for code in codes if code is not None]
    reasons = [container["reason"] for container in task["containers"] if container.get("reason")]
    stopped = [task["stoppedReason"]] if task.get("stoppedReason") else []
    raise TaskFailedError(_message("; ".join(exits + reasons + stopped) or "it never started", task, properties))


def _message(what: str, task: dict[str, Any], properties: dict[str, Any]) -> str:
    lines = _last_lines(task, properties)
    tail = "\nIts last log lines:\n" + "\n".join(lines) if lines else "\nIt wrote no log."
    text = f"{properties['Description']} failed: {what}"
    return text + tail[-(MESSAGE_CHARACTERS - len(text)) :]


def _last_lines(task: dict[str, Any], properties: dict[str, Any]) -> list[str]:
    stream = f"{properties['LogStreamPrefix']}/{properties['Container']}/{task['taskArn'].rsplit('/', 1)[-1]}"
    logs = _client("logs")
    try:
        events = logs.get_log_events(
            logGroupName=properties["LogGroup"], logStreamName=stream, limit=LOG_LINES_READ, startFromHead=False
        )["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return list(_without_frames(event["message"].rstrip() for event in events))[-LOG_LINES:]


def _without_frames(lines: Iterable[str]) -> Iterator[str]:
    """Leave out the frames of Python's tracebacks, which the log keeps; what was raised stays."""
    in_frame = False
    for line in lines:
        in_frame = line.startswith('  File "') or (in_frame and line.startswith("    "))
        if not in_frame:
            yield line


@cache
def _client(service: Literal["cloudformation", "ecs", "logs"]) -> Any:  # noqa: ANN401 # boto3's stubs are not where this runs
    # ECS and CloudFormation throttle an account in which many environments are deployed at once.
    return boto3.client(service, config=Config(retries={"mode": "adaptive", "total_max_attempts": 10}))
