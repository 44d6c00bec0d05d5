"""Small trees of declarations to change, one file at a time."""

from collections.abc import Callable
from pathlib import Path

import pytest

ACCOUNT = """\
kind: account
id: "111111111111"
region: us-east-1
github: {repository: example/environments, owner_id: 583231, repository_id: 1296269}
repositories: [microblog]
"""

BASE = """\
kind: ad-hoc-base
account: main
domain: dev.example.com
hosted_zone_id: Z0123456789ABCDEFGHIJ
network: {cidr: 10.20.0.0/16}
policy: {max_environments: 90}
app_defaults:
  owner: octocat
  repository: microblog
  image: v1.4.2
  services:
    web: {port: 8000, paths: ["/*"]}
"""

APP = """\
kind: ad-hoc-app
expires: 2026-12-01
"""

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a valid tree with one app, changed by `files` (None leaves a file out), and return its folder."""

    def write_tree(files: dict[str, str | None] | None = None) -> Path:
        folder = tmp_path / "environments"
        tree: dict[str, str | None] = {
            "accounts/main.yaml": ACCOUNT,
            "dev/base.yaml": BASE,
            "dev/alpha.yaml": APP,
            **(files or {}),
        }
        for path, text in tree.items():
            if text is not None:
                file = folder / path
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
        return folder

    return write_tree
