"""`gitops run`: a command in a task of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.access.deployed import find_app, pick, services_of
from gitops.access.one_off_task import OneOffTask
from gitops.aws.ecs import Ecs
from gitops.aws.logs import CloudWatchLogs
from gitops.commands.selection import select
from gitops.deploy.rounds import poll_interval
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName


def run(
    *,
    folder: Path,
    name: str,
    service: str,
    command: Sequence[str],
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Run `command` in a task like those of a service of the app `name`; return its exit code."""
    if not command:
        raise UserError(f"name a command: gitops run {name} -- python manage.py COMMAND")
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    ecs = Ecs(app.session, app.where)
    chosen = pick(app.environment.name, services_of(app, ecs), service)
    task = OneOffTask(ecs, CloudWatchLogs(app.session, app.where), chosen, command)
    return task.finish(poll_interval(app.target))
