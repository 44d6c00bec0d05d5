"""`gitops sleep`: stop the tasks of an ad hoc app; its data stays."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.access.sleeping import next_change, set_awake
from gitops.commands.selection import select
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName


def sleep(*, folder: Path, name: str, requested_target: TargetName | None, today: date) -> int:
    """Set the desired count of every service of the app `name` to 0."""
    (environment,) = select(folder, [name], today).environments
    changed = set_awake(environment, requested_target, awake=False)
    say(
        f"{environment.name}: {', '.join(changed)} put to sleep" if changed else f"{environment.name} is asleep already"
    )
    say(next_change(environment, datetime.now(UTC), awake=False))
    return 0
