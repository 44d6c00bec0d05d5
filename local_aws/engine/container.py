"""One container of a task in a Docker engine, on the network of this machine.

There, as a process, it has the loopback addresses of its task, of databases and of the AWS APIs, which listen on
loopback alone: docs/adr/0017-with-an-engine-tasks-are-containers.md.
"""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.engine.client import EngineError
from local_aws.runtime.container import TASK_ADDRESS
from local_aws.runtime.surroundings import InEngine

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.engine.client import Engine

LOST = 255
"""The exit code of a container of which the engine tells nothing any more."""
END_TIMEOUT = 5.0  # seconds in which the engine tells the end of a container that it has stopped


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerPlan:
    """What a container is made of, beyond its command and its variables."""

    image: str
    name: str
    labels: Mapping[str, str]
    files: Sequence[str] = ()
    """Files of this machine that the container sees, at the same paths, and cannot write to."""
    init: bool = False
    """Whether a process reaps zombies and passes signals on: `initProcessEnabled` of ECS."""

    def configuration(self, command: Sequence[str], environment: Mapping[str, str]) -> dict[str, Any]:
        """Return the body of the request that creates the container."""
        mounts = [{"Type": "bind", "Source": file, "Target": file, "ReadOnly": True} for file in self.files]
        return {
            "Image": self.image,
            # The image's own are part of the command already. With an entry point, the engine adds none of them.
            "Entrypoint": list(command[:1]),
            "Cmd": list(command[1:]),
            "Env": [f"{name}={value}" for name, value in environment.items()],
            "Labels": dict(self.labels),
            "HostConfig": {"NetworkMode": "host", "Mounts": mounts, "Init": self.init},
        }


class CommandInEngine:
    """A command that runs in a container, beside the container's own."""

    def __init__(self, engine: Engine, command_id: str) -> None:
        self._engine = engine
        self._command_id = command_id

    def exit_code(self) -> int | None:
        """Return its exit code once it has ended; that of a failure when the engine does not tell."""
        try:
            return self._engine.exit_code_of(self._command_id)
        except EngineError:
            return LOST

    def kill(self) -> None:
        """Forget it: the engine's API ends such a command only together with its container."""


class EngineContainer:
    """A container that runs the command of a container definition."""

    def __init__(self, engine: Engine, plan: ContainerPlan, layer: Path, log: Callable[[str], None]) -> None:
        """Take `layer` as the folder for what enters the container: `local_aws.runtime.surroundings`."""
        self._engine = engine
        self._plan = plan
        self._layer = layer
        self._log = log
        self._id: str | None = None
        self._exit_code: int | None = None
        self._follower: threading.Thread | None = None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Create the container and start it.

        Raises:
            EngineError: the engine refuses, or does not answer.
        """
        self._id = self._engine.create(self._plan.name, self._plan.configuration(command, environment))
        self._layer.mkdir(parents=True)
        InEngine(self._engine.host, self._id).save(self._layer)
        self._engine.start(self._id)
        self._follower = threading.Thread(target=self._follow, args=(self._id,), daemon=True)
        self._follower.start()

    def run(self, command: Sequence[str], address: str) -> CommandInEngine:
        """Start another command in it, with the task's address in one more variable.

        Raises:
            EngineError: the engine refuses: the container has ended, or the image has no such program.
        """
        if self._id is None:
            raise EngineError(f"the container {self._plan.name} does not run")
        return CommandInEngine(self._engine, self._engine.run_in(self._id, command, {TASK_ADDRESS: address}))

    def exit_code(self) -> int | None:
        """Return the exit code once the container has ended."""
        return self._exit_code

    def stop(self, timeout: float) -> int | None:
        """Stop and remove it, with SIGKILL after ``timeout`` seconds. Return the exit code, None when it never ran."""
        if self._id is None:
            return None
        try:
            if self._follower and self._exit_code is None:
                self._engine.stop(self._id, math.ceil(timeout))
            if self._follower:
                self._follower.join(END_TIMEOUT)
            self._engine.remove(self._id)
        except EngineError as error:  # the task ends nevertheless; `down` removes what is left
            self._log(f"the engine did not remove the container {self._plan.name}: {error}")
        return self._exit_code

    def _follow(self, container: str) -> None:
        """Write the log and take the exit code. An engine that is lost has lost the container."""
        try:
            for line in self._engine.log(container):
                self._log(line)
        except EngineError as error:
            self._log(f"the rest of the log is lost: {error}")
        try:
            self._exit_code = self._engine.wait(container)
        except EngineError as error:
            self._log(f"the container is lost: {error}")
            self._exit_code = LOST
