"""Runs an ECS task for a CloudFormation custom resource, and answers CloudFormation when the task has ended.

The state machines of jobs invoke `on_step` with a request of the type Job, which nobody waits for an answer to.

CloudFormation invokes `on_event`, which hands the event to a state machine. That one invokes `on_step`: to start the
task, every few seconds until it has ended, and with the error once a step has failed for good. Nothing here waits, so a
task may take as long as CloudFormation does.

The state machine repeats a step that fails for two minutes: what was just created is not known everywhere at once,
permissions of a new role among it, and APIs throttle. Only `TaskFailedError` ends it at once. `on_event` is as patient
with the state machine itself.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import os
import re
import time
import urllib.request
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from typing import Any, Literal

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

LOG_LINES = 200
"""Django says which migration it applies before a traceback that may have a hundred lines."""
MESSAGE_BYTES = 3000
"""Of a reason, as JSON: an answer to CloudFormation holds 4,096 bytes in all."""

TOKEN_LENGTH = 64
"""Of a client token; names of executions may be longer.

https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
"""

RETRY_SECONDS = 10
RETRIES = 12
"""Two minutes in all, of which the timeout of `on_event` knows."""
TRIED = "It was tried for two minutes"

STARTS = 3
"""Of a task that never starts for a passing cause: a network interface that is late, a registry or secret out of reach.

Fargate takes such a task, and stops it before its container runs; a few of a thousand end so, on a bad day more.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/stopped-task-error-codes.html
"""
NEVER_STARTED = "TaskFailedToStart"
LASTING = re.compile(r"not found|NotFound|does not exist|[Dd]enied|not authorized|platform|exec format|no such file")
"""In reasons that another start would have too: an image or a secret is not there, or may not be read."""

_UNPRINTABLE = re.compile(r"\x1b\[[0-?]*[ -/]*[@-~]|[^\t\n\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Colours of terminals, and what XML cannot hold: CloudFormation takes it, and cannot tell its events any more.

https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1601
"""

TELL = "Tell"
"""Value of the property `OnFailure` of a task whose failure is told, and fails no deployment."""

ROLLING_BACK = ("ROLLBACK_IN_PROGRESS", "UPDATE_ROLLBACK_IN_PROGRESS")
GOING = ("DELETE_IN_PROGRESS", "ROLLBACK_IN_PROGRESS")
"""Statuses of a stack of which nothing stays."""
NEVER_MADE = "creation-failed"
"""Physical id of what CloudFormation was told could not be made; it is told to delete that all the same."""


class TaskFailedError(Exception):
    """The task did not end well; the text is for the person who deploys."""


class NeverStartedError(Exception):
    """The task ended before its container ran, for a cause that may pass; the text is as of TaskFailedError."""


class NotYetError(Exception):
    """ECS does not do or know yet what it may in a moment."""


def on_event(event: dict[str, Any], _context: object) -> None:
    """Let the state machine run the task that an event of CloudFormation's calls for."""
    states = _client("stepfunctions")
    for retries_left in reversed(range(RETRIES + 1)):
        try:
            states.start_execution(
                stateMachineArn=os.environ["STATE_MACHINE"],
                name=event["RequestId"],
                input=json.dumps({"Event": event}),
            )
        except states.exceptions.ExecutionAlreadyExists:
            print(f"{event['RequestId']} is under way: Lambda may invoke a function twice for one event")
        except ClientError as error:
            print(f"{event['RequestId']}: {error}")
            if retries_left:
                time.sleep(RETRY_SECONDS)
                continue
            # Without an answer, CloudFormation would wait for an hour.
            text = f"{event['ResourceProperties']['Description']} could not be started. {TRIED}: {error}"
            _answer(event, reason=_shortened(text))
        return


def on_step(step: dict[str, Any], _context: object) -> dict[str, Any]:
    """Start the task of an event, look whether it has ended, or report an error; return the next step.

    Raises TaskFailedError when the task ended with an error, never started, or took too long; then it is stopped. One
    that never started for a cause that may pass is started again.
    Raises NotYetError when ECS does not start the task or does not know it.
    """
    event = step["Event"]
    if "Error" in step:
        _answer(event, reason=_reason(step))
        return {}
    if "TaskArn" not in step and _awaits_others(event):
        return {**step, "Ended": False}
    if "TaskArn" not in step and _has_to_run(event):
        starts = step.get("Starts", 0) + 1
        arn = _start(event["ResourceProperties"], event["RequestType"], _token(event["RequestId"], starts))
        return {"Event": event, "TaskArn": arn, "Starts": starts, "Ended": False}
    if "TaskArn" in step and event["RequestType"] in {"Create", "Update"} and _is_rolling_back(event["StackId"]):
        # Another resource has failed. CloudFormation no longer waits, and goes back to the version before.
        _client("ecs").stop_task(
            cluster=event["ResourceProperties"]["Cluster"], task=step["TaskArn"], reason="its deployment is rolled back"
        )
        raise TaskFailedError(f"{event['ResourceProperties']['Description']} was stopped: its stack is rolled back")
    try:
        ended = "TaskArn" not in step or _has_ended(step["TaskArn"], event["ResourceProperties"])
    except NeverStartedError as error:
        starts = step.get("Starts", 1)
        if starts >= STARTS:
            raise TaskFailedError(str(error)) from error
        print(f"{event['RequestId']}: start {starts} of {STARTS}: {error}")
        return {"Event": event, "Starts": starts, "Ended": False}
    if ended:
        _answer(event)
    return {**step, "Ended": ended}


