"""One-off tasks end the way their variables say; tasks of services go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from local_aws.runtime.simulated_tasks import Outcome, outcome
from tests.local_aws.accounts import described

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

CONTAINER: dict[str, Any] = {
    "name": "app",
    "image": "microblog:v1",
    "command": ["python", "manage.py", "migrate"],
    "logConfiguration": {
        "logDriver": "awslogs",
        "options": {"awslogs-group": "release", "awslogs-region": "eu-central-1", "awslogs-stream-prefix": "app"},
    },
}


def run_task(account: Account, **environment: str) -> dict[str, Any]:
    """Run a task with these variables; return it as it is afterwards."""
    ecs = account.client("ecs")
    ecs.create_cluster(clusterName="cluster")
    account.client("logs").create_log_group(logGroupName="release")
    ecs.register_task_definition(family="release", containerDefinitions=[CONTAINER])
    override = {"name": "app", "environment": [{"name": name, "value": value} for name, value in environment.items()]}
    (task,) = ecs.run_task(cluster="cluster", taskDefinition="release", overrides={"containerOverrides": [override]})[
        "tasks"
    ]
    return described(ecs, "cluster", task["taskArn"])


def test_task_ends_well_and_says_that_it_was_simulated(account: Account) -> None:
    task = run_task(account)
    assert (task["lastStatus"], task["containers"][0]["exitCode"]) == ("STOPPED", 0)
    stream = f"app/app/{task['taskArn'].rpartition('/')[2]}"
    events = account.client("logs").get_log_events(logGroupName="release", logStreamName=stream)["events"]
    assert [event["message"] for event in events] == [
        "simulated, no container was started: python manage.py migrate",
        "simulated exit code: 0",
    ]


def test_exit_code_can_be_chosen(account: Account) -> None:
    task = run_task(account, SIMULATED_EXIT_CODE="3")
    assert task["containers"][0]["exitCode"] == 3


def test_task_can_fail_to_start(account: Account) -> None:
    task = run_task(account, SIMULATED_STOPPED_REASON="CannotPullContainerError: not found")
    assert (task["lastStatus"], task["stopCode"]) == ("STOPPED", "TaskFailedToStart")
    assert task["stoppedReason"] == "CannotPullContainerError: not found"
    assert "exitCode" not in task["containers"][0]


def test_task_can_go_on(account: Account) -> None:
    assert run_task(account, SIMULATED_EXIT_CODE="never")["lastStatus"] == "RUNNING"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, Outcome(0, "Essential container in task exited")),
        ({"SIMULATED_EXIT_CODE": "1"}, Outcome(1, "Essential container in task exited")),
        ({"SIMULATED_STOPPED_REASON": "no image"}, Outcome(None, "no image")),
        ({"SIMULATED_EXIT_CODE": "never"}, None),
    ],
)
def test_outcome(environment: dict[str, str], expected: Outcome | None) -> None:
    assert outcome(environment) == expected
