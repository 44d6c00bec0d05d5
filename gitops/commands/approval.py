"""`gitops approval`: whether someone other than the requester of a job's pull request has approved it."""

from __future__ import annotations

from gitops.approval.decision import proposed_by_job, reason_to_wait
from gitops.github.actions import Run, add_summary
from gitops.output import markdown
from gitops.output.progress import say, without_workflow_commands


def approval() -> int:
    """Judge the pull request of the event that started this run. Returns 1 when it waits for another approval.

    Pull requests that people open, and a merge queue, are left to the rules of the branch. Raises UserError outside
    GitHub Actions, and when GitHub cannot be asked.
    """
    run = Run.from_environ()
    event = run.payload()
    pull = proposed_by_job(event)
    if pull is None:
        say("no pull request of a job: the rules of the branch decide")
        return 0
    if "review" not in event:
        say(f"a job has opened pull request {pull.number}: its reviews decide, in runs of their own")
        return 0
    if reason := reason_to_wait(run.connect(), pull):
        say(without_workflow_commands(f"pull request {pull.number} waits: {reason}"))
        add_summary(f"The pull request waits: {markdown.text(reason)}.")
        return 1
    say(f"pull request {pull.number} has the approval that it needs")
    return 0
