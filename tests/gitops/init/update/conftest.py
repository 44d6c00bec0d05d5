"""A project with a release, and a team that began with it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest

from tests.gitops.init.update.projects import FIRST, TEAM, Repository, from_template

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())


@pytest.fixture
def project(tmp_path: Path) -> Repository:
    """The project, with one release."""
    made = Repository.create(tmp_path / "project", FIRST)
    made.git("tag", "--annotate", "--message", "v0.1.0", "v0.1.0")
    return made


@pytest.fixture
def team(tmp_path: Path, project: Repository) -> Repository:
    """The repository of a team, made from the first release."""
    made = from_template(project, tmp_path / "team")
    made.commit(TEAM)
    return made
