"""What a command line says of Celery, and how its worker is asked whether it lives."""

from __future__ import annotations

import pytest

from gitops.init.celery import read_command


@pytest.mark.parametrize(
    ("command", "check"),
    [
        ("celery -A shop worker", "celery --app=shop inspect ping --destination=celery@$(hostname)"),
        ("celery worker", "celery --app=default inspect ping --destination=celery@$(hostname)"),
        ("celery --app=shop.tasks:app worker", "celery --app=shop.tasks:app inspect ping"),
        ("uv run celery -Ashop worker", "uv run celery --app=shop inspect ping"),
        ("python -m celery -A shop worker -B", "python -m celery --app=shop inspect ping"),
        ("/venv/bin/celery -A shop worker -n high", "/venv/bin/celery --app=shop inspect ping --destination=high@$("),
        ("celery -A shop worker -n high@%h", "celery --app=shop inspect ping --destination=high@$(hostname)"),
        ("sh -c 'sleep 1 && exec celery -A shop worker'", "celery --app=shop inspect ping"),
    ],
)
def test_a_worker_is_asked_by_its_name(command: str, check: str) -> None:
    found = read_command(command)

    assert found is not None
    assert (found.health_check("default") or "").startswith(f"exec {check}")


@pytest.mark.parametrize(
    "command",
    [
        "celery -A shop worker --hostname=%n-1@%h",
        "celery -A shop worker --pool=solo",
        "celery -A shop worker -P solo",
        "celery -A shop beat",
    ],
)
def test_what_cannot_be_asked_has_no_health_check(command: str) -> None:
    found = read_command(command)

    assert found is not None
    assert found.health_check("default") is None


def test_a_worker_without_a_known_app_has_no_health_check() -> None:
    found = read_command("celery worker")

    assert found is not None
    assert found.health_check(None) is None


@pytest.mark.parametrize(
    ("command", "schedules"),
    [
        ("celery -A shop beat", True),
        ("celery -A shop worker -B", True),
        ("celery -A shop worker --beat", True),
        ("celery -A shop worker -b redis://cache", False),
    ],
)
def test_beat_may_be_part_of_a_worker(command: str, schedules: bool) -> None:  # noqa: FBT001 - a parameter of pytest
    found = read_command(command)

    assert found is not None
    assert found.schedules is schedules


@pytest.mark.parametrize("command", ["gunicorn shop.wsgi", "celery -A shop flower", "python worker.py", "celery 'beat"])
def test_other_commands_start_no_worker(command: str) -> None:
    found = read_command(command)

    assert found is None or command == "celery 'beat"
