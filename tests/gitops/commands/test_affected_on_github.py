"""What a push hands over for deployment, as the job of deploy.yml asks for it."""

from __future__ import annotations

import pytest

from gitops.github.default_branch import DESTROYED_HERE
from tests.gitops.jobs import Jobs

APPS = ("one", "two", "three", "four", "five")


@pytest.fixture
def deployed(jobs: Jobs) -> Jobs:
    """A base with apps, handed over by an earlier run."""
    for name in APPS:
        jobs.checkout.app(f"dev/{name}")
    jobs.github.record_run(jobs.push())
    return jobs


def remove(jobs: Jobs, *names: str, by_job: bool) -> None:
    for name in names:
        trailer = f"\n\n{DESTROYED_HERE}\n\n[skip ci]" if by_job else ""
        jobs.github.commit({f"environments/dev/{name}.yaml": None}, message=f"Remove {name}{trailer}")


def handed_over(jobs: Jobs) -> tuple[list[str], list[str]]:
    """Return what is handed over to be destroyed, and what is refused."""
    jobs.pull()
    result = jobs.run("affected", "--pushed", "--head", jobs.github.head())
    assert result.returncode == 0, result.stderr
    return tuple([row["environment"] for row in jobs.outputs[kind]] for kind in ("removed_apps", "refused"))  # type: ignore[return-value] # two of them


def test_what_jobs_have_removed_is_theirs_to_destroy_and_is_not_counted(deployed: Jobs) -> None:
    remove(deployed, "one", "two", "three", by_job=True)
    remove(deployed, "four", by_job=False)

    assert handed_over(deployed) == (["dev/four"], [])


def test_what_people_have_removed_is_counted(deployed: Jobs) -> None:
    remove(deployed, *APPS[:4], by_job=False)

    assert handed_over(deployed) == ([], [f"dev/{name}" for name in sorted(APPS[:4])])


def test_a_person_s_removal_after_that_of_a_job_is_handed_over(deployed: Jobs) -> None:
    text = deployed.github.read("environments/dev/one.yaml")
    remove(deployed, "one", by_job=True)
    deployed.github.commit({"environments/dev/one.yaml": text})
    remove(deployed, "one", by_job=False)

    assert handed_over(deployed) == (["dev/one"], [])
