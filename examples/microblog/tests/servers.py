"""A pytest plugin: starts the servers and sets the variables of the contract before Django reads its settings."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from tests import local_servers

CONTRACT = {
    "APP_NAME": "alpha",
    "BASE_STACK_NAME": "dev-base",
    "DB_SECRET_NAME": "none",
    "DJANGO_SETTINGS_MODULE": "config.settings",
    "DOMAIN_NAME": "dev.example.com",
    "FRONTEND_URL": "https://alpha.dev.example.com",
    "REDIS_SERVICE_HOST": "127.0.0.1",
    "SECRET_KEY": "a key for tests that is fifty characters long or more, as it has to be",
}
"""What every container gets, but for the services: `constructs_lib/config/contract.py`."""

_started: list[tuple[local_servers.Servers, Path]] = []


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests() -> None:
    folder = Path(tempfile.mkdtemp(prefix="microblog-tests-"))
    servers = local_servers.start(folder)
    _started.append((servers, folder))
    for variable in ("DEBUG", "S3_BUCKET_NAME", "AWS_ENDPOINT_URL", "SENTRY_DSN", "FEATURE_TIMELINE"):
        os.environ.pop(variable, None)
    os.environ |= {
        **CONTRACT,
        **servers.environment,
        "APP_VERSION": "v1.2.3",
        "MEDIA_ROOT": str(folder / "media"),
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": "us-east-1",
    }


def pytest_unconfigure() -> None:
    for servers, folder in _started:
        servers.stop()
        shutil.rmtree(folder, ignore_errors=True)
    _started.clear()
