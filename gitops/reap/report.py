"""`gitops report reap`: announces what has its time soon, and says what is to be destroyed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops.git import History
from gitops.github.actions import add_summary, set_outputs
from gitops.handoff import read_per_account
from gitops.output import markdown
from gitops.output.progress import say
from gitops.reap import announcing
from gitops.reap.decision import decide
from gitops.reap.observation import Observation
from gitops.reap.observing import require_declarations

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from gitops.github.actions import Run
    from gitops.reap.announcing import Message
    from gitops.reap.decision import Decision

OUTPUT = "removed_apps"


def report_reap(directory: Path, run: Run, *, folder: Path, now: datetime) -> int:
    """Decide by the observations of all accounts, tell owners, and set the output `removed_apps` for a matrix.

    Returns 1 when a base would lose more than it allows: nothing of it is in the output.

    Raises:
        UserError: nothing is declared, or the observation of an account is missing, not whole or old.
        GitHubError: GitHub could not be read or written. In each case there is no output, so nothing is destroyed.
    """
    declared = load(folder)
    require_declarations(declared)
    history = History(folder)
    history.require_whole()
    decision = decide(read_per_account(directory, declared.accounts, Observation), declared, now)
    repository = run.connect()
    # All is read before anything is written: what cannot be listed completely changes nothing.
    messages = announcing.messages(decision.announced, repository, history, now)
    for message in messages:
        if message.number is not None:
            say(f"announced: {repository.create_comment(message.number, message.body).url}")
    add_summary(_summary(decision, messages))
    for why in decision.refused.values():
        say(f"error: {why}")
    set_outputs({OUTPUT: [job for job, _ in decision.removed]})
    return 1 if decision.refused else 0


def _summary(decision: Decision, messages: Sequence[Message]) -> str:
    rows = [
        (markdown.code(job["environment"]), "is destroyed", markdown.text(due.why)) for job, due in decision.removed
    ]
    rows += [(markdown.code(message.environment), "has its time soon", _told(message)) for message in messages]
    rows += [(markdown.code(item.environment), "is left alone", markdown.text(item.why)) for item in decision.left]
    refused = [f"**{markdown.text(why)}**" for why in decision.refused.values()]
    table = markdown.table(("environment", "what", "why"), rows) if rows else "Nothing has had its time."
    return "\n\n".join(["### Expiry", *refused, table])


def _told(message: Message) -> str:
    return f"told in #{message.number}" if message.number else "no pull request made it, so nobody was told"
