"""The file that maps images to folders: `gitops local image` writes it, the embedded AWS reads it.

It outlives the embedded AWS, and git ignores it: paths are those of one machine.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from gitops import checkout
from gitops.errors import UserError
from gitops.image_folders import dockerfiles

FILE = checkout.STATE / "images.json"
SAMPLE = checkout.ROOT / "examples" / "microblog"
"""The sample application, with the name of its image: the first row, as long as there is no file."""

# https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html, then a tag
_NAME = re.compile(r"(?:[a-z0-9]+(?:[._-][a-z0-9]+)*/)*[a-z0-9]+(?:[._-][a-z0-9]+)*(?::[\w][\w.-]{0,127})?")


@dataclass(frozen=True, slots=True)
class Row:
    """A folder that stands for an image, and the path of its Dockerfile below it."""

    folder: Path
    dockerfile: PurePosixPath = dockerfiles.PLACES[0]

    @property
    def data(self) -> object:
        """What the file has of it: the folder alone, where the Dockerfile is at its top."""
        if self.dockerfile == dockerfiles.PLACES[0]:
            return str(self.folder)
        return {"folder": str(self.folder), "dockerfile": str(self.dockerfile)}


def rows() -> dict[str, Row]:
    """Return the folders by the names of their images.

    Raises:
        UserError: the file is damaged.
    """
    try:
        found = json.loads(FILE.read_text())
        return {name: _row(data) for name, data in found.items()}
    except FileNotFoundError:
        return {SAMPLE.name: Row(SAMPLE)} if SAMPLE.is_dir() else {}
    except (ValueError, AttributeError, TypeError, KeyError):
        raise UserError(
            f"{FILE} is not a JSON object of images and folders; delete it, then: gitops local image NAME FOLDER"
        ) from None


def checked(name: str, folder: Path) -> Path:
    """Return a folder that can stand for the image `name`, as an absolute path.

    Raises:
        UserError: the name is no repository's, or the folder cannot be copied for each task.
    """
    if not _NAME.fullmatch(name):
        raise UserError(f"{name!r} is not the name of an image repository, such as shop, or shop:v1 for one tag of it")
    absolute = folder.expanduser().resolve()
    if not absolute.is_dir():
        raise UserError(f"{folder} is not a folder; name the one that has the application's manage.py")
    if checkout.STATE.resolve().is_relative_to(absolute):
        raise UserError(f"{absolute} contains this repository; each task gets a copy of the folder: name a smaller one")
    return absolute


def add(name: str, row: Row) -> None:
    """Let a folder stand for an image; tasks that start later use it."""
    write({**rows(), name: row})


def remove(name: str) -> None:
    """Remove the row of an image; tasks of it that start later are simulated.

    Raises:
        UserError: there is none.
    """
    known = rows()
    if name not in known:
        raise UserError(f"no folder stands for the image {name}; mapped are: {', '.join(known) or 'none'}")
    write({other: row for other, row in known.items() if other != name})


def write(mapped: dict[str, Row]) -> None:
    """Write the whole file, in one step: a task may start at this moment."""
    FILE.parent.mkdir(exist_ok=True)
    partial = FILE.with_suffix(".partial")
    partial.write_text(json.dumps({name: row.data for name, row in mapped.items()}, indent=2) + "\n")
    partial.replace(FILE)


def _row(data: dict[str, str] | str) -> Row:
    if isinstance(data, str):
        return Row(Path(data))
    return Row(Path(data["folder"]), PurePosixPath(data["dockerfile"]))
