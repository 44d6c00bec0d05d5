"""Folders of this machine that stand for images.

``images.json`` in the state folder maps ``NAME`` or ``NAME:TAG`` (or ``NAME@DIGEST``) to a folder; the name is the last
part of the repository's, and the longer key wins. The file is read each time a task starts, so a version can be added
while the embedded AWS runs. Programs of the folder's ``.venv/bin``, or ``bin``, come first on PATH. Tasks of other
images are simulated: ``local_aws.runtime.simulated_tasks``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """A folder that stands for an image: its files, and the folders of its programs."""

    folder: Path
    programs: tuple[Path, ...]


@dataclass(frozen=True, slots=True)
class Images:
    """The images of a state folder."""

    file: Path

    def find(self, uri: str) -> ImageFolder | None:
        """Return the folder that stands for the image with a URI, or None."""
        try:
            folders: Mapping[str, str] = json.loads(self.file.read_text())
        except FileNotFoundError:
            return None
        folder = next((Path(folders[key]) for key in keys(uri) if key in folders), None)
        if folder is None or not folder.is_dir():
            return None
        return ImageFolder(folder, tuple(path for path in (folder / ".venv" / "bin", folder / "bin") if path.is_dir()))

    def add(self, name: str, folder: Path) -> None:
        """Make a folder stand for an image, or for one tag of it. Tasks that start later use it."""
        folders = json.loads(self.file.read_text()) if self.file.exists() else {}
        partial = self.file.with_suffix(".partial")
        partial.write_text(json.dumps({**folders, name: str(folder)}, indent=2) + "\n")
        partial.replace(self.file)  # a task may start at this moment


def keys(uri: str) -> list[str]:
    """Return the keys that an image with this URI may have in the file, the most specific first."""
    last = uri.rpartition("/")[2]
    tagged, _, digest = last.partition("@")
    name, _, tag = tagged.partition(":")
    exact = [f"{name}@{digest}"] if digest else []
    return [*exact, *([f"{name}:{tag}"] if tag else []), name]
