"""What became of an environment by a comment, in the comment that the pull request has about its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github import sticky_comment
from gitops.report.deployment_report import LENGTH, TOPIC, render
from gitops.report.deployments import said

if TYPE_CHECKING:
    from gitops.chatops.request import Request
    from gitops.report.results import Record


def show(request: Request, record: Record, sha: str) -> None:
    """Write what became of an environment at the commit `sha` where the pull request has had its plan.

    That is left as it is where the pull request is about other environments too. GitHub's failures are said and go by.
    """
    with said(f"what became of {record.environment}"):
        if [str(name) for name in request.touched] != [record.environment]:
            return
        former = sticky_comment.find(request.repository, request.event.number, TOPIC)
        if former is not None:
            body = render([record], sha=sha, run_url=request.run_url, limit=LENGTH, before=former.body)
            sticky_comment.put(request.repository, request.event.number, TOPIC, body)
