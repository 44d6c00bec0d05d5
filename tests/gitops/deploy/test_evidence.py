"""What is said of tasks that failed, and hints at known causes."""

from datetime import UTC, datetime

import pytest

from constructs_lib.config.naming import EnvironmentName
from gitops.aws.ecs import STOPPED, Task
from gitops.deploy.evidence import FailedTask, has_failed, hints, post_release_failure


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("Health checks failed with these codes: [400]", "ALLOWED_HOSTS"),
        ("Health checks failed with these codes: [301]", "SECURE_PROXY_SSL_HEADER"),
        ("Health checks failed with these codes: [302]", "such as a sign-in"),
        ("dial tcp 10.0.0.1:8000: connect: connection refused", "may bind another `port`"),
        ("Health checks failed with these codes: [404]", "health_check_path"),
        ("Task failed ELB health checks in (target-group x): Health checks failed", "may bind another `port`"),
        ("Request timed out", "may bind another `port`"),
        ("web: exit code 137; OutOfMemoryError: Container killed", "raise memory_mib"),
        ("web: exit code 127", "no such command"),
        ("worker: Task failed container health checks", "`health_check_command` failed three times"),
        ('exec: "gunicorm": executable file not found in $PATH', "no such command"),
        ("exec /usr/bin/python: exec format error", "another processor"),
    ],
)
def test_known_causes_have_a_hint(text: str, hint: str) -> None:
    (found,) = hints(text)

    assert hint in found


@pytest.mark.parametrize("text", ["web: exit code 1", "exit code 1270", "400 rows", "codes: [500]", "GET / 301"])
def test_other_texts_have_none(text: str) -> None:
    assert hints(text) == []


def test_a_cause_is_hinted_at_once() -> None:
    assert len(hints("exit code 137\nexit code 137: OutOfMemory")) == 1


def test_a_task_is_told_with_all_its_lines() -> None:
    told = str(FailedTask("web", "exit code 3; stopped", ("Traceback:", '  File "x"', "Error")))

    assert told == 'web: exit code 3; stopped\nIts last log lines:\n  Traceback:\n    File "x"\n  Error'
    assert str(FailedTask("web", "exit code 3", ())) == "web: exit code 3\nIt wrote no log."


def test_a_task_is_told_with_what_its_load_balancer_says() -> None:
    told = str(FailedTask("web", "Task failed ELB health checks", (), "Health checks failed with these codes: [400]"))

    assert told == "web: Task failed ELB health checks: Health checks failed with these codes: [400]\nIt wrote no log."


@pytest.mark.parametrize(
    ("group", "reason", "failed"),
    [
        ("service:web", "Essential container in task exited", True),
        ("service:web", "Task failed ELB health checks in (target-group x)", True),
        ("service:worker", "Task failed container health checks", True),
        ("service:web", "Scaling activity initiated by (deployment ecs-svc/1)", False),
        ("family:dev-alpha_one-off_release", "Essential container in task exited", False),
    ],
)
def test_a_task_that_its_service_no_longer_needs_has_not_failed(group: str, reason: str, *, failed: bool) -> None:
    task = Task(
        arn="arn:aws:ecs:us-east-1:111111111111:task/c/1",
        cluster="c",
        status=STOPPED,
        started=datetime.now(UTC),
        open_to_exec=False,
        exit_code=1,
        stopped_reason=reason,
        images={},
        group=group,
    )

    assert has_failed(task) is failed


def test_command_after_the_release_is_told_where_it_failed() -> None:
    name = EnvironmentName("dev", "alpha")

    told = post_release_failure(name, {"PostRelease": "failed: exit code 3", "Url": "https://alpha.example.com"})

    assert told.startswith("Deployed, but post_release_command failed: exit code 3")
    assert "gitops run dev/alpha -- COMMAND" in told
    assert post_release_failure(name, {"PostRelease": "ended well, or there was nothing to run"}) == ""
    assert post_release_failure(name, {"Url": "https://alpha.example.com"}) == ""
