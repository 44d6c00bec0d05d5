"""What an update does to each file, decided before anything is changed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from gitops.git.three_way import BASE, OURS, THEIRS, Merged, merge, store, without
from gitops.init import origin
from gitops.init.team_files import below, paths_below, team_files

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops.git.upstream import Entry, Upstream
    from gitops.init.versions import Version

Action = Literal["keep", "add", "change", "remove", "merge", "conflict"]
ORDER: tuple[Action, ...] = ("add", "change", "remove", "keep", "merge", "conflict")
"""Actions in the order in which they are listed: last, next to the question, what a person has to look at."""

WORKFLOWS = ".github/workflows/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """What happens to a file, or to a whole folder that is kept."""

    action: Action
    path: str
    why: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Update:
    """The files after an update, and what it does, in the order in which it is listed."""

    merged: Merged
    rows: tuple[Row, ...]

    @property
    def changes_workflows(self) -> bool:
        """Whether a workflow is added, changed or removed."""
        return any(row.path.startswith(WORKFLOWS) and row.action != "keep" for row in self.rows)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The paths that a person has to merge."""
        return tuple(row.path for row in self.rows if row.action == "conflict")

    def counts(self) -> dict[Action, int]:
        """Return how many files there are of each action."""
        return {action: sum(row.action == action for row in self.rows) for action in ORDER}


def plan(upstream: Upstream, url: str, taken: Version, wanted: Version) -> Update:
    """Return what an update from the version that was taken to the wanted one does to the commit that is checked out.

    Files of the team take no part in the merge. A file that the team has removed stays removed.

    Raises:
        UserError: git cannot merge.
    """
    base, theirs = upstream.files(taken.commit), upstream.files(wanted.commit)
    ours = upstream.files(upstream.head())
    places = list(team_files(base, ours))
    kept = paths_below([*places, origin.FILE], base, ours, theirs)
    merged = merge(upstream, without(base, kept), without(ours, kept), without(theirs, kept), wanted.name)
    gone = {path for path, found in merged.unmerged.items() if found.keys() == {BASE, THEIRS}}
    record = store(upstream, origin.Origin(url=url, version=wanted.name, commit=wanted.commit).text())
    files = {
        **without(merged.files, gone),
        **{path: entry for path, entry in ours.items() if path in kept},
        origin.FILE: record,
    }
    result = Merged(files=files, unmerged={path: found for path, found in merged.unmerged.items() if path not in gone})
    rows = [
        *_kept(places, base, ours, theirs, wanted),
        *(Row(action="keep", path=path, why=f"you removed it; it changed in {wanted.name}") for path in gone),
        *(Row(action="conflict", path=path, why=_why(found, wanted)) for path, found in result.unmerged.items()),
        *_changed(result, base, ours),
    ]
    return Update(merged=result, rows=tuple(sorted(rows, key=lambda row: (ORDER.index(row.action), row.path))))


def _kept(
    places: list[str],
    base: Mapping[str, Entry],
    ours: Mapping[str, Entry],
    theirs: Mapping[str, Entry],
    wanted: Version,
) -> Iterator[Row]:
    for place in places:
        if place != origin.FILE and below(place, base) != below(place, theirs):
            own = "yours" if below(place, ours) else "you removed it"
            yield Row(action="keep", path=place, why=f"{own}; it changed in {wanted.name}")


def _changed(result: Merged, base: Mapping[str, Entry], ours: Mapping[str, Entry]) -> Iterator[Row]:
    for path in {*result.files, *ours} - result.unmerged.keys():
        before, after = ours.get(path), result.files.get(path)
        if before == after:
            continue
        if path == origin.FILE:
            yield Row(action="change" if before else "add", path=path, why="the version that this repository has")
        elif after is None:
            yield Row(action="remove", path=path)
        elif before is None:
            yield Row(action="add", path=path)
        elif before == base.get(path):
            yield Row(action="change", path=path)
        else:
            yield Row(action="merge", path=path, why="with what you changed in it")


def _why(found: Mapping[str, Entry], wanted: Version) -> str:
    if found.keys() == {BASE, OURS, THEIRS}:
        return f"you and {wanted.name} changed the same lines"
    if found.keys() == {OURS, THEIRS}:
        return f"you and {wanted.name} added it"
    if found.keys() == {BASE, OURS}:
        return f"you changed it, {wanted.name} removed it"
    return "renamed, or a file on one side and a folder on the other"