def _has_to_run(event: dict[str, Any]) -> bool:
    properties = event["ResourceProperties"]
    match event["RequestType"]:
        case "Create" | "Job":
            return True
        case "Update":
            same = event["OldResourceProperties"].get("TaskDefinition") == properties["TaskDefinition"]
            # What a rollback returns to has been prepared before; its release command must not run over newer data.
            return not same and not _is_rolling_back(event["StackId"])
        case _:
            return "EnvironmentOnDelete" in properties and event["PhysicalResourceId"] != NEVER_MADE


def _is_rolling_back(stack_id: str) -> bool:
    return _status(stack_id) in ROLLING_BACK


def _status(stack_id: str) -> str:
    (stack,) = _client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return str(stack["StackStatus"])


def _awaits_others(event: dict[str, Any]) -> bool:
    """Return whether tasks of a stack that goes still run, and stop those that belong to no service.

    They would keep the cluster and the security group of their network interfaces from being deleted, their database
    open, and write into a bucket that was emptied. Services, and the schedules of jobs, have gone before; but a service
    is gone for ECS while its last tasks still shut down.
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html
    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteCluster.html
    """
    awaits = event["RequestType"] == "Delete" and "AwaitsTasksOnDelete" in event["ResourceProperties"]
    if not awaits or _status(event["StackId"]) not in GOING:
        return False
    cluster = event["ResourceProperties"]["Cluster"]
    running = [task for task in _tasks(cluster) if task["lastStatus"] != "STOPPED"]
    for task in running:
        if task["desiredStatus"] != "STOPPED" and not _is_of_a_service(task):
            print(f"{event['RequestId']}: stopped {task['taskArn']}")
            _client("ecs").stop_task(cluster=cluster, task=task["taskArn"], reason="its environment is destroyed")
    return bool(running)


def _is_of_a_service(task: dict[str, Any]) -> bool:
    return bool(task.get("group", "").startswith("service:"))


def _tasks(cluster: str) -> Iterator[dict[str, Any]]:
    """Yield the tasks of a cluster: those that are to run, and those that are to stop and may not have stopped yet."""
    ecs = _client("ecs")
    for desired in ("RUNNING", "STOPPED"):
        page: dict[str, Any] = {}
        while True:
            page = ecs.list_tasks(
                cluster=cluster, desiredStatus=desired, **({"nextToken": page["nextToken"]} if page else {})
            )
            if page["taskArns"]:
                yield from ecs.describe_tasks(cluster=cluster, tasks=page["taskArns"])["tasks"]
            if not page.get("nextToken"):
                break


def _token(request_id: str, starts: int) -> str:
    """Return the client token of a start: a repeated request finds the task of the first, another start has its own."""
    again = f"-{starts}" if starts > 1 else ""
    return request_id[-(TOKEN_LENGTH - len(again)) :] + again


def _start(properties: dict[str, Any], request_type: str, token: str) -> str:
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
        clientToken=token,
        startedBy="schedule" if request_type == "Job" else "cloudformation",
    )
    if not started["tasks"]:
        raise NotYetError(", ".join(failure.get("reason", "unknown") for failure in started["failures"]))
    arn: str = started["tasks"][0]["taskArn"]
    print(f"{request_type}: started {properties['Description']} as {arn} {environment or ''}")
    return arn


def _has_ended(arn: str, properties: dict[str, Any]) -> bool:
    """Return whether the task has ended well.

    Raises NotYetError while ECS does not know it, TaskFailedError and NeverStartedError as they say.
    """
    found = _client("ecs").describe_tasks(cluster=properties["Cluster"], tasks=[arn])
    if not found["tasks"]:
        raise NotYetError(f"ECS does not know the task {arn}: {found.get('failures')}")
    task = found["tasks"][0]
    if task["lastStatus"] == "STOPPED":
        codes = [container.get("exitCode") for container in task["containers"]]
        if codes and all(code == 0 for code in codes):
            return True
        exits = [f"exit code {code}" for code in codes if code is not None]
        reasons = [container["reason"] for container in task["containers"] if container.get("reason")]
        stopped = [task["stoppedReason"]] if task.get("stoppedReason") else []
        why = "; ".join(exits + reasons + stopped) or "it never started"
        message = _message(why, task, properties)
        if task.get("stopCode") == NEVER_STARTED and not exits and not LASTING.search(why):
            raise NeverStartedError(message)
        raise TaskFailedError(message)
    timeout = int(properties["TimeoutSeconds"])
    if (datetime.now(UTC) - task["createdAt"]).total_seconds() > timeout:
        _client("ecs").stop_task(cluster=properties["Cluster"], task=arn, reason="took too long")
        raise TaskFailedError(_message(f"did not end within {timeout} seconds", task, properties))
    return False


