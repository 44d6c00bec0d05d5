"""The table of requirements: docs/threat-model.md shows it, and it knows every environment that a job runs in."""

from __future__ import annotations

import os

from constructs_lib.config.naming import GITHUB_AD_HOC_APPROVAL
from gitops.settings.environments import NAMES
from gitops.settings.requirements import CHECKS, requirement_table
from tests.workflows.definitions import GITHUB, jobs, workflows

DOCUMENT = GITHUB.parent / "docs" / "threat-model.md"
START, END = "<!-- settings: make bless -->\n", "\n<!-- end -->"


def test_the_threat_model_shows_the_table() -> None:
    text = DOCUMENT.read_text()
    before, _, rest = text.partition(START)
    after = rest[rest.index(END.strip()) :]
    wanted = f"{before}{START}{requirement_table()}{END}{after.removeprefix(END.strip())}"
    if os.environ.get("BLESS"):
        DOCUMENT.write_text(wanted)
        text = wanted

    assert text == wanted, "docs/threat-model.md has another table of settings: make bless, and read the diff"


def test_every_environment_that_a_job_runs_in_has_requirements() -> None:
    used = {job.environment for job in jobs() if job.environment and "${{" not in job.environment}
    unused = set() if "image" in workflows() else {"publish"}  # an image is built elsewhere: its role trusts both

    # Of an environment that ad hoc apps pass before they are destroyed, nothing is required.
    assert used == (set(NAMES) | {GITHUB_AD_HOC_APPROVAL}) - unused


def test_required_checks_are_jobs_that_run_for_every_pull_request() -> None:
    names = {
        job["name"].partition("${{")[0]
        for workflow in workflows().values()
        if "pull_request" in workflow["on"]
        for job in workflow["jobs"].values()
        if "if" not in job and "strategy" not in job
    }

    assert names >= CHECKS
