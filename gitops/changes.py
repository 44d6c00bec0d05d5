"""The door to git: which declarations a change is about, and the files of a revision."""

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path, PurePosixPath

from constructs_lib.config.files import SUFFIX
from constructs_lib.config.naming import EnvironmentName
from gitops.errors import UserError


def changed_since(revision: str, folder: Path) -> frozenset[EnvironmentName]:
    """Return the declarations below `folder` that were added or changed since the branch left `revision`.

    What is not committed yet counts too. Raises UserError when git cannot say.
    """
    commit = commit_of(revision, folder)
    comparison = ["diff", "--name-only", "-z", "--relative", "--diff-filter=d", "--merge-base", commit, "--", "."]
    untracked = ["ls-files", "-z", "--others", "--exclude-standard", "--", "."]
    listed = _git(comparison, folder, revision) + _git(untracked, folder, revision)
    paths = (PurePosixPath(path) for path in listed.split("\0"))
    return frozenset(
        EnvironmentName.from_path(path)
        for path in paths
        if path.suffix == SUFFIX and len(path.parts) == 2  # noqa: PLR2004 # folder and file
    )


def commit_of(revision: str, folder: Path) -> str:
    """Return the full id of the commit that a revision names. Raises UserError when git knows none."""
    return _git(["rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"], folder, revision).strip()


def fork_point(revision: str, folder: Path) -> str:
    """Return the commit at which the branch that is checked out left `revision`. Raises UserError if there is none."""
    return _git(["merge-base", commit_of(revision, folder), "HEAD"], folder, revision).strip()


def export(revision: str, folder: Path, target: Path) -> Path:
    """Write the repository's files, as they were when the branch left `revision`, to `target`, as `export_commit`."""
    return export_commit(fork_point(revision, folder), folder, target)


def export_commit(commit: str, folder: Path, target: Path) -> Path:
    """Write the repository's files, as they are in a commit, to `target`.

    Returns the folder there that `folder` is here. Neither the work tree nor the index of the repository is touched.
    Raises UserError when git cannot say.
    """
    top = Path(_git(["rev-parse", "--show-toplevel"], folder, commit).strip())
    index = {"GIT_INDEX_FILE": str(target.with_name(f"{target.name}.index"))}
    _git(["read-tree", commit], top, commit, index)
    _git(["checkout-index", "--all", f"--prefix={target}/"], top, commit, index)
    return target / folder.resolve().relative_to(top.resolve())


def _git(arguments: Sequence[str], folder: Path, revision: str, environ: Mapping[str, str] | None = None) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],  # noqa: S607 # git is where the user's PATH has it
            cwd=folder,
            env={**os.environ, **(environ or {})},
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
