"""Names of releases, and the sections of a changelog."""

from __future__ import annotations

import re
import tomllib

import pytest

from gitops.init.versions import Number, changes_between, number_of
from tests.sample import ROOT

CHANGELOG = """\
# Changelog

## Unreleased

- Not yet.

## 0.10.0 (2027-02-01)

### Changed

- Ten.

## [v0.2.0]

- Two.

## 0.1.0

- One.
"""


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("v0.1.0", (0, 1, 0)),
        ("1.20.3", (1, 20, 3)),
        ("v01.2.3", None),
        ("v1.2", None),
        ("v1.2.3.4", None),
        ("v1.2.3-rc1", None),
        ("v1.2.3\n", None),
        ("-v1.2.3", None),
        ("v\N{ARABIC-INDIC DIGIT ONE}.2.3", None),
        ("", None),
    ],
)
def test_a_release_has_three_numbers(text: str, number: Number | None) -> None:
    assert number_of(text) == number


@pytest.mark.parametrize(
    ("older", "newer", "said"),
    [
        ((0, 1, 0), (0, 2, 0), "## [v0.2.0]\n\n- Two."),
        ((0, 1, 0), (0, 10, 0), "## 0.10.0 (2027-02-01)\n\n### Changed\n\n- Ten.\n\n## [v0.2.0]\n\n- Two."),
        ((0, 2, 0), (0, 9, 0), ""),
        ((0, 10, 0), (1, 0, 0), ""),
    ],
)
def test_sections_between_two_versions(older: Number, newer: Number, said: str) -> None:
    assert changes_between(CHANGELOG, older, newer) == said


def test_a_changelog_without_sections_says_nothing() -> None:
    assert changes_between("", (0, 1, 0), (0, 2, 0)) == ""


def test_this_project_s_changelog_has_no_section_of_a_version_to_come() -> None:
    """The order of a release in CONTRIBUTING.md: version and section in one commit, which is then tagged."""
    version = number_of(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])
    assert version is not None
    headings = re.findall(r"^## (.+?)(?: \(\d{4}-\d\d-\d\d\))?$", (ROOT / "CHANGELOG.md").read_text(), re.MULTILINE)
    assert headings[0] == "Unreleased"
    released = [number_of(heading) for heading in headings[1:]]
    assert released == sorted((one for one in released if one is not None), reverse=True)
    assert all(one is not None and one <= version for one in released)
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    (own,) = (package for package in locked if package["name"] == "django-environments")
    assert number_of(own["version"]) == version
