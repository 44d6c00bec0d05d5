"""Where the Dockerfile of an application is, below the folder with its source, which is the context of its build."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from gitops.errors import UserError

PLACES = (PurePosixPath("Dockerfile"), PurePosixPath("compose/production/django/Dockerfile"))
"""Where one is looked for. The second is that of cookiecutter-django."""


def find(folder: Path, given: str | None = None) -> PurePosixPath | None:
    """Return the path of the Dockerfile below a folder: the one that is given, else the first of `PLACES` that exists.

    Raises:
        UserError: there is no file at the path that is given, or it leads out of the folder.
    """
    if given is None:
        return next((place for place in PLACES if (folder / place).is_file()), None)
    path = PurePosixPath(given)
    if path.is_absolute() or ".." in path.parts or not (folder / path).is_file():
        raise UserError(
            f"--dockerfile: {folder} has no file {given}; name the Dockerfile by its path below the source,"
            f" such as {PLACES[1]}"
        )
    return path
