"""`gitops bastion`: start and stop the bastion of a base."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from gitops.access.bastion import Bastion
from gitops.access.deployed import find_base
from gitops.aws.ec2 import RUNNING, STOPPED
from gitops.commands.selection import select
from gitops.output.progress import say

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from gitops.aws.target import TargetName

Action = Literal["start", "stop", "status"]


def bastion(*, folder: Path, name: str, action: Action, requested_target: TargetName | None, today: date) -> int:
    """Start the bastion of the base `name`, stop it, or print its state. Starting and stopping go on by themselves."""
    (environment,) = select(folder, [name], today).environments
    base = find_base(environment, requested_target)
    host = Bastion(base)
    state = host.state()
    if action == "start" and state != RUNNING:
        host.start()
        say(f"the bastion of {base.environment.name} starts; sessions can begin in about a minute")
    elif action == "stop" and state != STOPPED:
        host.stop()
        say(f"the bastion of {base.environment.name} stops; it then costs its disk alone")
    elif action != "status":
        say(f"the bastion of {base.environment.name} is {state} already")
    print(host.state())
    return 0
