"""Tasks of images without a folder on this machine: they end at once, as their variables say.

No program of the image runs. A task that a service starts stays RUNNING. A task of RunTask ends with exit code 0,
unless a variable of its container says otherwise:

- ``SIMULATED_EXIT_CODE``: the exit code; ``never`` leaves the task running.
- ``SIMULATED_STOPPED_REASON``: it never starts, for this reason.

Its log says that it was simulated.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from local_aws.ministack.ecs_tasks import EcsTask

EXIT_CODE = "SIMULATED_EXIT_CODE"
STOPPED_REASON = "SIMULATED_STOPPED_REASON"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of a task. Without an exit code the task never started."""

    exit_code: int | None
    stopped_reason: str


def outcome(environment: Mapping[str, str]) -> Outcome | None:
    """Return the end of a task with these variables, or None when it keeps running."""
    if reason := environment.get(STOPPED_REASON):
        return Outcome(None, reason)
    code = environment.get(EXIT_CODE, "0")
    return None if code == "never" else Outcome(int(code), "Essential container in task exited")


def end(task: EcsTask) -> None:
    """End a task of RunTask."""
    container = task.containers[0]
    environment = {pair["name"]: pair["value"] for pair in container["environment"]}
    if (ended := outcome(environment)) is None:
        return
    if ended.exit_code is not None:
        command = shlex.join(container.get("command", [])).splitlines() or ["the image's own command"]
        shown = command[0] + (" …" if command[1:] else "")
        task.log(container, f"simulated, no container was started: {shown}")
        task.log(container, f"simulated exit code: {ended.exit_code}")
    task.end(ended.stopped_reason, ended.exit_code)
