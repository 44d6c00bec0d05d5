"""`gitops logs`: the logs of an environment's services and one-off tasks in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops.access.deployed import find_logged, pick
from gitops.access.log_lines import follow as follow_lines
from gitops.access.log_lines import log_groups, merge
from gitops.aws import stack_status
from gitops.aws.logs import CloudWatchLogs
from gitops.commands.selection import parse_names
from gitops.deploy.rounds import poll_interval
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date, timedelta
    from pathlib import Path

    from gitops.access.deployed import Logged
    from gitops.aws.target import TargetName


def logs(
    *,
    folder: Path,
    name: str,
    service: str | None,
    follow: bool,
    since: timedelta,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Print the logs of the app `name`, all or those of one `service`, from `since` ago on; `follow` never ends.

    Those of an app that is not deployed are what its last deployment has left.
    """
    (wanted,) = parse_names([name])
    app = find_logged(read(folder, today=today), wanted, requested_target)
    door = CloudWatchLogs(app.session, app.where)
    groups = log_groups(door, app.name, app.stack)
    if not groups:
        raise UserError(_without_logs(app))
    if app.stack is None:
        say(f"{wanted} is not deployed. Its last deployment has left these logs; --since 1d prints all of them")
    if service is not None:
        groups = {service: pick(wanted, groups, service)}
    start = int((datetime.now(UTC) - since).timestamp() * 1000)
    lines = follow_lines(door, groups, start, poll_interval(app.target)) if follow else merge(door, groups, start)
    for line in lines:
        print(line, flush=follow)
    return 0


def _without_logs(app: Logged) -> str:
    if app.stack is None:
        return (
            f"{app.name} is not deployed in {app.where}, and no logs of an earlier deployment are left, which are kept "
            f"for about a day. Deploy it: gitops deploy {app.name}"
        )
    return (
        f"{app.name} has no logs: {stack_status.in_words(app.stack.status)}. Deploy it again: gitops deploy {app.name}"
    )
