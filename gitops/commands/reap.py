"""`gitops reap`: which ad hoc environments have expired or expire soon. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops import handoff
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.commands.account_selection import select_accounts
from gitops.commands.selection import show_problems
from gitops.errors import UserError
from gitops.git import History
from gitops.git.former_places import former_places
from gitops.output.report import show
from gitops.reap.expiry import find_expired, require_declarations
from gitops.reap.report import observation_report

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from gitops.aws.target import TargetName


def reap(
    *, folder: Path, account: str | None, save: Path | None, requested_target: TargetName | None, now: datetime
) -> int:
    """Print what has expired, what expires soon and what is kept, in one account or all that are reached.

    `save` is a file for what was found in the account, for `gitops report reap`. Returns 1 when declarations are wrong;
    it is written all the same.

    Raises:
        UserError: nothing is declared, or the history of git is shallow.
        AwsError: AWS cannot be listed completely.
    """
    if save is not None and account is None:
        raise UserError("--save writes what was found in one account: choose it with --account")
    declared = read(folder)
    show_problems(declared)
    require_declarations(declared)
    history = History(folder)
    history.require_whole()
    session = Session(target.resolve(requested_target))
    observations = []
    for name in select_accounts(declared, account, session):
        places = declared.places(name)
        former = former_places(folder, {place.account for place in places})
        stacks = Regions(session, places, former).stacks().values()
        observations.append(find_expired(name, declared, list(stacks), history, now))
    show(observation_report(observations))
    if save is not None:
        handoff.write(save, observations[0])
    return 1 if declared.errors else 0
