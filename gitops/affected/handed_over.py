"""Up to which commit changes of the default branch were handed over for deployment.

A push can be lost: its commit says `[skip ci]`, its comparison failed, its run was cancelled, or the branch was forced
elsewhere. The next push therefore compares with what an earlier run has handed over, not with the commit before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops import git
from gitops.affected.tree import NO_COMMIT
from gitops.github.default_branch import DESTROYED_HERE
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.workflow_runs import WorkflowRuns

WORKFLOW, JOB = "deploy.yml", "Affected"
"""The workflow that deploys pushes, and the name of its job that compares."""

_LOST = {"cancelled", "startup_failure", "stale", "skipped"}
"""Conclusions of runs whose jobs may not have come to their turn. One that failed can be started again."""


def last_handed_over(runs: WorkflowRuns, branch: str, head: str, folder: Path, *, own_run: int) -> str:
    """Return the newest commit in the history of `head` whose comparison an earlier run has made.

    NO_COMMIT where there is none: then everything that is declared counts as new, and what is as declared is left alone
    by its deployment. `own_run` is the run that asks, which may be started again.

    Raises:
        GitHubError: the runs cannot be listed.
        UserError: git does not know `head`.
    """
    for run in runs.of_pushes(WORKFLOW, branch):
        if run.id == own_run or run.conclusion in _LOST:
            continue
        if not git.is_in_history(run.sha, head, folder):
            say(f"the run {run.id} was for {run.sha[:7]}, which the branch no longer has")
            continue
        if runs.has_succeeded(run, JOB):
            say(f"compared with {run.sha[:7]}, up to which the run {run.id} has handed over all changes")
            return run.sha
    say("no earlier run has handed anything over: everything that is declared is deployed")
    return NO_COMMIT


def destroyed_by_jobs(gone: Iterable[EnvironmentName], folder: Path) -> frozenset[EnvironmentName]:
    """Return those of the environments whose files a job has removed, to destroy them itself: a comment, an expiry.

    A job that could not destroy its environment is run again, and until then the environment is reported as drift.
    Raises UserError when git cannot say.
    """
    history = git.History(folder)
    removals = {name: history.removed(name) for name in gone}
    found = {name for name, commit in removals.items() if commit and DESTROYED_HERE in history.message(commit)}
    for name in sorted(found):
        say(f"{name} is left to the job that removed its file")
    return frozenset(found)
