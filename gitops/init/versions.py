"""Versions: the one that a repository has, the releases that there are, and what changed between two."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.errors import UserError
from gitops.git.upstream import is_shallow
from gitops.init.origin import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.git.upstream import Upstream
    from gitops.init.origin import Origin

_RELEASE = re.compile(r"v?(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})\.(0|[1-9]\d{0,5})", re.ASCII)
_HEADING = re.compile(r"## \[?v?(\d+\.\d+\.\d+)\b", re.ASCII)

Number = tuple[int, int, int]


@dataclass(frozen=True, kw_only=True, slots=True)
class Version:
    """A version of the code: its name for people, its number, and the commit that has it."""

    name: str
    number: Number
    commit: str


def number_of(text: str) -> Number | None:
    """Return the number of a release, `v1.2.0` or `1.2.0`; None for every other text, pre-releases among them."""
    found = _RELEASE.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def wanted_version(upstream: Upstream, requested: str | None) -> Version:
    """Return the newest release, or the requested one.

    Raises:
        UserError: there is no such release, or its tag names no commit.
    """
    releases = {number: tag for tag in upstream.tags() if (number := number_of(tag)) is not None}
    if not releases:
        raise UserError("the repository has no release: no tag such as v1.2.0. Nothing was changed")
    number = max(releases) if requested is None else number_of(requested)
    if number not in releases:
        known = ", ".join(releases[one] for one in sorted(releases, reverse=True)[:5])
        raise UserError(f"{requested!r} is not a release; nothing was changed. The newest are {known}")
    return Version(name=releases[number], number=number, commit=upstream.tagged(releases[number]))


def taken_version(upstream: Upstream, origin: Origin) -> Version:
    """Return the version that the repository has.

    That is the one on record, else the newest one in the history here, else the release that pyproject.toml names.

    Raises:
        UserError: it cannot be found out, or is not in the upstream repository.
    """
    commit = origin.commit or _on_record(upstream, origin) or _from_history(upstream) or _from_project(upstream)
    if not upstream.has(commit):
        raise UserError(
            f"the version on record, {origin.version or commit}, is not in the repository that was fetched: it has no"
            f" commit {commit}. Nothing was changed"
        )
    number = _project_number(upstream, commit) or (0, 0, 0)
    tag = _text(number)
    named = tag in upstream.tags() and upstream.tagged(tag) == commit
    return Version(name=tag if named else f"{tag} at {commit[:12]}", number=number, commit=commit)


def changes_between(changelog: str, older: Number, newer: Number) -> str:
    """Return the sections of a changelog about the releases after `older`, up to `newer`."""
    return "\n\n".join(_sections(changelog, older, newer))


def _sections(changelog: str, older: Number, newer: Number) -> Iterator[str]:
    for section in re.split(r"^(?=## )", changelog, flags=re.MULTILINE):
        released = _HEADING.match(section)
        number = number_of(released[1]) if released else None
        if number is not None and older < number <= newer:
            yield section.strip()


def _from_history(upstream: Upstream) -> str | None:
    if is_shallow(upstream.top):
        raise UserError(
            "this clone is shallow, so its history does not tell which version it was made from. Fetch all of it: "
            "git fetch --unshallow"
        )
    return upstream.taken()


def _on_record(upstream: Upstream, origin: Origin) -> str | None:
    if origin.version and origin.version not in upstream.tags():
        raise UserError(f"{origin.version}, the version in {FILE}, is not a release; nothing was changed")
    return upstream.tagged(origin.version) if origin.version else None


def _from_project(upstream: Upstream) -> str:
    number = _project_number(upstream, upstream.head())
    tag = _text(number) if number else None
    if tag is None or tag not in upstream.tags():
        raise UserError(
            "which version this repository was made from is not known: no commit of its history has the files of one,"
            f" and there is no release {tag or 'in pyproject.toml'}. Nothing was changed. Write the release that it was"
            f' made from into {FILE}, as version = "v1.2.0", and commit that'
        )
    return upstream.tagged(tag)


def _project_number(upstream: Upstream, commit: str) -> Number | None:
    """Return the version in pyproject.toml of a commit."""
    content = upstream.content(commit, "pyproject.toml")
    try:
        project = tomllib.loads((content or b"").decode()).get("project", {})
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        return None
    return number_of(str(project.get("version")))


def _text(number: Number) -> str:
    return "v" + ".".join(map(str, number))
