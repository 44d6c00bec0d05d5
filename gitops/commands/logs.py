"""`gitops logs`: the logs of an environment's services and one-off tasks in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.access.deployed import find_app, pick
from gitops.access.log_lines import follow as follow_lines
from gitops.access.log_lines import log_groups, merge
from gitops.aws.logs import CloudWatchLogs
from gitops.commands.selection import select
from gitops.deploy.rounds import poll_interval

if TYPE_CHECKING:
    from datetime import date, timedelta
    from pathlib import Path

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
    """Print the logs of the app `name`, all or those of one `service`, from `since` ago on; `follow` never ends."""
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    door = CloudWatchLogs(app.session, app.where)
    groups = log_groups(app, door)
    if service is not None:
        groups = {service: pick(app, groups, service)}
    start = int((datetime.now(UTC) - since).timestamp() * 1000)
    lines = follow_lines(door, groups, start, poll_interval(app.target)) if follow else merge(door, groups, start)
    for line in lines:
        print(line, flush=follow)
    return 0
