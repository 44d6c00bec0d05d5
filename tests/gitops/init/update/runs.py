"""Runs of `gitops update`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.commands.update import update
from gitops.errors import UserError

if TYPE_CHECKING:
    from tests.gitops.init.update.projects import Repository


def run(
    team: Repository, url: str | None, version: str | None = None, *, yes: bool = True, dry_run: bool = False
) -> int:
    return update(folder=team.folder, version=version, url=url, dry_run=dry_run, yes=yes)


def refused(team: Repository, url: str | None, version: str | None = None, *, yes: bool = True) -> str:
    """Return why nothing was done, which has to be true of everything in the repository."""
    before = team.everything()
    with pytest.raises(UserError) as caught:
        run(team, url, version, yes=yes)
    assert team.everything() == before
    return str(caught.value)


def table(printed: str) -> dict[str, str]:
    """Return the action of each file in a printed table."""
    return {path: action for action, path, *_ in (line.split() for line in printed.splitlines()[1:])}
