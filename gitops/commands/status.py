"""`gitops status`: what is declared and what is deployed."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.commands.selection import show_warnings
from gitops.drift import inventory
from gitops.output import table
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date, datetime
    from pathlib import Path

    from gitops.aws.target import TargetName
    from gitops.drift.inventory import Entry

HEADINGS = ("ENVIRONMENT", "KIND", "DECLARED", "STATE", "UPDATED (UTC)", "OWNER", "EXPIRES", "URL")


def status(*, folder: Path, requested_target: TargetName | None, today: date) -> int:
    """Print every environment that is declared or deployed. With credentials of AWS, those of their account."""
    declared = load(folder, today=today)
    show_warnings(declared)
    places = declared.places()
    if not places:
        say(f"nothing is declared in {folder}")
        return 0
    session = Session(target.resolve(requested_target))
    account = session.introduce(min(places))
    reached = {place for place in places if account in {None, place.account}}
    entries = inventory.take(
        [environment for environment in declared if account in {None, environment.account_id}],
        Regions(session, reached).stacks().values(),
    )
    print(table.render(HEADINGS, map(_row, entries)))
    orphans = [entry.name for entry in entries if not entry.declared]
    if orphans:
        say(f"deployed but not declared: {', '.join(orphans)}. Remove one with: gitops destroy NAME")
    elsewhere = [str(e.name) for e in declared if account not in {None, e.account_id}]
    if elsewhere:
        say(f"in other accounts, so their state is not known: {', '.join(elsewhere)}")
    return 0


def _row(entry: Entry) -> tuple[str, ...]:
    return (
        entry.name,
        entry.kind,
        "yes" if entry.declared else "NO",
        entry.state,
        _minute(entry.changed),
        entry.owner,
        entry.expires,
        entry.url,
    )


def _minute(moment: datetime | None) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M") if moment else ""
