"""How to enter a running container, kept beside its files: `python -m local_aws exec`.

ECS Exec enters a container through an agent of Session Manager. Here a container is a process of this machine, so a
command enters it by having the same folder and variables. One of an engine is entered with the engine's own program.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

TASKS = "tasks"
"""The folder of a state folder with the files of tasks, by their ids."""
_FILE = "surroundings.json"


class NotRunningError(Exception):
    """No container of that name of that task runs here, or the program that enters it is missing."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The working folder and the variables of a container, secrets among them."""

    folder: Path
    variables: Mapping[str, str]

    def save(self, layer: Path) -> None:
        """Keep them in the folder of the container's files, for the owner of this process alone."""
        file = layer / _FILE
        file.touch(mode=0o600)
        file.write_text(json.dumps({"folder": str(self.folder), "variables": dict(self.variables)}))

    def become(self, command: Sequence[str]) -> NoReturn:
        """Replace this process by a command in these surroundings.

        Raises:
            OSError: the program does not exist.
        """
        program = shutil.which(command[0], path=self.variables["PATH"]) or command[0]
        os.chdir(self.folder)
        os.execve(program, list(command), dict(self.variables))  # noqa: S606 - a list, and no shell


@dataclass(frozen=True, slots=True)
class InEngine:
    """A container of an engine: where the engine listens, and the container's id there."""

    engine: str
    container: str

    def save(self, layer: Path) -> None:
        """Keep both in the folder of the container."""
        (layer / _FILE).write_text(json.dumps({"engine": self.engine, "container": self.container}))

    def become(self, command: Sequence[str]) -> NoReturn:
        """Replace this process by a command in the container.

        Raises:
            NotRunningError: this machine has no program `docker`.
        """
        docker = shutil.which("docker")
        if docker is None:
            raise NotRunningError("to enter a container of an engine, the program docker has to be on PATH")
        terminal = ["--tty"] if sys.stdin.isatty() else []
        enter = [docker, "--host", self.engine, "exec", "--interactive", *terminal, self.container, *command]
        os.execv(docker, enter)  # noqa: S606 - a list, and no shell


def of(state_dir: Path, task_id: str, container: str) -> Surroundings | InEngine:
    """Return the surroundings of a running container. Raises NotRunningError."""
    file = state_dir / TASKS / Path(task_id).name / Path(container).name / _FILE
    try:
        kept = json.loads(file.read_text())
    except OSError as error:
        raise NotRunningError(f"no container {container} of the task {task_id} runs here") from error
    if "engine" in kept:
        return InEngine(**kept)
    return Surroundings(Path(kept["folder"]), kept["variables"])
