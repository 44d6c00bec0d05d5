"""A three-way merge of trees, by git's own merge, first in the fetched repository and then in the work tree."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.errors import UserError
from gitops.git.upstream import Entry, Upstream

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

# A folder that upstream renames takes no files of others along, whatever the user's configuration says.
_SETTINGS = ("-c", "merge.renames=true", "-c", "merge.directoryRenames=false")

BASE, OURS, THEIRS = "1", "2", "3"
"""Git's numbers of the three sides: https://git-scm.com/docs/git-read-tree#_3_way_merge."""

_HAS_CONFLICTS = 1
_NO_BLOB = "0" * 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Merged:
    """The files after a merge, and the sides of each path that git could not merge, by their numbers."""

    files: Mapping[str, Entry]
    unmerged: Mapping[str, Mapping[str, Entry]]


def merge(
    upstream: Upstream, base: Mapping[str, Entry], ours: Mapping[str, Entry], theirs: Mapping[str, Entry], name: str
) -> Merged:
    """Merge two sets of files that were made from a third, without a work tree. `name` marks `theirs` in conflicts.

    Raises:
        UserError: git cannot merge them.
    """
    root = _commit(upstream, write_tree(upstream, base))
    for side, files in (("yours", ours), (name, theirs)):
        commit = _commit(upstream, write_tree(upstream, files), root)
        upstream.git("update-ref", f"refs/heads/{side}", commit)
    # refs/heads/v1.2.0 and refs/tags/v1.2.0 have the same short name, which marks the conflicts.
    upstream.git("update-ref", "-d", f"refs/tags/{name}")
    failure = "git could not merge; nothing was changed. It has to be version 2.38 or newer"
    command = [*_SETTINGS, "merge-tree", "--write-tree", "-z", "--no-messages", "yours", name]
    said = upstream.run(command, failure, accepted=(0, _HAS_CONFLICTS)).decode(errors="surrogateescape")
    tree, *entries = said.split("\0")
    unmerged: dict[str, dict[str, Entry]] = defaultdict(dict)
    for entry in filter(None, entries):
        described, _, path = entry.partition("\t")
        mode, blob, side = described.split()
        unmerged[path][side] = Entry(mode=mode, blob=blob)
    return Merged(files=upstream.files(tree), unmerged=dict(unmerged))


def store(upstream: Upstream, text: str) -> Entry:
    """Return a text as a file that can be part of a tree."""
    return Entry(mode="100644", blob=upstream.git("hash-object", "-w", "--stdin", given=text.encode()).strip())


def check_out(upstream: Upstream, merged: Merged) -> None:
    """Bring work tree and index of the repository that people work in, which are clean, to merged files.

    Paths that are not merged become what git makes of them in a merge: markers in the file, and all sides in the index,
    so that `git status`, `git mergetool` and `git checkout --theirs` work.

    Raises:
        UserError: a file that git ignores is in the way, or git refuses; nothing was changed then.
    """
    _require_free(upstream, merged)
    sides = {f"{path}/{side}": entry for path, found in merged.unmerged.items() for side, entry in found.items()}
    kept = {f"{number}": entry for number, entry in enumerate(sides.values())}
    for name, files in (("merged", merged.files), ("sides", kept)):
        upstream.git("update-ref", f"refs/gitops/{name}", _commit(upstream, write_tree(upstream, files)))
        upstream.hand_over(f"refs/gitops/{name}")
    commit = upstream.git("rev-parse", "refs/gitops/merged").strip()
    upstream.into_top(["read-tree", "-m", "-u", "HEAD", commit], "the files cannot be written; nothing was changed")
    lines = [f"0 {_NO_BLOB}\t{path}\0" for path in merged.unmerged]
    lines += [
        f"{entry.mode} {entry.blob} {side}\t{path}\0"
        for path, found in merged.unmerged.items()
        for side, entry in sorted(found.items())
    ]
    if lines:
        given = "".join(lines).encode(errors="surrogateescape")
        failure = "conflicts cannot be recorded. To go back: git reset --hard"
        upstream.into_top(["update-index", "-z", "--index-info"], failure, given=given)


def _require_free(upstream: Upstream, merged: Merged) -> None:
    """Raise UserError when a new file is there already, since git's read-tree overwrites files that it ignores."""
    new = merged.files.keys() - upstream.files(upstream.head()).keys()
    taken = sorted(path for path in new if os.path.lexists(upstream.top / path))
    if taken:
        raise UserError("move these files first, which git ignores; nothing was changed:\n" + "\n".join(taken))


def write_tree(upstream: Upstream, files: Mapping[str, Entry]) -> str:
    """Return the id of a tree with these files. Raises UserError when they cannot be in one tree."""
    index = {"GIT_INDEX_FILE": str(upstream.path / "gitops-index")}
    lines = "".join(f"{entry.mode} {entry.blob}\t{path}\0" for path, entry in files.items())
    upstream.git("read-tree", "--empty", environ=index)
    upstream.git("update-index", "-z", "--index-info", given=lines.encode(errors="surrogateescape"), environ=index)
    tree = upstream.git("write-tree", environ=index).strip()
    if len(upstream.files(tree)) != len(files):
        raise UserError("a file and a folder have the same path; nothing was changed")
    return tree


def without(files: Mapping[str, Entry], paths: Collection[str]) -> dict[str, Entry]:
    """Return the files without these paths."""
    return {path: entry for path, entry in files.items() if path not in paths}


def _commit(upstream: Upstream, tree: str, *parents: str) -> str:
    options = [option for parent in parents for option in ("-p", parent)]
    return upstream.git("commit-tree", *options, "-m", "merge", tree).strip()
