"""What one test process runs, and in which order."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from tests import scheduling

HERE = Path(__file__).parent


def test_tests_of_a_file_run_together_and_those_of_another_file_apart() -> None:
    first, second, other = (
        scheduling.scope(f"tests/gitops/{name}")
        for name in ("test_cli.py::test_a", "test_cli.py::TestB::test_b[tests/environments/x]", "test_main.py::test_a")
    )

    assert first == second
    assert first != other


def test_tests_that_share_a_world_run_together_and_the_smoke_run_apart() -> None:
    files = {file.name for file in (HERE / "environments").glob("test_*.py")}
    scopes = {name: scheduling.scope(f"tests/environments/{name}::test_it") for name in files}

    assert len(files) > 2
    assert len({scope for name, scope in scopes.items() if name != "test_smoke.py"}) == 1
    assert scopes["test_smoke.py"] == "tests/environments/test_smoke.py"


def test_what_takes_long_comes_first_and_the_rest_keeps_its_order() -> None:
    names = ["constructs_lib/a.py", "gitops/b.py", "gitops/test_releases.py", "policy/c.py", "workflows/d.py"]
    items = [SimpleNamespace(path=HERE / name) for name in [*names, "environments/e.py"]]

    scheduling.longest_first(cast("list[Any]", items))

    assert [item.path.relative_to(HERE).as_posix() for item in items] == [
        "environments/e.py",
        "workflows/d.py",
        "gitops/test_releases.py",
        "gitops/b.py",
        "constructs_lib/a.py",
        "policy/c.py",
    ]


@pytest.mark.parametrize("place", scheduling.LONGEST_FIRST)
def test_what_comes_first_is_there(place: Path) -> None:
    assert place.exists()


def test_another_way_to_distribute_is_left_alone(pytestconfig: pytest.Config) -> None:
    config = cast("Any", SimpleNamespace(getoption=lambda _: "load", option=pytestconfig.option))

    assert scheduling.pytest_xdist_make_scheduler(config, cast("Any", None)) is None
