"""The door to git: which declarations a change is about."""

import subprocess
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from constructs_lib.config.files import SUFFIX
from constructs_lib.config.naming import EnvironmentName
from gitops.errors import UserError


def changed_since(revision: str, folder: Path) -> frozenset[EnvironmentName]:
    """Return the declarations below `folder` that were added or changed since the branch left `revision`.

    What is not committed yet counts too. Raises UserError when git cannot say.
    """
    commit = _git(["rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"], folder, revision).strip()
    comparison = ["diff", "--name-only", "-z", "--relative", "--diff-filter=d", "--merge-base", commit, "--", "."]
    untracked = ["ls-files", "-z", "--others", "--exclude-standard", "--", "."]
    listed = _git(comparison, folder, revision) + _git(untracked, folder, revision)
    paths = (PurePosixPath(path) for path in listed.split("\0"))
    return frozenset(
        EnvironmentName.from_path(path)
        for path in paths
        if path.suffix == SUFFIX and len(path.parts) == 2  # noqa: PLR2004 # folder and file
    )


def _git(arguments: Sequence[str], folder: Path, revision: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 # git is where the user's PATH has it
            cwd=folder,
            check=True,
            capture_output=True,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except FileNotFoundError as error:
        raise UserError(f"--base {revision} needs git and the folder {folder}; one of them is missing") from error
    except subprocess.CalledProcessError as error:
        reason = error.stderr.strip() or "git gave no reason"
        raise UserError(
            f"git cannot tell what changed since {revision!r}: {reason}\n"
            "Check the name; in a shallow clone, fetch the history first (git fetch --unshallow)"
        ) from error
    return done.stdout
