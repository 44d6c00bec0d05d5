"""`gitops status`: what is declared and what is deployed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.commands.selection import show_warnings
from gitops.drift.inventory import list_environments, status_report
from gitops.output.progress import say
from gitops.output.report import show

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName


def status(*, folder: Path, requested_target: TargetName | None, today: date) -> int:
    """Print every environment that is declared or deployed, in the account of the credentials."""
    declared = load(folder, today=today)
    show_warnings(declared)
    places = declared.places()
    if not places:
        say(f"nothing is declared in {folder}")
        return 0
    session = Session(target.resolve(requested_target))
    account = session.introduce(min(places))
    reached = {place for place in places if account in {None, place.account}}
    statuses = list_environments(
        [environment for environment in declared if account in {None, environment.account_id}],
        Regions(session, reached).stacks().values(),
    )
    show(status_report(statuses))
    elsewhere = [str(e.name) for e in declared if account not in {None, e.account_id}]
    if elsewhere:
        say(f"not reached, because they are in other accounts: {', '.join(elsewhere)}")
    return 0
