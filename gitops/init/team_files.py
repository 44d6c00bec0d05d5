"""Files that belong to the team that uses the repository, once they differ from the version that it has taken.

These are the files that `gitops init` writes or removes, and those that stand for the team. `gitops update` neither
changes nor brings back any of them.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from gitops.github import codeowners
from gitops.init import origin

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from gitops.git.upstream import Entry

SAMPLE_APPLICATION = Path("examples/microblog")
SAMPLE_WORKFLOW = Path(".github/workflows/image.yml")

DECLARATIONS = "environments"
SCHEMA = f"{DECLARATIONS}/schema.json"
"""The one file among the declarations that is code of this project."""

PLACES = (
    DECLARATIONS,
    codeowners.FILE,
    origin.FILE,
    str(SAMPLE_APPLICATION.parent),
    str(SAMPLE_WORKFLOW),
    "README.md",
    "LICENSE",
)
"""Files and whole folders. One that is as it was taken is updated: the sample, before `gitops init`."""


def team_files(taken: Mapping[str, Entry], own: Mapping[str, Entry]) -> Iterator[str]:
    """Yield the places that are the team's: some file there differs from the version that was taken, or is missing."""
    for place in PLACES:
        if below(place, taken) != below(place, own):
            yield place


def below(place: str, files: Mapping[str, Entry]) -> dict[str, Entry]:
    """Return the files at a place, or below it."""
    return {path: file for path, file in files.items() if _is_below(path, place)}


def paths_below(places: Collection[str], *sets: Mapping[str, Entry]) -> set[str]:
    """Return the paths of all these files that are at one of the places, or below one."""
    return {path for files in sets for path in files if any(_is_below(path, place) for place in places)}


def _is_below(path: str, place: str) -> bool:
    return path != SCHEMA and (path == place or path.startswith(f"{place}/"))
