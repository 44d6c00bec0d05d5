"""Embedded AWSs with a base, for applications that tests bring as folders."""

from __future__ import annotations

import shutil
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests import embedded
from tests.environments.world import World
from tests.sample import APPLICATION, NO_APPLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator

LEGACY = Path(__file__).with_name("legacy")
BASE = """\
kind: {kind}
account: main
domain: {folder}.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {{cidr: 10.{number}.0.0/16}}
{more}app_defaults:
  repository: microblog
  release_command: [python, -c, import settings]
  services:
    web: {{command: [python, web.py, 0.0.0.0], port: 8000, paths: ["/*"]}}
    worker: {{command: [celery, --app=tasks, worker, --loglevel=info, --concurrency=1]}}
"""
TAG = "legacy"


@contextmanager
def world_of_legacy(
    root: Path, *folders: str, account: str = "111111111111", cache_tls: bool = True
) -> Iterator[World]:
    """Run an embedded AWS with a deployed base in each of `folders`: `prod` is one of production.

    `cache_tls` says whether the cache of production takes TLS, a user and a password.
    The image with the tag `TAG` is an application written for cdk-django, with the packages of the example.
    """
    if not APPLICATION.is_dir():
        pytest.skip(NO_APPLICATION)
    with embedded.embedded_aws(root / ".gitops" / "local", account=account, images={"microblog": APPLICATION}) as aws:
        world = World.make(root, account, aws)
        world.account(account)
        for number, folder in enumerate(folders, start=20):
            kind = "prod-base" if folder == "prod" else "ad-hoc-base"
            more = "cache: {tls: false}\n" if kind == "prod-base" and not cache_tls else ""
            world.write(f"{folder}/base.yaml", BASE.format(kind=kind, folder=folder, number=number, more=more))
        world.image(TAG, image(world))
        world.bootstrap()
        world.deploy(*folders)
        yield world


def image(world: World, **files: str) -> Path:
    """Return a new folder with the application, in which `files`, by their names without `.py`, are others."""
    folder = world.root / "images" / "-".join([TAG, *files])
    shutil.copytree(LEGACY, folder, ignore=shutil.ignore_patterns("__pycache__"))
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    (folder / ".venv").symlink_to(APPLICATION / ".venv")
    return folder


def production(world: World, name: str, **fields: Any) -> None:
    """Declare a production app."""
    declared = {"kind": "prod-app", "owner": "octocat", **fields}
    world.write(f"{name}.yaml", "".join(f"{key}: {value}\n" for key, value in declared.items()))