def _message(what: str, task: dict[str, Any], properties: dict[str, Any]) -> str:
    text, lines = f"{properties['Description']} failed: {what}", _last_lines(task, properties)
    if not lines:
        return _shortened(text, "\nIt wrote no log.")
    tail = "\nIts last log lines:\n" + "\n".join(lines)
    if _size(text + tail) > MESSAGE_BYTES:
        tail = "\nIts last log lines, without frames of tracebacks:\n" + "\n".join(_without_frames(lines))
    return _shortened(text, tail)


def _without_frames(lines: Iterable[str]) -> Iterator[str]:
    """Leave out the frames of Python's tracebacks; what was raised, and what was said before, stays."""
    in_frame = False
    for line in lines:
        in_frame = line.startswith('  File "') or (in_frame and line.startswith("    "))
        if not in_frame:
            yield line


def _shortened(text: str, tail: str = "") -> str:
    """Return both texts, without so much of the tail's beginning, then of the text's end, that an answer holds them."""
    while tail and _size(text + tail) > MESSAGE_BYTES:
        tail = tail[1 + len(tail) // 20 :]
    while _size(text + tail) > MESSAGE_BYTES:
        text = text[: len(text) * 19 // 20]
    return text + tail


def _size(text: str) -> int:
    return len(json.dumps(text))


def _last_lines(task: dict[str, Any], properties: dict[str, Any]) -> list[str]:
    stream = f"{properties['LogStreamPrefix']}/{properties['Container']}/{task['taskArn'].rsplit('/', 1)[-1]}"
    logs = _client("logs")
    try:
        events = logs.get_log_events(
            logGroupName=properties["LogGroup"], logStreamName=stream, limit=LOG_LINES, startFromHead=False
        )["events"]
    except logs.exceptions.ResourceNotFoundException:
        return []
    return [_UNPRINTABLE.sub("", event["message"]).rstrip() for event in events]


def _reason(step: dict[str, Any]) -> str:
    """Return what CloudFormation is told of an error, as the state machine has caught it."""
    error, properties = step["Error"], step["Event"]["ResourceProperties"]
    cause = error.get("Cause", "")
    with suppress(ValueError, KeyError, TypeError):  # an error of Lambda or of the state machine itself is plain text
        cause = json.loads(cause)["errorMessage"]
    if error["Error"] == TaskFailedError.__name__:
        return str(cause)
    what = "followed to its end, and may still run" if "TaskArn" in step else "started"
    return _shortened(f"{properties['Description']} could not be {what}. {TRIED}: {cause or error['Error']}")


def _answer(event: dict[str, Any], *, reason: str = "") -> None:
    """Tell CloudFormation, which waits for it, how a request has ended: badly if there is a reason.

    A task that must not fail the deployment ends well in any case, and the reason is an attribute of the resource.

    Raises TaskFailedError with the reason if the request is that of a job's schedule.
    """
    if event["RequestType"] == "Job":  # nobody waits: the state machine fails with it
        if reason:
            raise TaskFailedError(reason)
        return
    data = {}
    if event["ResourceProperties"].get("OnFailure") == TELL:
        data = {"Data": {"Outcome": f"failed: {reason}" if reason else "ended well, or there was nothing to run"}}
        if reason:
            print(f"{event['RequestId']}: {reason}")
        reason = ""
    made = event.get("PhysicalResourceId") or (NEVER_MADE if reason else f"{event['LogicalResourceId']}-task")
    answer = {
        "Status": "FAILED" if reason else "SUCCESS",
        "PhysicalResourceId": made,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
        **({"Reason": reason} if reason else {}),
        **data,
    }
    body = json.dumps(answer).encode()
    request = urllib.request.Request(event["ResponseURL"], data=body, method="PUT", headers={"Content-Type": ""})  # noqa: S310 # the URL is CloudFormation's
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 # as above


@cache
def _client(service: Literal["cloudformation", "ecs", "logs", "stepfunctions"]) -> Any:  # noqa: ANN401 # boto3's stubs are not where this runs
    # A minute is all that a function has; the state machine asks again.
    return boto3.client(service, config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
