"""`/status`: a table of environments, declared and deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws import target
from gitops.aws.regions import Regions, require_account
from gitops.aws.session import Session
from gitops.chatops.answers import Answer
from gitops.drift.inventory import list_environments, status_report
from gitops.output import markdown
from gitops.output.report import markdown_table

if TYPE_CHECKING:
    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request

_MOST_ROWS = 200


def show_status(request: Request, step: Step) -> Answer:
    """Return the environments in the step's account that the pull request touches, or all in it if it touches none.

    Raises:
        AwsError: AWS cannot be listed completely.
    """
    account = step.account
    declared = [environment for environment in request.declared if environment.account == account]
    account_id = request.declared.accounts[account].id
    session = Session(target.resolve(request.requested_target))
    places = {place for place in request.declared.places() if place.account == account_id}
    require_account(session.introduce(min(places)), declared)
    entries = list_environments(declared, Regions(session, places).stacks().values())
    touched = set(map(str, request.touched))
    shown = [entry for entry in entries if entry.name in touched] if touched else entries
    text = [markdown_table(status_report(shown[:_MOST_ROWS]).table)] if shown else []
    if len(shown) > _MOST_ROWS:
        text.append(f"And {len(shown) - _MOST_ROWS} more: `gitops status` shows them.")
    missing = sorted(touched - {entry.name for entry in entries})
    if missing:
        listed = ", ".join(map(markdown.code, missing))
        text.append(f"Neither declared on {markdown.code(request.event.default_branch)} nor deployed: {listed}")
    return Answer(text="\n\n".join(text) or "No environment is declared or deployed in this account.")
