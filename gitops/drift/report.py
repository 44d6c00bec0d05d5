"""`gitops report drift`: one issue that says what differs, kept up to date, and closed when nothing does."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops.drift.observation import Observation
from gitops.errors import UserError
from gitops.github.actions import add_summary
from gitops.github.repository import BOT
from gitops.github.sticky_comment import COMMENT_LENGTH, marker
from gitops.handoff import read_per_account
from gitops.output import markdown
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from gitops.drift.observation import Finding
    from gitops.github.actions import Run
    from gitops.github.model import Issue
    from gitops.github.repository import Repository

TITLE = "Drift: what runs is not what is declared"
MARKER = marker("drift")

_REMEDIES = {
    "not deployed": "deploy it: `/deploy {name}`, or run the workflow `deploy` for it",
    "not declared": "put its file back, or destroy it: `gitops destroy {name}`",
    "failed": "see the events of its stack, then deploy it again",
    "template differs": "deploy it: `/deploy {name}`",
    "changed by hand": "put it back by hand, or change the declarations to agree; a deployment of what is declared "
    "does not undo it while the template is the same",
    "image differs": "deploy it: `/deploy {name}`; or write the image that should run into its file",
}


def report_drift(directory: Path, run: Run, *, folder: Path) -> int:
    """Bring the issue up to date with the observations of all accounts. Returns 0, drift or not.

    Raises:
        UserError: the observation of an account is missing or not complete; the issue stays as it is.
        GitHubError: GitHub could not be read or written.
    """
    declared = load(folder)
    observations = read_per_account(directory, declared.accounts, Observation)
    if unknown := [line for observation in observations for line in observation.unknown]:
        listed = "\n".join(f"  {line}" for line in unknown)
        raise UserError(f"not everything could be looked at, so the issue about drift stays as it is:\n{listed}")
    if not observations:
        raise UserError("no account is declared, so nothing was looked at; the issue about drift stays as it is")
    body = render(observations)
    add_summary(body)
    _keep(run.connect(), body, clean=not any(observation.findings for observation in observations))
    return 0


def render(observations: Sequence[Observation], limit: int = COMMENT_LENGTH) -> str:
    """Return the issue's text, the same for the same findings, of at most `limit` characters."""
    findings = sorted((f for observation in observations for f in observation.findings), key=lambda f: f.environment)
    rows = [
        (markdown.code(f.environment), f.what, "<br>".join(markdown.text(line) for line in f.details)) for f in findings
    ]
    whats = sorted({finding.what for finding in findings})
    passed_over = sorted({line for observation in observations for line in observation.passed_over})
    parts = [
        MARKER,
        f"{len(findings)} difference{'' if len(findings) == 1 else 's'} between the declarations and what runs."
        if findings
        else "What runs is what is declared.",
        _table(rows) if rows else "",
        *(f"- **{what}**: {_REMEDIES[what].format(name='NAME')}" for what in whats),
        markdown.fold("What was not compared", "\n".join(f"- {markdown.text(line)}" for line in passed_over))
        if passed_over
        else "",
    ]
    text = "\n\n".join(part for part in parts if part)
    if len(text) <= limit:
        return text
    return _shortened(findings, limit)


def _table(rows: Sequence[Sequence[str]]) -> str:
    return markdown.table(("environment", "what", "details"), rows)


def _shortened(findings: Sequence[Finding], limit: int) -> str:
    """Return names only, as many as fit."""
    head = f"{MARKER}\n\n{len(findings)} differences; `gitops drift` prints all of them.\n\n"
    lines: list[str] = []
    room = limit - len(head)
    for finding in findings:
        line = f"- {markdown.code(finding.environment)}: {finding.what}"
        room -= len(line) + 1
        if room < 0:
            break
        lines.append(line)
    return head + "\n".join(lines)


def _keep(repository: Repository, body: str, *, clean: bool) -> None:
    """Open, update or close the issue; what others wrote is never it."""
    issue = next((found for found in repository.open_issues(BOT) if _is_ours(found)), None)
    if issue is None and not clean:
        say(f"opened {repository.create_issue(TITLE, body).url}")
    elif issue is not None and clean:
        repository.update_issue(issue.number, body)
        repository.close_issue(issue.number)
        say(f"closed {issue.url}: there is no drift any more")
    elif issue is not None and issue.body != body:
        repository.update_issue(issue.number, body)
        say(f"updated {issue.url}")
    else:
        say("nothing to report" if clean else f"unchanged: {issue.url if issue else ''}")


def _is_ours(issue: Issue) -> bool:
    return issue.author == BOT and issue.body.partition("\n")[0].strip() == MARKER
