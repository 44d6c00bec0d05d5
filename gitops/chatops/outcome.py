"""The result of a deployment or destruction by comment, in the pull request's comment about its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github import sticky_comment
from gitops.report.deployment_report import LENGTH, TOPIC, render
from gitops.report.deployments import said

if TYPE_CHECKING:
    from gitops.chatops.request import Request
    from gitops.report.results import Record


def publish_outcome(request: Request, record: Record, sha: str) -> None:
    """Put the result at the commit `sha` in the place of the plan, if the pull request is about this environment alone.

    An error of GitHub is logged and does not fail the command.
    """
    with said(f"the result of {record.environment}"):
        if [str(name) for name in request.touched] != [record.environment]:
            return
        former = sticky_comment.find(request.repository, request.event.number, TOPIC)
        if former is not None:
            body = render([record], sha=sha, run_url=request.run_url, limit=LENGTH, before=former.body)
            sticky_comment.put(request.repository, request.event.number, TOPIC, body)
