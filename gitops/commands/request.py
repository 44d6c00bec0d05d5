"""`gitops request`: the form that asks for a new environment, decided and made a pull request."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from gitops.chatops import authorise
from gitops.chatops.forms import proposal
from gitops.chatops.forms.declaration import FormError, declare
from gitops.chatops.forms.event import form_event
from gitops.chatops.forms.fields import read_issue
from gitops.errors import UserError
from gitops.github import actions, sticky_comment
from gitops.github.actions import Run
from gitops.github.transport import GitHubError
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.chatops.forms.event import FormEvent
    from gitops.github.repository import Repository

_TOPIC = "request"


def request(*, folder: Path, perform: bool, today: date) -> int:
    """Decide whether the form that started this run is one to act on, or `perform` it: open its pull request.

    Returns 0, also for a form of an issue that has errors: the answer to the issue has them, and for one that is
    ignored. Raises UserError when the pull request could not be opened, or inputs of the workflow have errors.
    """
    run = Run.from_environ()
    if not perform:
        actions.set_outputs({"propose": False})  # an output that is not set again
    event = form_event(run.payload())
    if event is None:
        say("no form that asks for an environment")
        return 0
    repository = run.connect()
    if reason := _reason_to_ignore(repository, event):
        say(f"the form is ignored: {reason}")
        actions.add_summary(f"The form was ignored: {reason}.")
    elif not perform:
        actions.set_outputs({"propose": True})
    elif _is_outdated(repository, event):
        say("the form was edited or closed since; the run of the newest edit decides")
    else:
        _perform(repository, event, folder, today, run.url)
    return 0


def _reason_to_ignore(repository: Repository, event: FormEvent) -> str | None:
    """Return why nothing is done, or None. The author of an issue and who edits it both need to have permission."""
    for login in sorted({event.author, event.sender}):
        permission = repository.permission(login)
        if not authorise.may_command(permission):
            return f"{login} has the permission {permission}, and a new environment needs write"
    if os.environ.get("GITHUB_TRIGGERING_ACTOR", event.sender).casefold() != event.sender.casefold():
        return "another person started the run again"
    return None


def _is_outdated(repository: Repository, event: FormEvent) -> bool:
    """Whether the issue is not as the event says any more: a run can be started again, or wait for another one."""
    if event.number is None:
        return False
    issue = repository.issue(event.number)
    return issue.state != "open" or read_issue(issue.body) != event.form


def _perform(repository: Repository, event: FormEvent, folder: Path, today: date, run_url: str) -> None:
    try:
        declaration = declare(event.form, event.author, folder, today)
        proposed = proposal.propose(repository, event, declaration, folder)
    except FormError as error:
        _answer(repository, event, proposal.problems_answer(error.problems, proposal.open_proposal(repository, event)))
        if event.number is None:
            raise
        say(str(error))
        return
    except UserError as error:
        _report_failure(repository, event, proposal.failure_answer(str(error), run_url))
        raise
    text = proposal.proposed_answer(proposed, declaration, checks_wait=not repository.commits_as_app)
    _answer(repository, event, text)
    say(f"pull request {proposed.pull_request.number} {proposed.outcome}")
    print(proposed.pull_request.url)


def _answer(repository: Repository, event: FormEvent, text: str) -> None:
    """Answer the issue, in the one comment that it has of ours."""
    actions.add_summary(text)
    if event.number is not None:
        sticky_comment.put(repository, event.number, _TOPIC, text)


def _report_failure(repository: Repository, event: FormEvent, text: str) -> None:
    """Answer an error of GitHub, which may be the one that fails again."""
    try:
        _answer(repository, event, text)
    except GitHubError as unreported:
        say(f"could not report to GitHub: {unreported}")
