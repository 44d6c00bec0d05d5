"""A merge queue waits for the checks that main requires: they run for its groups, without credentials."""

from gitops.settings.requirements import CHECKS
from tests.workflows.definitions import jobs, workflows
from tests.workflows.test_policy import name_of


def test_what_a_merge_queue_requires_runs_for_its_groups() -> None:
    required = {
        job["name"].partition("${{")[0]: name
        for name, workflow in workflows().items()
        for job in workflow["jobs"].values()
    }
    started = {name for name, workflow in workflows().items() if "merge_group" in workflow["on"]}

    assert {required[check] for check in CHECKS} == started
    writing = [name_of(job) for job in jobs() if job.workflow in started and "write" in job.permissions.values()]
    conditions = {name_of(job): job.definition["if"] for job in jobs() if name_of(job) in writing}
    assert writing != []
    # A merge group is no pull request, so what has credentials or writes is skipped for it.
    assert all(
        "github.event.pull_request.head.repo.full_name == github.repository" in text for text in conditions.values()
    )
