"""The report of jobs, of what AWS says about them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar, cast

import pytest

from constructs_lib.config.model import AdHocAppConfig, JobConfig
from gitops.aws.cloudformation import DeployedResource
from gitops.aws.step_functions import Execution
from gitops.drift import job_runs
from tests.gitops.factories import NOON, declaring, deployed, environment

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops.aws.session import Session

MACHINE = "arn:aws:states:us-east-1:111111111111:stateMachine:Run"


class FakeDoor:
    """CloudFormation and Step Functions in one: one job, `report`, with a last run or none."""

    last: Execution | None = None
    outputs: ClassVar[Mapping[str, str]] = {"skipped": "the run before was going on"}

    def __init__(self, *_arguments: object) -> None:
        """Take what the doors take."""

    def resources(self, _stack: str) -> list[DeployedResource]:
        kinds = {"Run": "AWS::StepFunctions::StateMachine", "Web": "AWS::ECS::Service"}
        return [
            DeployedResource(type=kind, logical_id=name, physical_id=MACHINE, status="CREATE_COMPLETE")
            for name, kind in kinds.items()
        ]

    def tag(self, _machine: str, key: str) -> str:
        assert key == "gitops:job"
        return "report"

    def last_execution(self, _machine: str) -> Execution | None:
        return self.last

    def output(self, execution: str, field: str) -> str:
        assert field == "Skipped"
        return self.outputs.get(execution, "")


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> dict[str, list[str]]:
    """The cells of each job's row, with `report` deployed and `new` not."""
    monkeypatch.setattr(job_runs, "CloudFormation", FakeDoor)
    monkeypatch.setattr(job_runs, "StepFunctions", FakeDoor)
    monkeypatch.setattr(FakeDoor, "last", request.param)
    job = JobConfig(command=("true",), schedule="0 3 * * *")
    config = AdHocAppConfig(
        owner="octocat",
        repository="microblog",
        image="v1",
        services={},
        expires="2026-12-01",
        jobs={"report": job, "new": job},
    )
    app = replace(environment("dev/alpha"), config=config)

    report = job_runs.job_report(cast("Session", None), declaring(app), [deployed("dev/alpha")])
    assert report.table is not None
    return {str(row[1]): [str(cell) for cell in row] for row in report.table.rows}


@pytest.mark.parametrize(
    "rows", [Execution(arn="run", status="TIMED_OUT", started=NOON, ended=NOON + timedelta(seconds=61))], indirect=True
)
def test_last_run_is_told_with_its_end(rows: dict[str, list[str]]) -> None:
    assert "61" in rows["report"]
    assert "timed out" in rows["report"][-1]
    assert "not deployed" in rows["new"][-1]


@pytest.mark.parametrize("rows", [Execution(arn="run", status="RUNNING", started=NOON, ended=None)], indirect=True)
def test_run_that_goes_on_has_no_duration(rows: dict[str, list[str]]) -> None:
    assert rows["report"][4] == ""
    assert "running" in rows["report"][-1]


@pytest.mark.parametrize("rows", [Execution(arn="run", status="SUCCEEDED", started=NOON, ended=NOON)], indirect=True)
def test_run_that_has_succeeded_is_not_told_as_skipped(rows: dict[str, list[str]]) -> None:
    assert "succeeded" in rows["report"][-1]
    assert "skipped" not in rows["report"][-1]


@pytest.mark.parametrize(
    "rows", [Execution(arn="skipped", status="SUCCEEDED", started=NOON, ended=NOON)], indirect=True
)
def test_run_that_was_skipped_is_told_with_the_reason(rows: dict[str, list[str]]) -> None:
    assert "skipped: the run before was going on" in rows["report"][-1]
    assert "succeeded" not in rows["report"][-1]


@pytest.mark.parametrize("rows", [None], indirect=True)
def test_job_that_has_never_run_says_so(rows: dict[str, list[str]]) -> None:
    assert "has not run" in rows["report"][-1]
