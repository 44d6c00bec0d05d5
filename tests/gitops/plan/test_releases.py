"""`gitops plan` of a release, in a checkout that has the application too."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from gitops.plan.document import read_plan
from tests.gitops.repositories import GitRepository

if TYPE_CHECKING:
    from tests.gitops.checkouts import CommandLine

VERDICT = {"migration": "posts.0002_more", "problems": ["DROPPING columns (post.text)"], "safe_because": ""}
MIGRATIONS = "examples/microblog/microblog/posts/migrations"


@pytest.fixture
def repository(bare_checkout: CommandLine) -> GitRepository:
    """A repository with dev/alpha and the application; v1 and v2 are tags, and v2 has a new migration."""
    made = GitRepository.create(bare_checkout)
    made.account("111111111111")
    made.base("dev")
    made.app("dev/alpha", image="v1")
    (made.root / MIGRATIONS).mkdir(parents=True)
    (made.root / "examples/microblog/manage.py").touch()
    made.commit()
    made.git("tag", "v1")
    (made.root / MIGRATIONS / "0002_more.py").touch()
    made.commit()
    made.git("tag", "v2")
    python = made.root / "examples/microblog/.venv/bin/python"
    python.parent.mkdir(parents=True)
    python.write_text(f"#!/bin/sh\necho '{json.dumps([VERDICT])}'\n")
    python.chmod(0o755)
    return made


def warnings(repository: GitRepository) -> list[str]:
    result = repository.gitops("plan", "--base", "HEAD", "--output", str(repository.root / "plan"))
    assert result.returncode == 0, result.stderr
    (planned,) = read_plan(repository.root / "plan").environments
    assert planned.environment == "dev/alpha"
    return list(planned.warnings)


def test_a_release_is_marked_when_its_migrations_are_not_backward_compatible(repository: GitRepository) -> None:
    repository.app("dev/alpha", image="v2")

    (warning,) = warnings(repository)

    assert "the migration posts.0002_more is not backward compatible: DROPPING columns (post.text)" in warning


def test_other_changes_are_not_marked(repository: GitRepository) -> None:
    repository.app("dev/alpha", image="v1", behaviour="bucket-1")

    assert warnings(repository) == []
