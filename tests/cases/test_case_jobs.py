"""Jobs on the embedded AWS: a schedule starts one, it ends well or badly, and it leaves out what it has to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import pytest

from constructs_lib.config.environments import parse_name
from constructs_lib.config.naming import JOB_TAG, job_family
from tests.cases.worlds import TAG, world_of_legacy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import Environment, World

PATIENCE = 120
NAME = "dev/one"
JOBS = {
    "greet": {
        "command": ["python", "-c", "import os; print('job of', os.environ['APP_NAME'])"],
        "schedule": "0 3 * * *",
    },
    "fail": {"command": ["python", "-c", "raise SystemExit('no bucket')"], "schedule": "*/15 4 * * 1-5"},
    "endless": {"command": ["python", "-c", "import time; time.sleep(3600)"], "schedule": "0 6 1 * *"},
    "slow": {"command": ["python", "-c", "import time; time.sleep(25)"], "schedule": "0 5 1 * *"},
}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev") as made:
        yield made


@pytest.fixture(scope="module")
def app(world: World) -> Environment:
    app = world.declare(NAME, image=TAG, settings_module="settings", services={"worker": None}, jobs=JOBS)
    world.deploy(app.name)
    return app


def resources(world: World, kind: str) -> list[str]:
    stack = parse_name(NAME).stack
    found = world.client("cloudformation").describe_stack_resources(StackName=stack)["StackResources"]
    return [r["PhysicalResourceId"] for r in found if r["ResourceType"] == kind]


def machine(world: World, job: str) -> str:
    """Return the ARN of the state machine of a job."""
    states = world.client("stepfunctions")
    for arn in resources(world, "AWS::StepFunctions::StateMachine"):
        tags = {tag["key"]: tag["value"] for tag in states.list_tags_for_resource(resourceArn=arn)["tags"]}
        if tags.get(JOB_TAG) == job:
            return arn
    raise AssertionError(f"no state machine of {job}")


def ended(world: World, arn: str) -> dict[str, Any]:
    """Return the execution, once it has ended."""
    states = world.client("stepfunctions")
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        execution: dict[str, Any] = states.describe_execution(executionArn=arn)
        if execution["status"] != "RUNNING":
            return execution
        time.sleep(1)
    raise AssertionError(f"{arn} still runs")


def start(world: World, job: str) -> str:
    arn: str = world.client("stepfunctions").start_execution(stateMachineArn=machine(world, job))["executionArn"]
    return arn


def entered(world: World, arn: str) -> set[str]:
    """Return the states that an execution has entered."""
    events = world.client("stepfunctions").get_execution_history(executionArn=arn, maxResults=1000)["events"]
    return {event["stateEnteredEventDetails"]["name"] for event in events if "stateEnteredEventDetails" in event}


def messages(world: World, part: str) -> list[str]:
    """Return what the tasks of a log group of the app have written."""
    logs = world.client("logs")
    (group,) = (name for name in resources(world, "AWS::Logs::LogGroup") if part in name)
    return [event["message"] for event in logs.filter_log_events(logGroupName=group)["events"]]


def test_its_schedule_starts_a_task_of_the_application(world: World, app: Environment) -> None:
    scheduler, states = world.client("scheduler"), world.client("stepfunctions")
    arn = machine(world, "greet")
    (schedule,) = (
        found
        for name in resources(world, "AWS::Scheduler::Schedule")
        if (found := scheduler.get_schedule(Name=name))["Target"]["Arn"] == arn
    )
    assert schedule["ScheduleExpression"] == "cron(0 3 * * ? *)"
    assert states.list_executions(stateMachineArn=arn)["executions"] == []

    same = {"Name": schedule["Name"], **{key: schedule[key] for key in ("FlexibleTimeWindow", "Target")}}
    # The embedded AWS starts no schedule of `at()` that has had another expression before.
    scheduler.update_schedule(ScheduleExpression="cron(* * * * ? *)", **same)
    until = time.monotonic() + PATIENCE
    while not (executions := states.list_executions(stateMachineArn=arn)["executions"]) and time.monotonic() < until:
        time.sleep(1)
    scheduler.update_schedule(ScheduleExpression=schedule["ScheduleExpression"], **same)

    execution = executions[-1]
    assert ended(world, execution["executionArn"])["status"] == "SUCCEEDED"
    assert f"job of {parse_name(app.name).file}" in "\n".join(messages(world, "JobsGreet"))


def test_failure_of_the_command_is_the_failure_of_the_run(world: World, app: Environment) -> None:
    assert app.name == NAME
    failed = ended(world, start(world, "fail"))

    assert failed["status"] == "FAILED"
    assert "the job fail failed: exit code 1" in failed["cause"]
    assert "no bucket" in failed["cause"]


def test_run_is_skipped_while_the_last_one_goes_on(world: World, app: Environment) -> None:
    assert app.name == NAME
    first = start(world, "slow")
    until = time.monotonic() + PATIENCE
    while "Event" not in entered(world, first) and time.monotonic() < until:
        time.sleep(0.5)
    second = start(world, "slow")

    assert ended(world, second)["status"] == "SUCCEEDED"
    assert "SkippedForOverlap" in entered(world, second)
    assert ended(world, first)["status"] == "SUCCEEDED"
    assert "Ended" in entered(world, first)


def test_of_runs_that_start_together_one_runs_and_the_others_are_skipped(world: World, app: Environment) -> None:
    assert app.name == NAME
    together = [start(world, "slow") for _ in range(3)]

    ends = [ended(world, arn) for arn in together]

    assert [end["status"] for end in ends] == ["SUCCEEDED"] * 3
    ran = [arn for arn in together if "Ended" in entered(world, arn)]
    skipped = [arn for arn in together if "SkippedForOverlap" in entered(world, arn)]
    assert ran == together[:1]
    assert skipped == together[1:]
    shown = world.gitops("status", "--jobs")
    (row,) = (line for line in shown.stdout.splitlines() if line.startswith(app.name) and " slow " in line)
    # AWS lists what ended last first, and the run that was not skipped took longest.
    assert row.endswith("succeeded")


def test_last_runs_and_their_output_are_shown(world: World, app: Environment) -> None:
    for job in ("greet", "fail"):
        ended(world, start(world, job))

    shown = world.gitops("status", "--jobs")

    assert shown.returncode == 0, shown.stderr
    rows = {line.split()[1]: line for line in shown.stdout.splitlines() if line.startswith(app.name)}
    assert rows["fail"].endswith("failed")
    assert rows["greet"].endswith("succeeded")
    assert "0 3 * * * (UTC)" in rows["greet"]
    assert any("no bucket" in line for line in app.logged("fail"))


def test_run_is_skipped_while_the_environment_sleeps(world: World, app: Environment) -> None:
    asleep = world.gitops("sleep", app.name)
    assert asleep.returncode == 0, asleep.stderr

    run = start(world, "greet")

    assert ended(world, run)["status"] == "SUCCEEDED"
    assert "SkippedForSleep" in entered(world, run)
    shown = world.gitops("status", "--jobs")
    (row,) = (line for line in shown.stdout.splitlines() if line.startswith(app.name) and " greet " in line)
    assert row.endswith("skipped: the environment was asleep")
    assert "Step" not in entered(world, run)


def test_a_run_that_goes_on_does_not_keep_its_environment(world: World, app: Environment) -> None:
    """It would hold the cluster, and the database whose deletion comes before that."""
    world.gitops("wake", app.name)
    start(world, "endless")
    ecs, (cluster,) = world.client("ecs"), resources(world, "AWS::ECS::Cluster")

    def running() -> list[str]:
        listed: list[str] = ecs.list_tasks(cluster=cluster, family=job_family(parse_name(NAME), "endless"))["taskArns"]
        described = ecs.describe_tasks(cluster=cluster, tasks=listed)["tasks"] if listed else []
        return [task["taskArn"] for task in described if task["lastStatus"] == "RUNNING"]

    until = time.monotonic() + PATIENCE
    while not (tasks := running()) and time.monotonic() < until:
        time.sleep(1)
    assert len(tasks) == 1

    destroyed = world.gitops("destroy", app.name, "--yes")

    assert destroyed.returncode == 0, destroyed.stderr
    (task,) = ecs.describe_tasks(cluster=cluster, tasks=tasks)["tasks"]
    assert (task["lastStatus"], task["stoppedReason"]) == ("STOPPED", "its environment is destroyed")
