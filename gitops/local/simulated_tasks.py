"""One-off tasks of the embedded AWS: without containers they end at once, the way their variables say.

Nothing of the image is run. A task that a service starts goes on "running"; one that RunTask starts ends well, unless
a variable of its container says otherwise:

- ``SIMULATED_EXIT_CODE``: the exit code; ``never`` leaves the task running.
- ``SIMULATED_STOPPED_REASON``: it never starts, for this reason.

Its log says that it was simulated.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops.local import ministack

if TYPE_CHECKING:
    from collections.abc import Mapping

EXIT_CODE = "SIMULATED_EXIT_CODE"
STOPPED_REASON = "SIMULATED_STOPPED_REASON"


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a task ends. Without an exit code it never started."""

    exit_code: int | None
    stopped_reason: str


def register() -> None:
    """Let tasks of RunTask end."""
    ministack.after_run_task(_end)


def outcome(environment: Mapping[str, str]) -> Outcome | None:
    """Return how a task with these variables ends, or None when it goes on."""
    if reason := environment.get(STOPPED_REASON):
        return Outcome(None, reason)
    code = environment.get(EXIT_CODE, "0")
    return None if code == "never" else Outcome(int(code), "Essential container in task exited")


def _end(task: ministack.OneOffTask) -> None:
    (container,) = task.containers[:1]
    environment = _environment(container, task.overrides)
    if (ended := outcome(environment)) is None:
        return
    if ended.exit_code is not None:
        command = shlex.join(container.get("command", [])).splitlines() or ["the image's own command"]
        shown = command[0] + (" …" if command[1:] else "")
        task.log(container, f"simulated, no container was started: {shown}")
        task.log(container, f"simulated exit code: {ended.exit_code}")
    task.stop(ended.stopped_reason, ended.exit_code)


def _environment(container: Mapping[str, Any], overrides: Mapping[str, Any]) -> dict[str, str]:
    declared = container.get("environment", [])
    overridden = [
        pair
        for override in overrides.get("containerOverrides", [])
        if override["name"] == container["name"]
        for pair in override.get("environment", [])
    ]
    return {pair["name"]: pair["value"] for pair in [*declared, *overridden]}
