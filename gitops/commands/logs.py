"""`gitops logs`: the logs of an environment's services and jobs in the order of time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from gitops.access.deployed import find_app, jobs_of, pick, services_of
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
    """Print the logs of the app `name` from `since` ago on, of all its services and jobs, or of one.

    With `follow` it goes on for ever.
    """
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    ecs = Ecs(app.session, app.where)
    definitions = {one.name: one.task_definition for one in services_of(app, ecs).values()} | jobs_of(app)
    if service is not None:
        definitions = {service: pick(app, definitions, service)}
    groups = {one: ecs.container(definition).log_group for one, definition in definitions.items()}
    door = CloudWatchLogs(app.session, app.where)
    start = int((datetime.now(UTC) - since).timestamp() * 1000)
    lines = follow_lines(door, groups, start, poll_interval(app.target)) if follow else merge(door, groups, start)
    for line in lines:
        print(line, flush=follow)
    return 0
