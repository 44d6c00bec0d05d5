"""A change of more environments than a matrix may have jobs: they are spread over two, and what is left is named."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.naming import EnvironmentName
from gitops.affected.comparison import Comparison
from gitops.affected.environment import MATRIX_JOBS, AffectedEnvironment, matrix_outputs
from gitops.github.job_matrix import JobEnvironment
from tests.workflows.definitions import GITHUB, load

if TYPE_CHECKING:
    from pathlib import Path

    from tests.gitops.checkouts import CommandLine

BASES, APPS = ("dev", "qa", "ci", "me"), 75


def app(number: int) -> AffectedEnvironment:
    name = EnvironmentName("dev", f"app{number:03}")
    job = JobEnvironment(
        environment=str(name), slug=name.stack, account="main", role_variable="AWS_ROLE_ARN_MAIN", region="us-east-1"
    )
    return AffectedEnvironment(name=name, kind="ad-hoc-app", action="update", reason="code", job=job)


def outputs(number: int) -> tuple[int, int, list[str]]:
    """Return how many apps both matrices get and which are refused, of a change that touches so many."""
    found = matrix_outputs(Comparison(affected=tuple(map(app, range(number))), environments={}, unchanged=0))
    apps, more, refused = found["apps"], found["more_apps"], found["refused"]
    assert isinstance(apps, list)
    assert isinstance(more, list)
    assert isinstance(refused, list)
    names = [entry["environment"] for entry in [*apps, *more, *refused]]
    assert sorted(names) == [f"dev/app{index:03}" for index in range(number)]
    return len(apps), len(more), [entry["environment"] for entry in refused]


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (0, (0, 0, [])),
        (MATRIX_JOBS, (256, 0, [])),
        (MATRIX_JOBS + 1, (256, 1, [])),
        (300, (256, 44, [])),
        (2 * MATRIX_JOBS, (256, 256, [])),
        (2 * MATRIX_JOBS + 2, (256, 256, ["dev/app512", "dev/app513"])),
    ],
)
def test_each_environment_is_in_one_matrix_or_named(number: int, expected: tuple[int, int, list[str]]) -> None:
    assert outputs(number) == expected


def test_300_environments_of_four_bases_are_all_handed_over(bare_checkout: CommandLine, tmp_path: Path) -> None:
    bare_checkout.account("111111111111")
    for number, base in enumerate(BASES):
        bare_checkout.base(base, cidr=f"10.{20 + number}.0.0/16")
        file = bare_checkout.root / "environments" / base / "base.yaml"
        file.write_text(f"{file.read_text()}policy: {{max_environments: {APPS}}}\n")
        for index in range(APPS):
            bare_checkout.app(f"{base}/app-{index}")
    file = tmp_path / "outputs"

    result = bare_checkout.gitops("affected", "--all", GITHUB_OUTPUT=str(file))

    assert result.returncode == 0, result.stderr
    found = {name: json.loads(value) for name, value in (line.split("=", 1) for line in file.read_text().splitlines())}
    apps = [entry["environment"] for entry in [*found["apps"], *found["more_apps"]]]
    assert (len(found["apps"]), len(found["more_apps"])) == (256, 44)
    assert sorted(apps) == sorted(f"{base}/app-{index}" for base in BASES for index in range(APPS))
    assert found["refused"] == []


def test_both_matrices_come_before_production_and_the_report() -> None:
    written = load(GITHUB / "workflows" / "deploy.yml")["jobs"]
    first, second = written["apps"], written["more-apps"]

    assert second["strategy"]["matrix"]["include"] == "${{ fromJSON(needs.affected.outputs.more_apps || '[]') }}"
    assert written["affected"]["outputs"]["more_apps"] == "${{ steps.affected.outputs.more_apps }}"
    changed = {"if", "strategy"}
    assert {key: second[key] for key in second if key not in changed} == {
        key: first[key] for key in first if key not in changed
    }
    for later in ("production-bases", "production-apps", "report"):
        assert {"apps", "more-apps"} <= set(written[later]["needs"])
