"""The repository that this one was made from, fetched into a temporary folder: reading it changes nothing here."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gitops.errors import UserError
from gitops.git.process import inherited, run

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_ALWAYS = {
    "GIT_ALLOW_PROTOCOL": "file:https:ssh",  # not ext::, which runs any program
    "GIT_TERMINAL_PROMPT": "0",  # a repository that asks for a password is an error; credential helpers answer
    "LC_ALL": "C",
    # Merged trees need commits around them, which nobody sees.
    "GIT_AUTHOR_NAME": "gitops",
    "GIT_AUTHOR_EMAIL": "gitops@localhost",
    "GIT_COMMITTER_NAME": "gitops",
    "GIT_COMMITTER_EMAIL": "gitops@localhost",
}
_FETCH = [
    *("-c", "fetch.fsckObjects=true", "-c", "maintenance.auto=false", "fetch"),
    *("--quiet", "--no-tags", "--no-recurse-submodules", "--no-write-fetch-head", "--end-of-options"),
]


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a commit: its mode and the id of its content."""

    mode: str
    blob: str


@dataclass(frozen=True)
class Upstream:
    """A fetched repository. `top` is the top of the one that people work in, whose objects are readable here too.

    Every method raises UserError when git cannot say.
    """

    path: Path
    top: Path

    def tags(self) -> list[str]:
        """Return the names of its tags that begin with v."""
        return self.git("for-each-ref", "--format=%(refname:lstrip=2)", "refs/tags/").split()

    def tagged(self, tag: str) -> str:
        """Return the id of the commit that a tag, one of `tags`, names."""
        return self._text(
            ["rev-parse", "--verify", "--end-of-options", f"refs/tags/{tag}^{{commit}}"],
            f"the tag {tag} cannot be read",
        ).strip()

    def head(self) -> str:
        """Return the id of the commit that is checked out in the repository that people work in."""
        found = self.into_top(["rev-parse", "--verify", "HEAD^{commit}"], "the commit that is checked out is not known")
        return found.decode().strip()

    def has(self, commit: str) -> bool:
        """Return whether a commit with this full id is in its history, or was fetched before."""
        found = self.git("cat-file", "--batch-check", given=f"{commit}\n".encode())
        return found.split()[1:2] == ["commit"]

    def is_ancestor(self, older: str, newer: str) -> bool:
        """Return whether the commit `newer` has `older` in its history, or is the same."""
        return older in self.git("rev-list", "--end-of-options", newer).split()

    def taken(self) -> str | None:
        """Return the commit of it that the repository in `top` was made from last, or None when there is none.

        A clone or a fork has the commit itself in its history. One that GitHub made from a template has a commit of its
        own with the same files, and so with the same tree.
        """
        listing = ["log", "--format=%H %T"]
        theirs = dict(line.split() for line in self.git(*listing, "--branches", "--tags").splitlines())
        with_tree = {tree: commit for commit, tree in theirs.items()}
        ours = run([*listing, "HEAD"], self.top, "the history of this repository cannot be read", _environ())
        for commit, tree in (line.split() for line in ours.decode().splitlines()):
            if commit in theirs:
                return commit
            if tree in with_tree:
                return with_tree[tree]
        return None

    def files(self, revision: str) -> dict[str, Entry]:
        """Return all files of a commit or a tree, by their paths."""
        listed = self.git("ls-tree", "-r", "-z", "--full-tree", revision)
        entries = (entry.partition("\t") for entry in listed.split("\0") if entry)
        return {path: Entry(mode=said.split()[0], blob=said.split()[2]) for said, _, path in entries}

    def content(self, revision: str, path: str) -> bytes | None:
        """Return the content of a file of a commit, or None when the commit has no such file."""
        entry = self.files(revision).get(path)
        return self.run(["cat-file", "blob", entry.blob]) if entry else None

    def git(self, *arguments: str, given: bytes | None = None, environ: Mapping[str, str] | None = None) -> str:
        """Run git on the fetched repository and return what it prints."""
        return self.run(arguments, given=given, environ=environ).decode(errors="surrogateescape")

    def run(
        self,
        arguments: Sequence[str],
        failure: str = "the fetched repository cannot be read",
        *,
        given: bytes | None = None,
        environ: Mapping[str, str] | None = None,
        accepted: Sequence[int] = (0,),
    ) -> bytes:
        """Run git on the fetched repository and return what it prints, as bytes."""
        variables = {**_environ(), "GIT_DIR": str(self.path), **(environ or {})}
        return run(arguments, self.path, failure, variables, given=given, accepted=accepted)

    def _text(self, arguments: Sequence[str], failure: str) -> str:
        return self.run(arguments, failure).decode(errors="surrogateescape")

    def into_top(self, arguments: Sequence[str], failure: str, *, given: bytes | None = None) -> bytes:
        """Run git in the repository that people work in."""
        return run(arguments, self.top, failure, _environ(), given=given)

    def hand_over(self, ref: str) -> None:
        """Copy what `ref` names, with all that it needs, to the repository that people work in, without a ref there."""
        self.into_top([*_FETCH, str(self.path), ref], "the merged files cannot be stored in this repository")


@contextmanager
def fetched(url: str, top: Path) -> Iterator[Upstream]:
    """Yield the default branch and the tags v* of the repository at `url`; the folder goes with the block.

    `url` has been checked to be one: git would take an argument such as --upload-pack=… for an option.

    Raises:
        UserError: git cannot fetch it; the message has git's reason.
    """
    with tempfile.TemporaryDirectory(prefix="gitops-update-") as temporary:
        upstream = Upstream(Path(temporary) / "upstream.git", top)
        failure = f"{url} cannot be fetched; nothing was changed"
        run(["init", "--quiet", "--bare", "--template=", str(upstream.path)], Path(temporary), failure, _environ())
        upstream.run([*_FETCH, url, "+HEAD:refs/heads/upstream", "+refs/tags/v*:refs/tags/v*"], failure)
        # After the fetch: git would offer the commits of a shallow clone, whose parents are missing.
        objects = run(["rev-parse", "--git-path", "objects"], top, failure, _environ()).decode().strip()
        (upstream.path / "objects/info").mkdir(exist_ok=True)
        (upstream.path / "objects/info/alternates").write_text(f"{(top / objects).resolve()}\n")
        yield upstream


def require_top(folder: Path) -> None:
    """Raise UserError unless a folder is the top of a git repository that has a commit."""
    found = run(["rev-parse", "--show-toplevel"], folder, f"{folder} is not a git repository", _environ())
    if Path(found.decode(errors="surrogateescape").removesuffix("\n")).resolve() != folder.resolve():
        raise UserError(f"{folder} is not the top of its git repository, where alone versions can be merged")
    run(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], folder, f"{folder} has no commit yet", _environ())


def is_shallow(folder: Path) -> bool:
    """Return whether commits are missing in the clone of a folder. Raises UserError when git cannot say."""
    failure = "the history of this repository cannot be read"
    return run(["rev-parse", "--is-shallow-repository"], folder, failure, _environ()).strip() != b"false"


def _environ() -> dict[str, str]:
    return {**inherited(), **_ALWAYS}
