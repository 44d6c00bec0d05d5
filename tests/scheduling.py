"""The order of the tests, and which of them one process runs: what takes long starts first, a world is made once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from xdist.scheduler import LoadFileScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

HERE = Path(__file__).parent
ONE_WORLD = "tests/environments/"
"""Where tests share a world: making it takes longer than a test."""
WORLDS_OF_THEIR_OWN = {"tests/environments/test_smoke.py"}
SCENARIOS = (HERE / "cases", HERE / "environments", HERE / "gitops" / "test_releases.py")
"""Tests that deploy applications; those that play workflows are marked in their files."""
LONGEST_FIRST = (
    HERE / "environments",
    HERE / "workflows",
    HERE / "cases",
    HERE / "gitops" / "test_releases.py",
    HERE / "gitops",
)
"""Files with few tests that take long: started last, one of them would run alone at the end."""


def longest_first(items: list[pytest.Item]) -> None:
    """Sort tests; those of a file, and files of the same rank, keep their order."""
    items.sort(key=lambda item: _rank(item.path))


def _rank(path: Path) -> int:
    ranks = (rank for rank, place in enumerate(LONGEST_FIRST) if path.is_relative_to(place))
    return next(ranks, len(LONGEST_FIRST))


def scope(nodeid: str) -> str:
    """Return what a test shares its process with: the tests of its file, or those of its world."""
    file = nodeid.partition("::")[0]
    return ONE_WORLD if file.startswith(ONE_WORLD) and file not in WORLDS_OF_THEIR_OWN else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadFileScheduling | None:
    """Schedule `--dist loadfile` by these scopes, in the order of the tests instead of by their number."""
    if config.getoption("dist") != "loadfile":
        return None
    config.option.loadscopereorder = False
    scheduling = LoadFileScheduling(config, log)
    scheduling._split_scope = scope
    return scheduling
