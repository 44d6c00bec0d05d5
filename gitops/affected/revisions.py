"""Two revisions of the repository on disk, for as long as they are compared."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from constructs_lib.config.files import SUFFIX
from constructs_lib.config.naming import NAME_PATTERN, EnvironmentName
from gitops import checkout, git
from gitops.affected.tree import Tree
from gitops.cdk import synthesis

if TYPE_CHECKING:
    from collections.abc import Iterator

NO_COMMIT = "0" * 40
"""What GitHub says was before the first push of a branch."""


@contextmanager
def trees(base: str, head: str | None, folder: Path) -> Iterator[tuple[Tree | None, Tree]]:
    """Yield both sides of a change of the declarations in `folder`: the commits `base` and `head`, exactly.

    Without `head` the new side is the work tree. There is no old side where `base` is NO_COMMIT.
    Raises UserError when git does not know a revision.
    """
    checkout.STATE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="compare-", dir=checkout.STATE) as parent:
        old = None if base == NO_COMMIT else _export(base, folder, Path(parent, "before"))
        new = Tree(checkout.ROOT, folder) if head is None else _export(head, folder, Path(parent, "after"))
        yield old, new


def _export(revision: str, folder: Path, target: Path) -> Tree:
    """Return the tree of a commit. Apps, of which there are many, stay in memory until one is asked about."""
    commit = git.commit_of(revision, folder)
    declared = git.path_in_repository(folder, revision)
    blobs = git.blobs(commit, folder)
    apps = {name: blobs[path] for path in blobs if (name := _app(PurePosixPath(path), declared)) is not None}
    files = [path for path in blobs if _is_needed(PurePosixPath(path), declared)]
    exported = git.export_commit(commit, folder, target, files)
    return Tree(target, exported, dict(zip(apps, git.contents(apps.values(), folder), strict=True)))


def _is_needed(path: PurePosixPath, declared: PurePosixPath) -> bool:
    """Return whether templates are made with a file, or it is a declaration that is no app's."""
    return synthesis.is_code(path) or (path.is_relative_to(declared) and _app(path, declared) is None)


def _app(path: PurePosixPath, declared: PurePosixPath) -> EnvironmentName | None:
    """Return the name of the app that a file declares, or None for any other file."""
    if path.suffix != SUFFIX or path.parent.parent != declared:
        return None
    name = EnvironmentName.from_path(path)
    named = NAME_PATTERN.fullmatch(name.folder) and NAME_PATTERN.fullmatch(name.file)
    return name if named and not name.is_base and not name.is_account else None
