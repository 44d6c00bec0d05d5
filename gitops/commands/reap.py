"""`gitops reap`: which ad hoc environments have had their time, or will have soon. Changes nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops import handoff
from gitops.aws import target
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.commands.selection import select_accounts
from gitops.errors import UserError
from gitops.git import History
from gitops.output import table
from gitops.output.progress import say
from gitops.reap.observing import observe, require_declarations

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from gitops.aws.target import TargetName
    from gitops.reap.observation import Observation

HEADINGS = ("ENVIRONMENT", "WHAT", "WHY")


def reap(
    *, folder: Path, account: str | None, save: Path | None, requested_target: TargetName | None, now: datetime
) -> int:
    """Print what is due, what will be soon and what is left alone, in one account or all that are reached.

    `save` is a file for what was found in the account, for `gitops report reap`. Returns 0.

    Raises:
        UserError: nothing is declared, or git's history is not whole.
        AwsError: AWS cannot be listed completely.
    """
    if save is not None and account is None:
        raise UserError("--save writes what was found in one account: say which with --account")
    declared = load(folder)
    require_declarations(declared)
    history = History(folder)
    history.require_whole()
    session = Session(target.resolve(requested_target))
    observations = []
    for name in select_accounts(declared, account, session):
        stacks = Regions(session, declared.places(name)).stacks().values()
        observations.append(observe(name, declared, list(stacks), history, now))
    rows = [row for observation in observations for row in _rows(observation)]
    print(table.render(HEADINGS, sorted(set(rows))))
    if not rows:
        say("nothing has had its time")
    if save is not None:
        handoff.write(save, observations[0])
    return 0


def _rows(observation: Observation) -> Iterator[tuple[str, ...]]:
    for due in observation.due:
        yield due.environment, "destroy", due.why
    for announcement in observation.announcements:
        yield announcement.environment, "announce", f"less than {announcement.hours} hours left"
    for left in observation.left:
        yield left.environment, "leave", left.why
