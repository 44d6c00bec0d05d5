"""`gitops status`: what is declared and what is deployed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.commands.selection import show_problems
from gitops.drift.inventory import list_environments, status_report
from gitops.drift.job_runs import job_report
from gitops.drift.running import look
from gitops.git.former_places import former_places
from gitops.output.progress import say
from gitops.output.report import show

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName


def status(*, folder: Path, jobs: bool, requested_target: TargetName | None, today: date) -> int:
    """Print every environment that is declared or deployed, in the account of the credentials, or their `jobs`.

    Returns 1 when declarations are wrong; these are printed too.
    """
    declared = read(folder, today=today)
    show_problems(declared)
    places = declared.places()
    if not places:
        say(f"nothing is declared in {folder}")
        return 1 if declared.errors else 0
    aws = target.resolve(requested_target)
    session = Session(aws)
    account = session.introduce(min(places))
    reached = {place for place in places if account in {None, place.account}}
    former = former_places(folder, {account} if account else None)
    elsewhere = [str(name) for name in sorted(declared.names) if (at := declared.place_of(name)) and at not in reached]
    stacks = Regions(session, reached, former).stacks().values()
    if jobs:
        show(job_report(session, declared, stacks))
    else:
        running = look(session, aws, declared, stacks, datetime.now(UTC))
        show(status_report(list_environments(declared, reached, stacks, running)))
    if elsewhere:
        say(f"not reached, because they are in other accounts: {', '.join(elsewhere)}")
    return 1 if declared.errors else 0
