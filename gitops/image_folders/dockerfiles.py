"""Where the Dockerfile of an application is, below the folder with its source, which is the context of its build."""

from __future__ import annotations

import re
from pathlib import Path, PurePosixPath

from gitops.errors import UserError
from gitops.image_folders.compose_files import read_services

PLACES = (
    PurePosixPath("Dockerfile"),
    PurePosixPath("compose/production/django/Dockerfile"),
    PurePosixPath("docker/Dockerfile"),
)
"""Where one is looked for. The second is that of cookiecutter-django."""

_PYTHON = re.compile(r"\b(pip|uv|poetry|pipenv|pdm|manage\.py)\b")
"""In a Dockerfile of an application in Python. Others, such as that of a proxy, may be built from the same folder."""


def find(folder: Path, given: str | None = None) -> PurePosixPath | None:
    """Return the path of the Dockerfile below a folder.

    It is the one that is given, else the one that Compose builds for production, else the first of `PLACES` that
    exists, else any other that Compose builds from the folder.

    Raises:
        UserError: there is no file at the path that is given, or it leads out of the folder.
    """
    if given is None:
        built = [(service.dockerfile, service.is_production) for service in read_services(folder)]
        composed = [(path, is_production) for path, is_production in built if path and _is_of_python(folder / path)]
        production = (path for path, is_production in composed if is_production)
        usual = (place for place in PLACES if (folder / place).is_file())
        return next((path for path in (*production, *usual, *(path for path, _ in composed))), None)
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts or not (folder / path).is_file():
        raise UserError(
            f"--dockerfile: {folder} has no file {given}; name the Dockerfile by its path below the source,"
            f" such as {PLACES[1]}"
        )
    return path


def _is_of_python(dockerfile: Path) -> bool:
    try:
        return _PYTHON.search(dockerfile.read_text(encoding="utf-8", errors="replace")) is not None
    except OSError:
        return False
