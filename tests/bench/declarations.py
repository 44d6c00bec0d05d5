"""Generated declarations of any number."""

import shutil
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path

from constructs_lib.config.naming import EnvironmentName, listener_priority
from tests.sample import ENVIRONMENTS, SCHEMA

BASE = """\
kind: ad-hoc-base
account: main
domain: {name}.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {{cidr: 10.{number}.0.0/16}}
policy: {{max_environments: 90, max_lifetime_days: 365}}
app_defaults:
  repository: microblog
  release_command: [python, manage.py, pre_update]
  services:
    web:
      command: [gunicorn, config.wsgi, "--bind=0.0.0.0:8000"]
      port: 8000
      paths: ["/api/*", "/admin/*", "/static/*"]
      health_check_path: /api/health-check/
    frontend:
      repository: microblog-frontend
      port: 3000
      paths: ["/*"]
    worker:
      command: [celery, --app=config, worker]
    beat:
      command: [celery, --app=config, beat]
      singleton: true
"""

APP = """\
kind: ad-hoc-app
owner: octocat
image: v1.4.2
expires: 2026-12-01
"""

TODAY = "2026-11-23"


MOST_APPS_PER_BASE = 50
"""Two listener rules an app, and a load balancer has a hundred."""


def write(folder: Path, *, bases: int, apps_per_base: int) -> list[str]:
    """Write declarations into `folder`; return the names of the apps."""
    (folder / "accounts").mkdir(parents=True)
    shutil.copy(SCHEMA, folder)
    shutil.copy(ENVIRONMENTS / "accounts" / "main.yaml", folder / "accounts")
    names = []
    for number in range(bases):
        base = f"base{number:02}"
        (folder / base).mkdir()
        (folder / base / "base.yaml").write_text(BASE.format(name=base, number=number))
        for name in islice(_distinct_apps(base), apps_per_base):
            (folder / base / f"{name.file}.yaml").write_text(APP)
            names.append(str(name))
    return names


def _distinct_apps(base: str) -> Iterator[EnvironmentName]:
    """Yield names of apps that meet on no priority; among thousands a few would."""
    taken: set[tuple[str, int]] = set()
    for number in count():
        name = EnvironmentName(base, f"app{number:03}")
        numbers = {
            ("listener", listener_priority(name, "web", 0, catch_all=False)),
            ("listener", listener_priority(name, "frontend", 0, catch_all=True)),
        }
        if not numbers & taken:
            taken |= numbers
            yield name
