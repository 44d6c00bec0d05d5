"""The git repository behind the fake: bare, on disk, and written with git itself."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime
    from pathlib import Path

_NOTHING = "0" * 40
_SCRATCH = "refs/scratch/tree"
_STATUS = {"A": "added", "D": "removed", "M": "modified", "T": "changed", "R": "renamed", "C": "copied"}


class ConflictError(Exception):
    """Two commits change the same lines."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Signature:
    """Who commits, and when."""

    login: str
    moment: datetime

    @property
    def email(self) -> str:
        return f"{self.login}@users.noreply.github.com"

    def __str__(self) -> str:
        return f"{self.login} <{self.email}> {int(self.moment.timestamp())} +0000"


@dataclass(frozen=True, kw_only=True, slots=True)
class Blob:
    sha: str
    content: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """A file that differs between two commits; `status` is GitHub's word for it."""

    path: str
    previous_path: str | None
    status: str
    sha: str
    additions: int
    deletions: int


class BareRepository:
    def __init__(self, folder: Path, default_branch: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True)
        self._git("init", "--quiet", "--bare", "--template=", f"--initial-branch={default_branch}")
        with (folder / "config").open("a") as config:
            # Jobs fetch commits by their names, as GitHub allows.
            config.write("[uploadpack]\n\tallowAnySHA1InWant = true\n")

    def commit(
        self, ref: str, changes: Mapping[str, str | bytes | None], *, parent: str | None, message: str, by: Signature
    ) -> str:
        """Commit new contents of files (None removes one) on top of `parent`, and return the commit."""
        lines = [f"commit {ref}\nmark :1\nauthor {by}\ncommitter {by}\n".encode(), _data(message)]
        if parent is not None:
            lines.append(f"from {parent}\n".encode())
        for path, content in changes.items():
            if content is None:
                lines.append(f"D {path}\n".encode())
            else:
                lines += [f"M 100644 inline {path}\n".encode(), _data(content)]
        lines.append(b"\nget-mark :1\ndone\n")
        return self._git("fast-import", "--quiet", "--done", "--force", stdin=b"".join(lines))

    def is_tree(self, sha: str) -> bool:
        return self._git("cat-file", "-t", sha, fails=True) == "tree"

    def tree_with(self, tree: str, changes: Mapping[str, str], by: Signature) -> str:
        """Return a tree with new contents of files; nothing else is left of how it is made."""
        parent = self._commit_tree(tree, [], "", by)
        self.commit(_SCRATCH, changes, parent=parent, message="", by=by)
        made = self._git("rev-parse", f"{_SCRATCH}^{{tree}}")
        self._git("update-ref", "-d", _SCRATCH)
        return made

    def commit_of_tree(self, tree: str, parents: Iterable[str], message: str, by: Signature) -> str:
        return self._commit_tree(tree, parents, message, by)

    def head(self, ref: str) -> str | None:
        """Return the commit that a ref or a short name stands for."""
        return (
            self._git("rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}", fails=True) or None
        )

    def blob(self, ref: str, path: str) -> Blob | None:
        answer = self._run("cat-file", "--batch", stdin=f"{ref}:{path}\n".encode()).stdout
        header, _, rest = answer.partition(b"\n")
        words = header.split()
        if len(words) != 3 or words[1] != b"blob":
            return None
        return Blob(sha=words[0].decode(), content=rest[: int(words[2])])

    def folder_entries(self, ref: str, path: str) -> list[tuple[str, str, str]]:
        """Return the type, sha and name of what is in a folder; nothing when there is no such folder."""
        listing = self._git("ls-tree", "-z", f"{ref}:{path}", fails=True)
        entries = [line.partition("\t") for line in listing.split("\0") if line]
        return [(meta.split()[1], meta.split()[2], name) for meta, _, name in entries]

    def create_ref(self, ref: str, sha: str) -> bool:
        """Create a ref; False when it exists."""
        return self._run("update-ref", ref, sha, _NOTHING).returncode == 0

    def set_ref(self, ref: str, sha: str) -> None:
        self._git("update-ref", ref, sha)

    def contains(self, descendant: str, ancestor: str) -> bool:
        return self._run("merge-base", "--is-ancestor", ancestor, descendant).returncode == 0

    def commits(self, base: str, head: str) -> list[str]:
        """Return the commits of `head` that `base` does not have, newest first."""
        return self._git("rev-list", f"{base}..{head}").split()

    def tree_and_parents(self, sha: str) -> tuple[str, list[str]]:
        tree, *parents = self._git("log", "-1", "--format=%T %P", sha).split()
        return tree, parents

    def author(self, sha: str) -> tuple[str, str]:
        """Return the name and the address of a commit's author."""
        name, email = self._git("log", "-1", "--format=%an%x09%ae", sha).split("\t")
        return name, email

    def message(self, sha: str) -> str:
        return self._git("log", "-1", "--format=%B", sha)

    def changes(self, base: str, head: str) -> list[Change]:
        """Return what `head` changes since it left `base`, as a pull request shows it."""
        differences = ["diff", "-z", "-M", "--no-abbrev", f"{base}...{head}"]
        raw = self._git(*differences, "--raw").split("\0")
        counts = self._git(*differences, "--numstat", "--no-renames").split("\0")
        lines = {path: (added, removed) for added, removed, path in (row.split("\t") for row in counts if row)}
        return list(_changes(iter(raw), lines))

    def squash(self, base: str, head: str, *, message: str, by: Signature) -> str:
        """Return a commit on `base` with what `head` changes. Raises ConflictError."""
        return self._commit_tree(self._merged_tree(base, head), [base], message, by)

    def merge(self, base: str, head: str, *, message: str, by: Signature) -> str:
        """Return the merge commit of both. Raises ConflictError."""
        return self._commit_tree(self._merged_tree(base, head), [base, head], message, by)

    def _merged_tree(self, base: str, head: str) -> str:
        merged = self._run("merge-tree", "--write-tree", "--no-messages", base, head)
        if merged.returncode != 0:
            raise ConflictError(merged.stdout.decode())
        return merged.stdout.decode().strip()

    def _commit_tree(self, tree: str, parents: Iterable[str], message: str, by: Signature) -> str:
        options = [option for parent in parents for option in ("-p", parent)]
        return self._git("commit-tree", tree, *options, stdin=message.encode(), by=by)

    def _git(self, *arguments: str, stdin: bytes = b"", by: Signature | None = None, fails: bool = False) -> str:
        finished = self._run(*arguments, stdin=stdin, by=by)
        if finished.returncode != 0 and not fails:
            raise AssertionError(f"git {' '.join(arguments)}: {finished.stderr.decode()}")
        return finished.stdout.decode(errors="surrogateescape").strip()

    def _run(
        self, *arguments: str, stdin: bytes = b"", by: Signature | None = None
    ) -> subprocess.CompletedProcess[bytes]:
        environ = {"PATH": os.environ["PATH"], "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
        if by is not None:
            moment = f"{int(by.moment.timestamp())} +0000"
            for role in ("AUTHOR", "COMMITTER"):
                environ |= {f"GIT_{role}_NAME": by.login, f"GIT_{role}_EMAIL": by.email, f"GIT_{role}_DATE": moment}
        return subprocess.run(
            ["git", *arguments], cwd=self.folder, env=environ, input=stdin, capture_output=True, check=False
        )


def _data(content: str | bytes) -> bytes:
    raw = content.encode() if isinstance(content, str) else content
    return b"data %d\n%b\n" % (len(raw), raw)


def _changes(raw: Iterable[str], lines: Mapping[str, tuple[str, str]]) -> Iterable[Change]:
    """Read `git diff --raw -z`: a line of modes, shas and a letter, then one path, or two of a rename."""
    fields = iter(raw)
    for meta in fields:
        if not meta:
            continue
        _, _, old_sha, new_sha, letter = meta.split(" ")
        first = next(fields)
        renamed = letter[0] in "RC"
        path = next(fields) if renamed else first
        added, removed = ("0", "0") if renamed else lines.get(path, ("0", "0"))
        yield Change(
            path=path,
            previous_path=first if renamed else None,
            status=_STATUS[letter[0]],
            sha=old_sha if letter[0] == "D" else new_sha,
            additions=int(added) if added.isdigit() else 0,
            deletions=int(removed) if removed.isdigit() else 0,
        )
