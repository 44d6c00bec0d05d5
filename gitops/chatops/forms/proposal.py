"""The pull request that adds the declaration of a form, and what the issue is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from gitops.chatops.answers import log_link
from gitops.chatops.forms.declaration import FormError
from gitops.chatops.forms.fields import MOST_PROBLEMS, FieldProblem
from gitops.github import proposals
from gitops.github.newest import declaration_path
from gitops.github.proposals import BRANCHES, CHECKS_WAIT
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gitops.chatops.forms.declaration import NewDeclaration
    from gitops.chatops.forms.event import FormEvent
    from gitops.github.model import PullRequest
    from gitops.github.proposals import Proposal
    from gitops.github.repository import Repository

BRANCH_PREFIX: Final = f"{BRANCHES}request-"

_MESSAGE_LENGTH: Final = 1_000


def branch_of(event: FormEvent, declaration: NewDeclaration | None = None) -> str:
    """Return the branch of a form: that of its issue, or of the environment for inputs of the workflow.

    Without a `declaration`, inputs have none.
    """
    if event.number is not None:
        return f"{BRANCH_PREFIX}{event.number}"
    return f"{BRANCH_PREFIX}{declaration.name.stack}" if declaration else ""


def propose(repository: Repository, event: FormEvent, declaration: NewDeclaration, folder: Path) -> Proposal:
    """Open the pull request of a form, or bring the one that is open up to date.

    Raises:
        FormError: the environment is declared by now, or another pull request asks for it.
        GitHubError: GitHub did not do it. What was there is as it was, but for the branch: it may be new.
    """
    path = declaration_path(folder, declaration.name)
    base = repository.default_branch()
    base_commit = repository.branch_head(base)
    branch = branch_of(event, declaration)
    if repository.file(path, base_commit) is not None:
        raise FormError([FieldProblem.of("name", f"{declaration.name} is declared already; choose another name")])
    if other := _other(repository, branch, path):
        message = f"pull request {other.number} asks for {declaration.name} already; choose another name"
        raise FormError([FieldProblem.of("name", message)])
    title = f"Add {declaration.name}"
    return proposals.put(
        repository,
        {path: declaration.text},
        branch=branch,
        base=base,
        base_commit=base_commit,
        title=title,
        body=_description(event, checks_wait=not repository.commits_as_app),
        message=f"{title}\n\n{_asked(event)}\n\n{proposals.requested_by([event.author, event.sender])}",
    )


def open_proposal(repository: Repository, event: FormEvent) -> PullRequest | None:
    """Return the open pull request of an issue, if there is one."""
    branch = branch_of(event)
    return next(iter(repository.open_pull_requests(branch)), None) if branch else None


def proposed_answer(proposal: Proposal, declaration: NewDeclaration, *, checks_wait: bool) -> str:
    """Return the answer to a form that is right now."""
    text = (
        f"#{proposal.pull_request.number} adds {markdown.code(str(declaration.name))}. Merging it deploys the "
        "environment and closes this issue. To change something, edit the form: the pull request follows."
    )
    return f"{text}\n\n{CHECKS_WAIT}" if checks_wait else text


def problems_answer(problems: Sequence[FieldProblem], existing: PullRequest | None) -> str:
    """Return the answer to a form that is wrong."""
    rows = [(markdown.text(each.label), markdown.text(each.message[:_MESSAGE_LENGTH])) for each in problems]
    lines = ["No pull request was opened: the form has errors. Edit it to try again.", ""]
    if existing:
        lines[0] = f"#{existing.number} stays as it was: the form has errors. Edit it to try again."
    lines.append(markdown.table(("Field", "Error"), rows[:MOST_PROBLEMS]))
    if len(rows) > MOST_PROBLEMS:
        lines.append(f"\nAnd {len(rows) - MOST_PROBLEMS} more.")
    return "\n".join(lines)


def failure_answer(message: str, run_url: str) -> str:
    """Return the answer where GitHub, or something else that the form is not to blame for, stopped the job."""
    said = (
        f"**The pull request could not be opened or updated.** Edit the form to try again.\n\n{markdown.block(message)}"
    )
    return f"{said}\n\n{log_link(run_url)}"


def _description(event: FormEvent, *, checks_wait: bool) -> str:
    lines = [_asked(event), "", "Merging it deploys the environment. To change something, edit the form."]
    if event.number is None:
        lines[-1] = "Merging it deploys the environment."
    if checks_wait:
        lines += ["", CHECKS_WAIT]
    if event.number is not None:
        # https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
        lines += ["", f"Closes #{event.number}"]
    return "\n".join(lines)


def _asked(event: FormEvent) -> str:
    """Return who has asked, for the commit and the pull request."""
    if event.number is None:
        return f"Requested by @{event.sender} with the workflow `request`"
    edited = "" if event.sender.casefold() == event.author.casefold() else f", edited by @{event.sender},"
    return f"Requested by @{event.author}{edited} in #{event.number}"


def _other(repository: Repository, branch: str, path: str) -> PullRequest | None:
    """Return another open pull request of a form that adds the same file."""
    for pull_request in repository.open_pull_requests():
        is_request = pull_request.head_ref.startswith(BRANCH_PREFIX) and pull_request.head_ref != branch
        if (
            is_request
            and pull_request.head_repository == repository.name
            and repository.file(path, pull_request.head_sha)
        ):
            return pull_request
    return None
