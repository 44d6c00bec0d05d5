"""`/status`: a table of environments, declared and deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws import target
from gitops.aws.regions import Regions, require_account
from gitops.aws.session import Session
from gitops.chatops.answers import Answer
from gitops.drift import inventory
from gitops.output import markdown

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.chatops.decision import Step
    from gitops.chatops.request import Request
    from gitops.drift.inventory import Entry

_HEADINGS = ("environment", "state", "expires", "owner", "lock", "URL")
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
    entries = inventory.take(declared, Regions(session, places).stacks().values())
    touched = set(map(str, request.touched))
    shown = [entry for entry in entries if entry.name in touched] if touched else entries
    rows = [tuple(_cells(request, entry)) for entry in shown[:_MOST_ROWS]]
    text = [markdown.table(_HEADINGS, rows)] if rows else []
    if len(shown) > _MOST_ROWS:
        text.append(f"And {len(shown) - _MOST_ROWS} more: `gitops status` shows them.")
    missing = sorted(touched - {entry.name for entry in entries})
    if missing:
        listed = ", ".join(map(markdown.code, missing))
        text.append(f"Neither declared on {markdown.code(request.event.default_branch)} nor deployed: {listed}")
    return Answer(text="\n\n".join(text) or "No environment is declared or deployed in this account.")


def _cells(request: Request, entry: Entry) -> Iterator[str]:
    environment = next((e for e in request.declared if str(e.name) == entry.name and entry.declared), None)
    lock = environment.lock if environment else None
    yield markdown.code(entry.name)
    yield markdown.text(entry.state if entry.declared else f"{entry.state}, not declared")
    yield markdown.text(entry.expires)
    yield markdown.text(entry.owner)
    yield markdown.text(str(lock)) if lock else ""
    yield markdown.text(entry.url)
