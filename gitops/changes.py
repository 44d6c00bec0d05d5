"""The door to git: which declarations a change is about."""

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


def export(revision: str, folder: Path, target: Path) -> Path:
    """Write the repository's files, as they were when the branch left `revision`, to `target`.

    Returns the folder there that `folder` is here. Neither the work tree nor the index of the repository is touched.
    Raises UserError when git cannot say.
    """
    commit = _git(["rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}"], folder, revision).strip()
    start = _git(["merge-base", commit, "HEAD"], folder, revision).strip()
    top = Path(_git(["rev-parse", "--show-toplevel"], folder, revision).strip())
    index = {"GIT_INDEX_FILE": str(target.with_name(f"{target.name}.index"))}
    _git(["read-tree", start], top, revision, index)
    _git(["checkout-index", "--all", f"--prefix={target}/"], top, revision, index)
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
