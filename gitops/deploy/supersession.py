"""Environments that a deployment leaves to a newer one, so that an older state never replaces a newer one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.files import file_of
from gitops import checkout
from gitops.affected.comparison import compare
from gitops.affected.tree import Tree
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName


def superseded(folder: Path, environments: Sequence[Environment], newest: Path) -> dict[EnvironmentName, str]:
    """Return the environments that differ on the newest default branch or are removed there, each with the reason.

    `newest` is a checkout of it. What is wrong or cannot be compared there is not deployed from there either, so
    nothing is left to it.

    Raises:
        UserError: `newest` is not a checkout.
    """
    declarations = newest / folder.resolve().name
    if not declarations.is_dir():
        raise UserError(f"{newest} is not a checkout of this repository: it has no folder {declarations.name}")
    gone = {
        environment.name: "its file is gone from the default branch"
        for environment in environments
        if not file_of(declarations, environment.name).is_file()
    }
    left = [environment.name for environment in environments if environment.name not in gone]
    if not left:
        return gone
    here, there = Tree(checkout.ROOT, folder), Tree(newest, declarations)
    try:
        comparison = compare(here, there, only=left)
    except UserError as error:
        say(f"the newest default branch cannot be compared with this commit, so this commit is deployed:\n{error}")
        return gone
    changed = "it has changed on the default branch since this commit"
    return gone | {
        name: changed
        for name in left
        if (found := comparison.find(name)) and found.changes_stack and found.refused is None
    }
