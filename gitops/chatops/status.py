"""`/status`: a table of environments, declared and deployed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.aws import target
from gitops.aws.regions import Regions, require_account
from gitops.aws.session import Session
from gitops.chatops.answers import Answer
from gitops.drift.inventory import list_environments, status_report, trouble_notes
from gitops.drift.running import look
from gitops.git.former_places import former_places
from gitops.github.sticky_comment import COMMENT_LENGTH
from gitops.output import markdown
from gitops.output.report import as_inline, markdown_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request
    from gitops.drift.inventory import EnvironmentStatus

_LENGTH = COMMENT_LENGTH - 12_000
"""Most characters of the table; the rest of a comment is for what else is said."""

_MOST_MISSING = 40
_MOST_TROUBLES = 5
_MOST_OF_ERRORS = 2_000


def show_status(request: Request, step: Step) -> Answer:
    """Return the environments in the step's account that the pull request touches, or all in it if it touches none.

    Raises:
        AwsError: AWS cannot be listed completely.
    """
    account_id = request.declared.accounts[step.account].id
    aws = target.resolve(request.requested_target)
    session = Session(aws)
    places = {place for place in request.declared.places() if place.account == account_id}
    require_account(session.introduce(min(places)), [e for e in request.declared if e.account == step.account])
    former = former_places(request.folder, {account_id})
    stacks = Regions(session, places, former).stacks().values()
    touched = set(map(str, request.touched))
    asked = [stack for stack in stacks if not touched or stack.environment in touched]
    running = look(session, aws, request.declared, asked, datetime.now(UTC))
    entries = list_environments(request.declared, places, stacks, running)
    shown = [entry for entry in entries if entry.name in touched] if touched else entries
    table, left_out = _table(shown)
    text = [table] if table else []
    if left_out:
        text.append(f"And {left_out} more: `gitops status` shows them.")
    if troubles := trouble_notes(shown):
        text.append("\n".join(f"- {as_inline(note)}" for note in troubles[:_MOST_TROUBLES]))
    missing = sorted(touched - {entry.name for entry in entries})
    if missing:
        listed = ", ".join(map(markdown.code, missing[:_MOST_MISSING]))
        listed += f" and {len(missing) - _MOST_MISSING} more" if len(missing) > _MOST_MISSING else ""
        text.append(f"Neither declared on {markdown.code(request.event.default_branch)} nor deployed: {listed}")
    if errors := request.declared.errors:
        listed = "\n".join(str(problem) for problem in errors)
        text.append(f"Wrong on {request.event.default_branch}:\n\n{markdown.block(listed[:_MOST_OF_ERRORS])}")
    return Answer(text="\n\n".join(text) or "No environment is declared or deployed in this account.")


def _table(shown: Sequence[EnvironmentStatus]) -> tuple[str, int]:
    """Return the table of environments that fits a comment, and the number of those that it leaves out."""
    rows = markdown_table(status_report(shown).table).splitlines()
    kept, length = 0, 0
    for row in rows:
        length += len(row) + 1
        if length > _LENGTH:
            break
        kept += 1
    return ("\n".join(rows[:kept]) if shown else ""), len(rows) - kept
