"""Two revisions of the repository on disk, for as long as they are compared."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import changes, checkout
from gitops.affected.tree import Tree

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
    commit = changes.commit_of(revision, folder)
    return Tree(target, changes.export_commit(commit, folder, target))
