"""The contract with MiniStack's inside: every name that local_aws relies on is there, as the table says."""

from __future__ import annotations

import ast
from pathlib import Path
from typing import Any

import pytest

from local_aws.ministack import seams

LOCAL_AWS = Path(seams.__file__).parents[1]


@pytest.mark.parametrize("seam", seams.SEAMS, ids=lambda seam: f"{seam.module}.{seam.name}")
def test_the_installed_ministack_has_it(seam: seams.Seam) -> None:
    seam.check()


def test_no_name_is_listed_twice() -> None:
    names = [(seam.module, seam.name) for seam in seams.SEAMS]

    assert len(set(names)) == len(names) > 60


def test_nothing_else_imports_ministack() -> None:
    importers = {
        str(path.relative_to(LOCAL_AWS))
        for path in LOCAL_AWS.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if (isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == "ministack")
        or (isinstance(node, ast.Import) and any(alias.name.split(".")[0] == "ministack" for alias in node.names))
    }

    assert importers == set()


@pytest.mark.parametrize(
    ("seam", "message"),
    [
        (
            seams.Records[Any]("ministack.services.ecs._moved", "to run tasks"),
            r"MiniStack \S+ has no ministack\.services\.ecs\._moved, which local_aws needs to run tasks$",
        ),
        (
            seams.Records[Any]("ministack.services.moved._tasks", "to run tasks"),
            r"has no ministack\.services\.moved\._tasks, which local_aws needs to run tasks$",
        ),
        (
            seams.Records[Any]("ministack.services.ecs._ACTION_MAP", "to run tasks"),
            r"changed ministack\.services\.ecs\._ACTION_MAP, which .* to run tasks: dict is not kept by account$",
        ),
        (
            seams.Table[Any]("ministack.services.ecs._tasks", "to run tasks"),
            r"changed .*: AccountRegionScopedDict instead of dict$",
        ),
        (
            seams.Function[..., Any]("ministack.services.ecs._run_task", "request", "to run tasks"),
            r"changed .*: parameters \(data\) instead of \(request\)$",
        ),
        (
            seams.Function[..., Any]("ministack.services.ecs._tasks", "data", "to run tasks"),
            r"changed .*: AccountRegionScopedDict instead of a function$",
        ),
        (
            seams.Type[Any]("ministack.services.ecs._run_task", "to run tasks"),
            r"changed .*: function instead of a class$",
        ),
    ],
    ids=["name moved", "module moved", "not by account", "not a dict", "parameters", "not a function", "not a class"],
)
def test_a_difference_is_reported_with_what_needs_it(seam: seams.Seam, message: str) -> None:
    with pytest.raises(seams.SeamError, match=message):
        seam.check()
