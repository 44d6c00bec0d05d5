"""The result of a deployment or destruction by comment, in the pull request's comment about its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github.deployments import ignore_github_errors
from gitops.report.deployment import update_comment

if TYPE_CHECKING:
    from gitops.chatops.request import Request
    from gitops.report.results import EnvironmentResult


def publish_outcome(request: Request, record: EnvironmentResult, sha: str) -> None:
    """Put the result at the commit `sha` in the place of the plan, if the pull request is about this environment alone.

    An error of GitHub is logged and does not fail the command.
    """
    with ignore_github_errors(f"the result of {record.environment}"):
        if [str(name) for name in request.touched] == [record.environment]:
            number = request.event.number
            update_comment(request.repository, number, [record], sha=sha, run_url=request.run_url, create=False)
