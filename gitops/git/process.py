"""Git as a process."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

_OF_ANOTHER_REPOSITORY = {
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_DIR",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_PREFIX",
    "GIT_WORK_TREE",
}
"""Variables that a hook or an alias of git sets, and that would lead git elsewhere than to the folder."""


def inherited() -> dict[str, str]:
    """Return the variables of this process, without those that name another repository than that of the folder."""
    return {name: value for name, value in os.environ.items() if name not in _OF_ANOTHER_REPOSITORY}


def run(
    arguments: Sequence[str],
    folder: Path,
    failure: str,
    environ: Mapping[str, str],
    *,
    given: bytes | None = None,
    hint: str = "",
    accepted: Sequence[int] = (0,),
) -> bytes:
    """Run git in a folder, with these variables, and return what it prints.

    Raises:
        UserError: git is not installed, or ended with another code than those that are `accepted`. The message begins
            with `failure` and ends with `hint`.
    """
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 # git is where the user's PATH has it
            cwd=folder,
            env=environ,
            check=False,
            capture_output=True,
            input=given,
        )
    except FileNotFoundError as error:
        raise UserError(f"{failure}: git is not installed, or the folder {folder} does not exist") from error
    if done.returncode not in accepted:
        reason = done.stderr.decode(errors="replace").strip() or f"git ended with {done.returncode}"
        raise UserError(f"{failure}: {reason}{hint}")
    return done.stdout
