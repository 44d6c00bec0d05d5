"""Lists for matrices of jobs."""

from __future__ import annotations

from constructs_lib.config.naming import EnvironmentName
from gitops.affected.comparison import Comparison
from gitops.affected.environment import MATRIX_JOBS, AffectedEnvironment, matrix_outputs
from gitops.github.job_matrix import JobEnvironment


def app(number: int) -> AffectedEnvironment:
    name = EnvironmentName("dev", f"app{number:03}")
    job = JobEnvironment(
        environment=str(name), slug=name.stack, account="main", role_variable="AWS_ROLE_ARN_MAIN", region="us-east-1"
    )
    return AffectedEnvironment(name=name, kind="ad-hoc-app", action="update", reason="code", job=job)


def outputs(number: int) -> tuple[list[str], list[str]]:
    """Return the names that jobs get and those that are refused, of a change that touches so many apps."""
    comparison = Comparison(affected=tuple(map(app, range(number))), environments={}, unchanged=0)
    found = matrix_outputs(comparison)
    apps, refused = found["apps"], found["refused"]
    assert isinstance(apps, list)
    assert isinstance(refused, list)
    return [entry["environment"] for entry in apps], [entry["environment"] for entry in refused]


def test_as_many_environments_as_a_matrix_may_have_jobs_are_handed_over() -> None:
    apps, refused = outputs(MATRIX_JOBS)

    assert (len(apps), refused) == (256, [])


def test_what_a_matrix_cannot_have_is_named_and_not_lost() -> None:
    apps, refused = outputs(MATRIX_JOBS + 2)

    assert (len(apps), refused) == (256, ["dev/app256", "dev/app257"])
