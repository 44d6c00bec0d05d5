"""`gitops logs`: the logs of an environment's services in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.access.deployed import find_app, pick, services_of
from gitops.access.log_lines import follow as follow_lines
from gitops.access.log_lines import merge
from gitops.aws.ecs import Ecs
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
    """Print the logs of the app `name`, of all its services or one, from `since` ago on; `follow` goes on for ever."""
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    ecs = Ecs(app.session, app.where)
    services = services_of(app, ecs)
    if service is not None:
        services = {service: pick(app, services, service)}
    groups = {one.name: ecs.container(one.task_definition).log_group for one in services.values()}
    door = CloudWatchLogs(app.session, app.where)
    start = int((datetime.now(UTC) - since).timestamp() * 1000)
    lines = follow_lines(door, groups, start, poll_interval(app.target)) if follow else merge(door, groups, start)
    for line in lines:
        print(line, flush=follow)
    return 0
