"""Manifests of AWS Copilot, one of each type."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from gitops.errors import UserError
from gitops.init.application import Application
from gitops.init.copilot import translate
from tests.sample import ROOT

MANIFESTS = ROOT / "tests" / "fixtures" / "copilot"


@pytest.fixture
def services() -> dict[str, dict[str, Any]]:
    found: Any = Application(list(translate(MANIFESTS).proposals)).fields()["services"]
    return dict(found)


@pytest.fixture
def not_mapped() -> dict[str, str]:
    """Why fields are not mapped, by `service:line field`."""
    pattern = re.compile(r".*/(\w+)/manifest\.yml:(\d+):\d+: ([\w.]+): (.*)")
    lines = map(pattern.fullmatch, translate(MANIFESTS).not_mapped)
    return {f"{line[1]}:{line[2]} {line[3]}": line[4] for line in lines if line}


def test_a_load_balanced_web_service_is_a_web_service(services: dict[str, dict[str, Any]]) -> None:
    assert services["api"] == {
        "command": ["gunicorn", "shop.wsgi", "--bind=0.0.0.0:8000"],
        "port": 8000,
        "paths": ["/api", "/api/*"],
        "health_check_path": "/healthz",
        "health_check_codes": "200,301",
        "health_check_grace_seconds": 60,
        "cpu": 512,
        "memory_mib": 1024,
        "environment": {"LOG_LEVEL": "info", "RETRIES": "3"},
    }


def test_a_request_driven_web_service_gets_every_path(services: dict[str, dict[str, Any]]) -> None:
    assert services["site"] == {
        "port": 80,
        "paths": ["/*"],
        "health_check_path": "/up",
        "cpu": 256,
        "memory_mib": 512,
    }


def test_services_without_a_port_are_workers(services: dict[str, dict[str, Any]]) -> None:
    assert services["beat"] == {"command": ["celery", "-A", "shop", "beat"], "cpu": 256, "memory_mib": 512}
    assert services["worker"] == {"command": ["celery", "-A", "shop", "worker"]}


def test_a_scheduled_job_is_a_job() -> None:
    found: Any = Application(list(translate(MANIFESTS).proposals)).fields()["jobs"]

    assert found == {
        "nightly": {
            "command": ["python", "manage.py", "clearsessions"],
            "cpu": 256,
            "memory_mib": 512,
            "schedule": "0 0 * * *",
            "timeout_minutes": 90,
        }
    }


def test_nothing_else_becomes_a_service(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"api", "beat", "site", "worker"}


def test_what_is_not_mapped_is_listed_with_its_line_and_the_reason(not_mapped: dict[str, str]) -> None:
    assert set(not_mapped) == {
        "api:5 http.alias",
        "api:10 http.healthcheck.interval",
        "api:17 count",
        "api:23 variables.QUEUE",
        "api:25 secrets",
        "api:27 environments",
        "beat:7 exec",
        "docs:2 type",
        "internal:5 image.port",
        "monthly:4 on.schedule",
        "nightly:10 retries",
        "nightly:11 variables",
        "plain:2 type",
        "worker:4 entrypoint",
        "worker:6 subscribe",
    }
    assert not_mapped["docs:2 type"].startswith("the service docs is not declared")
    assert not_mapped["monthly:4 on.schedule"].startswith("the job monthly is not declared: L, W and #")
    assert not_mapped["plain:2 type"].startswith("the job plain is not declared: give it a command")
    assert not_mapped["api:10 http.healthcheck.interval"] == "has no counterpart"


def test_a_proposal_names_the_line_that_it_was_read_from() -> None:
    (port,) = (one for one in translate(MANIFESTS).proposals if one.field == "services.api.port")

    assert port.source == f"{MANIFESTS / 'api' / 'manifest.yml'}:13"


def test_every_manifest_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"has no SERVICE/manifest\.yml"):
        translate(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "manifest.yml").write_text("name: a\nname: b\n")

    with pytest.raises(UserError) as caught:
        translate(tmp_path)
    assert [line.partition(":2:1")[0] for line in str(caught.value).splitlines()[1:]] == [
        str(tmp_path / name / "manifest.yml") for name in ("one", "two")
    ]
