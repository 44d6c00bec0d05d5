"""The token of each job of a run: what the workflow that runs declares for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_github.permissions import LEVELS
from tests.fake_github.tokens import granted
from tests.workflows.definitions import calls, jobs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fake_github.fake import FakeGitHub

TOKEN_OF_JOB = "TOKEN_OF_JOB"  # noqa: S105 - the name of a variable
"""Variable with the token of a job: act has one `github.token` for all jobs."""


def declared() -> dict[str, Mapping[str, str]]:
    """Return the permissions of every job by `workflow/job`: of one that is called, what its caller has as well.

    https://docs.github.com/en/actions/how-tos/reuse-automations/reuse-workflows#supported-keywords-for-jobs-that-call-a-reusable-workflow
    """
    return {name: in_common(job, calls()[name]["permissions"]) if name in calls() else job for name, job in _jobs()}


def in_common(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    """Return what both permissions allow."""
    lower = {name: min(level, other.get(name, "none"), key=LEVELS.index) for name, level in one.items()}
    return {name: level for name, level in lower.items() if level != "none"}


def secret_of(job_id: str) -> str:
    """Return the name of the secret of a run that has the token of a job."""
    return f"{TOKEN_OF_JOB}_{job_id.replace('-', '_')}".upper()


def token_of(github: FakeGitHub, job: str) -> str:
    """Return a new token of a job, `workflow/job`, for a test that runs what a step of it runs."""
    return github.issue_token(job, declared()[job])


def proposing_job() -> str:
    """Return the job that runs `gitops promote`, or one whose token may do as much where `gitops init` removed it."""
    return "image/propose" if "image/propose" in declared() else "request/propose"


def commits(job: str) -> bool:
    """Whether a job, `workflow/job`, commits: where there is a GitHub App, it has the App's token as well."""
    return declared()[job].get("contents") == "write"


def tokens(github: FakeGitHub, workflow: str, event: str, payload: Mapping[str, Any]) -> dict[str, str]:
    """Return new tokens for the jobs of a run of one of our workflows, by the names of the secrets."""
    return {
        secret_of(name.partition("/")[2]): github.issue_token(name, granted(permissions, event, payload))
        for name, permissions in declared().items()
        if name.partition("/")[0] == workflow
    }


def _jobs() -> list[tuple[str, Mapping[str, str]]]:
    return [(f"{job.workflow}/{job.id}", job.permissions) for job in jobs()]
