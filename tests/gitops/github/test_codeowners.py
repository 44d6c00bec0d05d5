"""Owners of files, and production that developers could change alone."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gitops.github.codeowners import OwnersLine, fault_of, owner_of, read

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOT = Path(__file__).parents[3]
OTHERS = ["environments/any-base/any-app.yaml", "environments/any-base/base.yaml"]
DEVELOPERS = ("/environments/", "@example/developers")


def lines(*pairs: tuple[str, str]) -> Sequence[OwnersLine]:
    return [
        OwnersLine(number=number, pattern=pattern, owners=tuple(owners.split()))
        for number, (pattern, owners) in enumerate(pairs, start=1)
    ]


@pytest.mark.parametrize(
    ("pattern", "path", "fits"),
    [
        ("*", "environments/prod/app.yaml", True),
        ("*.yaml", "environments/prod/app.yaml", True),
        ("*.yaml", "environments/prod/app.yml", False),
        ("/environments/", "environments/prod/app.yaml", True),
        ("environments/", "other/environments/app.yaml", True),
        ("/environments/", "other/environments/app.yaml", False),
        ("/environments", "environments/prod/app.yaml", True),
        ("/environments/*", "environments/schema.json", True),
        ("/environments/*", "environments/prod/app.yaml", False),
        ("/environments/*/base.yaml", "environments/prod/base.yaml", True),
        ("/environments/*/base.yaml", "environments/prod/app.yaml", False),
        ("/environments/prod*/", "environments/production/app.yaml", True),
        ("/environments/prod*/", "environments/live/app.yaml", False),
        ("**/prod/", "environments/prod/app.yaml", True),
        ("/environments/**/app.yaml", "environments/prod/app.yaml", True),
        ("environments/prod/app.yaml", "environments/prod/app.yaml", True),
        ("environments/prod/app.yaml", "environments/prod/app2yaml", False),
    ],
)
def test_patterns_fit_as_github_reads_them(pattern: str, path: str, *, fits: bool) -> None:
    assert OwnersLine(number=1, pattern=pattern, owners=("@a",)).fits(path) == fits


def test_the_last_line_that_fits_decides() -> None:
    found = owner_of(lines(("*", "@a"), DEVELOPERS, ("/environments/prod*/", "@p")), "environments/prod/app.yaml")

    assert found is not None
    assert found.owners == ("@p",)


@pytest.mark.parametrize(
    ("given", "path", "fault"),
    [
        (lines(("*", "@a"), DEVELOPERS), "environments/live/app.yaml", ":2: /environments/ gives it the owners of"),
        (lines(("*", "@a"), DEVELOPERS, ("/environments/live/", "")), "environments/live/app.yaml", "names no owner"),
        (lines(("/docs/", "@a")), "environments/live/app.yaml", "names no owner"),
        (
            lines(DEVELOPERS, ("/environments/*/base.yaml", "@platform")),
            "environments/live/base.yaml",
            ":2: /environments/*/base.yaml gives it the owners of",
        ),
        (lines(DEVELOPERS, ("/environments/live/", "@production")), "environments/live/app.yaml", None),
    ],
)
def test_production_needs_owners_of_its_own(given: Sequence[OwnersLine], path: str, fault: str | None) -> None:
    found = fault_of(given, path, OTHERS)

    assert (found is None) == (fault is None)
    assert fault is None or fault in str(found)


def test_comments_and_empty_lines_are_none(tmp_path: Path) -> None:
    (tmp_path / ".github").mkdir()
    (tmp_path / ".github" / "CODEOWNERS").write_text("# all\n\n*   @a @b # why\n/docs/\n")

    assert read(tmp_path) == [
        OwnersLine(number=3, pattern="*", owners=("@a", "@b")),
        OwnersLine(number=4, pattern="/docs/", owners=()),
    ]
    assert read(tmp_path / "elsewhere") is None


def test_the_file_of_this_repository_covers_production() -> None:
    found = read(ROOT)

    assert found is not None
    assert fault_of(found, "environments/prod/app.yaml", OTHERS) is None
    assert fault_of(found, "environments/live/app.yaml", OTHERS) is not None
