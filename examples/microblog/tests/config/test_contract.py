"""The settings follow from the variables of a container, and say which one is wrong."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.servers import CONTRACT

ROOT = Path(__file__).resolve().parents[2]
CONTAINER = CONTRACT | {
    "POSTGRES_SERVICE_HOST": "database.internal",
    "POSTGRES_NAME": "app_alpha",
    "POSTGRES_USERNAME": "app_alpha",
    "POSTGRES_PASSWORD": "secret",
    "REDIS_URL": "rediss://application:secret@cache.internal:6379/0?ssl_cert_reqs=required",
    "S3_BUCKET_NAME": "assets",
    "AWS_REGION": "eu-central-1",
}


def run(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process with this environment and nothing else."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={"PATH": "/usr/bin:/bin", **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def settings(environment: dict[str, str], *names: str) -> dict[str, Any]:
    code = (
        "import json, sys\nfrom django.conf import settings\n"
        "print(json.dumps({n: getattr(settings, n) for n in sys.argv[1:]}, default=str))"
    )
    done = run(environment, "-c", code, *names)
    assert done.returncode == 0, done.stderr
    values: dict[str, Any] = json.loads(done.stdout)
    return values


def test_these_tests_know_the_variables_that_containers_get() -> None:
    contract = ROOT.parents[1] / "constructs_lib" / "config" / "contract.py"
    declared: set[str] = set()
    for statement in ast.parse(contract.read_text()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) in {"VARIABLES", "SECRETS"}:
            declared |= {str(node.value) for node in ast.walk(statement) if isinstance(node, ast.Constant)}

    assert declared
    assert declared <= set(CONTAINER)


def test_a_container_of_production_is_configured_by_the_contract_alone() -> None:
    found = settings(
        CONTAINER, "DEBUG", "ALLOWED_HOSTS", "CSRF_TRUSTED_ORIGINS", "DATABASES", "CACHES", "STORAGES", "IMAGE_ORIGIN",
        "CELERY_BROKER_URL", "CELERY_BROKER_USE_SSL", "SECURE_PROXY_SSL_HEADER", "EMAIL_BACKEND",
    )  # fmt: skip

    assert found["DEBUG"] is False
    assert found["ALLOWED_HOSTS"] == ["alpha.dev.example.com"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["https://alpha.dev.example.com"]
    assert found["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    database = found["DATABASES"]["default"]
    assert (database["HOST"], database["NAME"], database["USER"], database["PASSWORD"]) == (
        "database.internal", "app_alpha", "app_alpha", "secret",
    )  # fmt: skip
    assert found["CACHES"]["default"]["LOCATION"] == found["CELERY_BROKER_URL"] == CONTAINER["REDIS_URL"]
    assert found["CELERY_BROKER_USE_SSL"] == {"ssl_cert_reqs": 2}
    storage = found["STORAGES"]["default"]["OPTIONS"]
    assert (storage["bucket_name"], storage["location"]) == ("assets", "media")
    assert found["IMAGE_ORIGIN"] == "https://assets.s3.eu-central-1.amazonaws.com"


def test_a_site_without_tls_works_on_plain_http() -> None:
    found = settings(
        CONTAINER | {"FRONTEND_URL": "http://localhost:8080"}, "SECURE_SSL_REDIRECT", "SESSION_COOKIE_SECURE",
        "SESSION_COOKIE_NAME", "SECURE_HSTS_SECONDS", "SECURE_PROXY_SSL_HEADER", "ALLOWED_HOSTS",
        "CSRF_TRUSTED_ORIGINS",
    )  # fmt: skip

    assert found["SECURE_SSL_REDIRECT"] is found["SESSION_COOKIE_SECURE"] is False
    assert found["SECURE_HSTS_SECONDS"] == 0
    assert found["SECURE_PROXY_SSL_HEADER"] is None
    assert found["SESSION_COOKIE_NAME"] == "session"
    assert found["ALLOWED_HOSTS"] == ["localhost"]
    assert found["CSRF_TRUSTED_ORIGINS"] == ["http://localhost:8080"]


def test_check_deploy_is_clean() -> None:
    done = run(CONTAINER, "manage.py", "check", "--deploy", "--fail-level=WARNING")

    assert done.returncode == 0, done.stderr
    assert "no issues (1 silenced)" in done.stdout


@pytest.mark.parametrize(
    ("variable", "value", "complaint"),
    [
        ("SECRET_KEY", None, "SECRET_KEY is not set"),
        ("DEBUG", "perhaps", "DEBUG is 'perhaps'"),
        ("CELERY_CONCURRENCY", "many", "CELERY_CONCURRENCY is 'many'"),
        ("FRONTEND_URL", "alpha.dev.example.com", "FRONTEND_URL is 'alpha.dev.example.com'"),
    ],
)
def test_what_is_wrong_with_a_variable_is_named(variable: str, value: str | None, complaint: str) -> None:
    environment = {name: text for name, text in CONTAINER.items() if name != variable}
    if value is not None:
        environment[variable] = value

    done = run(environment, "manage.py", "check")

    assert done.returncode != 0
    assert complaint in done.stderr


def test_errors_are_reported_where_the_declaration_says() -> None:
    code = (
        "import django, sentry_sdk; django.setup()\noptions = sentry_sdk.get_client().options\n"
        "print(options['dsn'], options['environment'], options['release'], options['send_default_pii'])"
    )
    dsn = "https://key@sentry.example.com/1"

    with_sentry = run(CONTAINER | {"SENTRY_DSN": dsn, "APP_VERSION": "v2"}, "-c", code)
    without = run(CONTAINER, "-c", code)

    assert with_sentry.stdout.split() == [dsn, "dev-base/alpha", "v2", "False"]
    assert without.stdout.split()[0] == "None"


def test_mail_goes_to_the_server_that_is_named() -> None:
    smtp = {"EMAIL_HOST": "smtp.example.com", "EMAIL_USE_TLS": "1", "EMAIL_HOST_USER": "u", "EMAIL_HOST_PASSWORD": "p"}

    found = settings(CONTAINER | smtp, "EMAIL_BACKEND", "EMAIL_PORT", "EMAIL_HOST", "DEFAULT_FROM_EMAIL")

    assert found["EMAIL_BACKEND"].endswith("smtp.EmailBackend")
    assert (found["EMAIL_HOST"], found["EMAIL_PORT"]) == ("smtp.example.com", 587)
    assert found["DEFAULT_FROM_EMAIL"] == "μblog <no-reply@dev.example.com>"
