"""What became of an environment by a comment, in the comment that the pull request has about its environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github.deployments import ignore_github_errors
from gitops.report.deployment import update_comment

if TYPE_CHECKING:
    from gitops.chatops.request import Request
    from gitops.report.results import EnvironmentResult


def show(request: Request, record: EnvironmentResult, sha: str) -> None:
    """Write what became of an environment at the commit `sha` where the pull request has had its plan.

    That is left as it is where the pull request is about other environments too. GitHub's failures are said and go by.
    """
    with ignore_github_errors(f"the result of {record.environment}"):
        if [str(name) for name in request.touched] == [record.environment]:
            number = request.event.number
            update_comment(request.repository, number, [record], sha=sha, run_url=request.run_url, create=False)
