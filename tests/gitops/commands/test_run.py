import signal
from typing import Any

import pytest

from tests.gitops.checkouts import Checkout, wait_until
from tests.gitops.commands.conftest import RunningApp


def declare_outcome(running_app: RunningApp, **variables: str) -> None:
    """Give the web service a task definition whose tasks end as the variables say."""
    ecs = running_app.checkout.client("ecs")
    service = running_app.service("web")
    definition = ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
    (container,) = definition["containerDefinitions"]
    container["environment"] = [
        *container.get("environment", []),
        *({"name": name, "value": value} for name, value in variables.items()),
    ]
    registered = ecs.register_task_definition(family="simulated", containerDefinitions=[container])
    ecs.update_service(
        cluster=service["clusterArn"],
        service=service["serviceName"],
        taskDefinition=registered["taskDefinition"]["taskDefinitionArn"],
    )


def one_off_tasks(running_app: RunningApp) -> list[dict[str, Any]]:
    ecs = running_app.checkout.client("ecs")
    cluster = running_app.service("web")["clusterArn"]
    arns = [
        arn
        for status in ("RUNNING", "STOPPED")
        for arn in ecs.list_tasks(cluster=cluster, desiredStatus=status)["taskArns"]
    ]
    ecs.describe_tasks(cluster=cluster, tasks=arns)  # those that are new are shown the second time
    tasks = ecs.describe_tasks(cluster=cluster, tasks=arns)["tasks"]
    return [task for task in tasks if task.get("startedBy") == "gitops-run"]


def test_a_command_runs_in_a_task_of_its_own_as_the_services_are(running_app: RunningApp) -> None:
    command = ["python", "manage.py", "shell", "-c", "print(1)  # 'x'", "--", "--yes"]

    result = running_app.checkout.gitops("run", "dev/alpha", "--", *command)

    assert result.returncode == 0, result.stderr
    assert "simulated exit code: 0" in result.stdout, "its log"
    (task,) = one_off_tasks(running_app)
    service = running_app.service("web")
    assert task["taskDefinitionArn"] == service["taskDefinition"]
    assert task["overrides"]["containerOverrides"] == [{"name": "app", "command": command}]
    assert task["launchType"] == "FARGATE"


def test_its_exit_code_is_ours(running_app: RunningApp) -> None:
    declare_outcome(running_app, SIMULATED_EXIT_CODE="42")

    result = running_app.checkout.gitops("run", "dev/alpha", "--", "false")

    assert result.returncode == 42
    assert "simulated exit code: 42" in result.stdout
    assert "exit code 42" in result.stderr


def test_a_task_that_never_starts_is_said_with_the_reason(running_app: RunningApp) -> None:
    declare_outcome(running_app, SIMULATED_STOPPED_REASON="CannotPullContainerError: not found")

    result = running_app.checkout.gitops("run", "dev/alpha", "--", "true")

    assert result.returncode == 1
    assert "the task did not run to its end: CannotPullContainerError: not found" in result.stderr


@pytest.mark.parametrize("interrupt", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_stops_the_task_and_says_so(running_app: RunningApp, interrupt: signal.Signals) -> None:
    declare_outcome(running_app, SIMULATED_EXIT_CODE="never")

    with running_app.checkout.start("run", "dev/alpha", "--", "sleep", "1000") as process:
        wait_until(lambda: one_off_tasks(running_app))
        assert process.stderr is not None
        said = ""
        while "starts" not in said:
            line = process.stderr.readline()
            assert line, said
            said += line
        process.send_signal(interrupt)
        _, stderr = process.communicate(timeout=30)

    assert process.returncode == 130
    (task,) = one_off_tasks(running_app)
    assert task["desiredStatus"] == "STOPPED"
    assert f"interrupted: ECS stops the task {task['taskArn'].rpartition('/')[2]}" in stderr
    assert "Traceback" not in stderr


def test_a_command_has_to_be_given_after_the_dashes(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")

    nothing = checkout.gitops("run", "dev/alpha")
    without_dashes = checkout.gitops("run", "dev/alpha", "python", "manage.py")

    assert nothing.returncode == 1
    assert "gitops run dev/alpha -- python manage.py COMMAND" in nothing.stderr
    assert without_dashes.returncode == 2


def test_other_commands_take_nothing_after_the_dashes(checkout: Checkout) -> None:
    result = checkout.gitops("status", "--", "dev/alpha")

    assert result.returncode == 2
    assert "status takes no command after --" in result.stderr
