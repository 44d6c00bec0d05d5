"""`gitops report deployment`: how environments were deployed or destroyed, in the pull request that asked for it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github import sticky_comment
from gitops.github.actions import SUMMARY_BYTES, add_summary
from gitops.output.progress import say
from gitops.report import results
from gitops.report.deployment_report import LENGTH, TOPIC, render

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.github.actions import Run
    from gitops.github.model import PullRequest
    from gitops.github.repository import Repository

_BYTES_OF_A_CHARACTER = 4


def report_deployment(directory: Path, run: Run) -> int:
    """Report the results in a folder: in the job's summary, and in the comment of the pull requests that were merged.

    Returns 0 whatever became of environments: the jobs that failed have said so.

    Raises:
        UserError: a result is missing or not whole.
        GitHubError: the comment could not be written; the summary is.
    """
    records = results.read(directory)
    add_summary(render(records, sha=run.sha, run_url=run.url, limit=SUMMARY_BYTES // _BYTES_OF_A_CHARACTER))
    repository = run.connect()
    merged = _merged(repository, run) if records else []
    for pull_request in merged:
        existing = sticky_comment.find(repository, pull_request.number, TOPIC)
        before = existing.body if existing else ""
        body = render(records, sha=run.sha, run_url=run.url, limit=LENGTH, before=before)
        say(f"reported: {sticky_comment.put(repository, pull_request.number, TOPIC, body).url}")
    if not merged:
        say("no pull request was merged as this commit, so the summary of the run is all of the report")
    return 0


def _merged(repository: Repository, run: Run) -> list[PullRequest]:
    """Return the pull requests that came to the default branch by the push that started this run."""
    if run.payload().get("after") != run.sha:
        return []  # somebody started it by hand, so the newest commit is not what it is about
    return [found for found in repository.pull_requests_of(run.sha) if found.merged]
