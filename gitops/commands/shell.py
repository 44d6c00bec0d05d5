"""`gitops shell`: a shell, or another command, in a running container."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gitops.access import programs
from gitops.access.deployed import find_app, pick, services_of, task_open_to_exec
from gitops.aws import embedded
from gitops.aws import target as targets
from gitops.aws.ecs import Ecs
from gitops.commands.selection import select

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName

DEFAULT_COMMAND = ("/bin/sh",)


def shell(
    *,
    folder: Path,
    name: str,
    service: str,
    command: Sequence[str],
    print_only: bool,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Run `command` in a container of the app `name`, in place of this process, or print how.

    ECS Exec takes a command as one string, which it splits into words again by a shell's rules. The embedded AWS has a
    program of its own for it, which needs neither the AWS CLI nor its plugin.
    """
    if not print_only and targets.resolve(requested_target).embedded is None:
        programs.require(programs.AWS_CLI, programs.PLUGIN)
    (environment,) = select(folder, [name], today).environments
    app = find_app(environment, requested_target)
    ecs = Ecs(app.session, app.where)
    chosen = pick(app.environment.name, services_of(app, ecs), service)
    task = task_open_to_exec(app, chosen, ecs)
    container = ecs.container(chosen.task_definition).name
    if app.target.embedded is None:
        execute = [
            programs.AWS_CLI,
            "ecs",
            "execute-command",
            *("--region", app.where.region),
            *("--cluster", chosen.cluster),
            *("--task", task.arn),
            *("--container", container),
            "--interactive",
            *("--command", shlex.join(command or DEFAULT_COMMAND)),
        ]
    else:
        execute = embedded.enter(task.task_id, container, command or DEFAULT_COMMAND)
    if not print_only:
        programs.become(app.target, app.where, execute)
    print(programs.shown(app.target, app.where, execute))
    return 0
