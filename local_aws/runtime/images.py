"""Folders of this machine that stand for images.

A file maps ``NAME`` or ``NAME:TAG`` (or ``NAME@DIGEST``) to a folder, or to an object of ``folder`` and ``dockerfile``,
where that is not at its top; the name is the repository's, or the last part of it, and the more specific key wins.
``images.json`` in the state folder is a link to that file, which outlives the embedded AWS. It is read each time a task
starts, so an image can be added while the embedded AWS runs. Programs of the folder's ``.venv/bin``, or ``bin``, come
first on PATH, and its Dockerfile says what runs where a task definition does not. The embedded AWS has images of its
own in the folder ``images``. Tasks of other images are simulated: ``local_aws.runtime.simulated_tasks``.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.runtime.dockerfile import ImageConfig, read
from local_aws.settings import IMAGES_FILE

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class ImageFolder:
    """A folder that stands for an image: its files, the folders of its programs, and how it is run."""

    folder: Path
    programs: tuple[Path, ...]
    config: ImageConfig = field(default_factory=ImageConfig)


@dataclass(frozen=True, slots=True)
class MappedFolder:
    """A row of the file: a folder, and the path of its Dockerfile below it."""

    folder: Path
    dockerfile: str = "Dockerfile"


@dataclass(frozen=True, slots=True)
class Images:
    """The images of a state folder."""

    state_dir: Path

    @property
    def wanted(self) -> bool:
        """Whether tasks of images with a folder run as processes; otherwise all are simulated."""
        return self._file.is_symlink()

    def find(self, uri: str) -> ImageFolder | None:
        """Return the folder that stands for the image with a URI, or None."""
        if not self.wanted:
            return None
        folders = self._folders()
        row = next((folders[key] for key in keys(uri) if key in folders), None)
        if row is None or not row.folder.is_dir():
            return None
        folder = row.folder
        programs = tuple(path for path in (folder / ".venv" / "bin", folder / "bin") if path.is_dir())
        return ImageFolder(folder, programs, read(folder, row.dockerfile))

    def names(self) -> list[str]:
        """Return the names of the images that have a folder."""
        return sorted(name for name, row in self._folders().items() if row.folder.is_dir()) if self.wanted else []

    def own(self, name: str) -> Path:
        """Return the folder of an image of the embedded AWS itself, which nobody has to map."""
        return self.state_dir / "images" / name

    def use(self, file: Path) -> None:
        """Take the images of a file, which need not exist yet."""
        self._file.symlink_to(file.absolute())

    def _folders(self) -> Mapping[str, MappedFolder]:
        own = self.own("")
        found = {folder.name: MappedFolder(folder) for folder in own.iterdir()} if own.is_dir() else {}
        return {**found, **mapped(self._file)}

    @property
    def _file(self) -> Path:
        return self.state_dir / IMAGES_FILE


def mapped(file: Path) -> dict[str, MappedFolder]:
    """Return the folders of a file by the names of their images; none without the file."""
    try:
        return {name: _mapped(row) for name, row in json.loads(file.read_text()).items()}
    except FileNotFoundError:
        return {}


def _mapped(row: dict[str, str] | str) -> MappedFolder:
    return MappedFolder(Path(row)) if isinstance(row, str) else MappedFolder(Path(row["folder"]), row["dockerfile"])


def keys(uri: str) -> list[str]:
    """Return the keys that an image with this URI may have in the file, the most specific first."""
    registry, _, below = uri.partition("/")
    # https://github.com/distribution/reference: what begins with a host has a dot or a port in it.
    path = below if below and ("." in registry or ":" in registry) else uri
    tagged, _, digest = path.partition("@")
    name, _, tag = tagged.partition(":")
    versions = [*([f"@{digest}"] if digest else []), *([f":{tag}"] if tag else []), ""]
    names = dict.fromkeys([name, name.rpartition("/")[2]])
    return [f"{each}{version}" for version in versions for each in names]
