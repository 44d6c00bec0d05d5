"""A plan in its pull request: the one comment about environments, and the summary of the job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.errors import UserError
from gitops.github import sticky_comment
from gitops.github.actions import SUMMARY_BYTES, add_summary
from gitops.github.sticky_comment import ENVIRONMENTS_TOPIC
from gitops.output.progress import say
from gitops.plan.comment import render
from gitops.plan.document import read_change_sets, read_plan
from gitops.plan.view import merge_change_sets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gitops.github.actions import Run
    from gitops.github.model import Comment
    from gitops.github.repository import Repository
    from gitops.plan.document import ChangeSets, Plan


def report_plan(directory: Path, run: Run) -> int:
    """Post the plan that jobs before this one left in `directory`, in the pull request that started the run.

    A plan that is out of date is not posted: the run for the newer commit does that. Returns 1 when something in the
    plan is refused, by the templates or by CloudFormation.

    Raises:
        UserError: the plan is missing or not of the right shape, or the run was not started by a pull request.
        GitHubError: the comment could not be written; the summary is.
    """
    plan, change_sets = read_plan(directory), read_change_sets(directory)
    number, head = _pull_request(run)
    add_summary(render(plan, change_sets, head=head, limit=SUMMARY_BYTES - 1))
    repository = run.connect()
    now = repository.pull_request(number)
    if now.state != "open":
        say(f"pull request {number} is closed; its plan is not posted")
    elif now.head_sha != head:
        say(f"pull request {number} is at {now.head_sha} now; the plan for {head} is out of date and is not posted")
    else:
        comment = post(repository, number, plan, change_sets, head=head, run_url=run.url)
        say(f"posted the plan: {comment.url}")
    return 1 if any(environment.refusals for environment in merge_change_sets(plan, change_sets)) else 0


def post(
    repository: Repository, number: int, plan: Plan, change_sets: Sequence[ChangeSets], *, head: str, run_url: str
) -> Comment:
    """Write a plan for the commit `head` into the comment of a pull request; the table that was there stays, folded."""
    former = sticky_comment.find(repository, number, ENVIRONMENTS_TOPIC)
    limit = sticky_comment.COMMENT_LENGTH - len(sticky_comment.marker(ENVIRONMENTS_TOPIC)) - 1
    body = render(
        plan, change_sets, head=head, limit=limit, run_url=run_url, former=former.body if former is not None else ""
    )
    return sticky_comment.put(repository, number, ENVIRONMENTS_TOPIC, body)


def _pull_request(run: Run) -> tuple[int, str]:
    """Return the number of the pull request that started a run, and the commit that it was at then."""
    try:
        found = run.payload()["pull_request"]
        return int(found["number"]), str(found["head"]["sha"])
    except (KeyError, TypeError, ValueError) as error:
        raise UserError(
            "this run was not started by a pull request, so there is no comment to write the plan into"
        ) from error
