"""One container of a task: a process in a group of its own, its environment, files and logs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING

from local_aws.authorisation.task_roles import TaskRoles
from local_aws.runtime.private_names import PrivateNames
from local_aws.runtime.surroundings import Surroundings

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from local_aws.mail import MailRelays
    from local_aws.ministack.ecs_tasks import EcsTask
    from local_aws.runtime.images import ImageFolder

POLL_INTERVAL = 0.05  # seconds
LOG_DRAIN_TIMEOUT = 3.0  # seconds; a process that left the group may keep the pipe open
LONGEST_LINE = 256 * 1024  # bytes; the most that CloudWatch Logs takes for one event
NOT_IN_IMAGES = (".venv", ".git", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache")
NOT_FOUND = 127
"""The exit code of a command that does not exist, as Docker's."""

TASK_ADDRESS = "TASK_ADDRESS"
"""Tells commands in a container the task's address: here, where all tasks share it, `localhost` is not theirs."""
EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - replaced in declared commands and variables; nothing listens there
OF_THE_IMAGE = {"PATH", "HOME", "TMPDIR", "VIRTUAL_ENV"}
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True, slots=True)
class TaskEnvironment:
    """What all tasks find in their environment beyond their definitions: the AWS APIs, credentials, and `variables`.

    In an account these come from the task's role, from the network and from the image. `variables` name the certificate
    authorities; the mail relay depends on the task's role.
    """

    endpoint: str
    roles: TaskRoles
    variables: Mapping[str, str] = field(default_factory=dict)
    relays: MailRelays | None = None
    names: PrivateNames = field(default_factory=PrivateNames)

    @property
    def files(self) -> list[str]:
        """The files of this machine that `variables` name, which programs in a container read at the same paths."""
        return sorted({value for value in self.variables.values() if Path(value).is_file()})

    def variables_of(
        self, declared: Mapping[str, str], task: EcsTask, address: str, image: Mapping[str, str]
    ) -> dict[str, str]:
        """Return the variables of a container. Those that its definition declares come first, those of the image last.

        What a Dockerfile says about PATH and homes is true in its image only.
        """
        aws = {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_REGION": task.region,
            "AWS_DEFAULT_REGION": task.region,
            "AWS_EC2_METADATA_DISABLED": "true",
        }
        credentials = self.roles.credentials(task.definition, task.task_id)
        own = {name: self.names.in_text(value.replace(EVERY_ADDRESS, address)) for name, value in declared.items()}
        of_image = {
            name: value.replace(EVERY_ADDRESS, address) for name, value in image.items() if name not in OF_THE_IMAGE
        }
        mail = self.relays.of_task(task.definition.get("taskRoleArn"), task.region).variables if self.relays else {}
        return {**of_image, **aws, **credentials, **self.variables, **mail, **own}


def on_own_address(command: Sequence[str], address: str) -> list[str]:
    """Return a command with the task's own address in place of 0.0.0.0.

    A container has a network of its own, and all ports in it. A process has a port of its own on its own address only.
    """
    return [argument.replace(EVERY_ADDRESS, address) for argument in command]


def _start(
    command: Sequence[str], folder: Path, environment: Mapping[str, str], output: int
) -> subprocess.Popen[bytes]:
    name, *arguments = command
    return subprocess.Popen(
        [shutil.which(name, path=environment["PATH"]) or name, *arguments],
        cwd=folder,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=subprocess.STDOUT,
        process_group=0,
    )


class CommandInContainer:
    """A command that runs in a container, beside the container's own."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def exit_code(self) -> int | None:
        """Return its exit code once it has ended."""
        return self._process.poll()

    def kill(self) -> None:
        """End it and all that it started."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


class ContainerProcess:
    """A process that runs the command of a container definition in a copy of the image's files."""

    def __init__(self, image: ImageFolder, layer: Path, log: Callable[[str], None]) -> None:
        self._image = image
        self._layer = layer
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None
        self._surroundings = Surroundings(layer, {})

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Copy the files and start the command, with paths of the copy in place of the image's.

        Raises:
            OSError: the files cannot be copied, or the program does not exist.
        """
        # A copy that the container may write to, as the writable layer of a container is.
        workdir, home, tmp = (self._layer / name for name in ("app", "home", "tmp"))
        shutil.copytree(self._image.folder, workdir, symlinks=True, ignore=shutil.ignore_patterns(*NOT_IN_IMAGES))
        for folder in (home, tmp):
            folder.mkdir()
        path = os.pathsep.join([*map(str, self._image.programs), SYSTEM_PATH])
        defaults = {"PATH": path, "HOME": str(home), "TMPDIR": str(tmp), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        config = self._image.config
        of_image = {
            name: config.in_folder(value, workdir)
            for name, value in environment.items()
            if config.environment.get(name) == value
        }
        whole = {**defaults, **environment, **of_image}
        name, *arguments = (config.in_folder(word, workdir) for word in command)
        if name != command[0]:
            Path(name).chmod(0o755)  # as images have it, by a RUN or by `COPY --chmod`
        place = config.place(config.workdir)
        folder = workdir / place if place is not None and (workdir / place).is_dir() else workdir
        self._surroundings = Surroundings(folder, whole)
        self._surroundings.save(self._layer)
        self._process = _start([name, *arguments], folder, whole, subprocess.PIPE)
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._reader = threading.Thread(target=self._forward, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def run(self, command: Sequence[str], address: str) -> CommandInContainer:
        """Start another command beside it, with the same files and variables, and the task's address in another.

        Raises:
            OSError: the program does not exist.
        """
        variables = {**self._surroundings.variables, TASK_ADDRESS: address}
        return CommandInContainer(_start(command, self._surroundings.folder, variables, subprocess.DEVNULL))

    def exit_code(self) -> int | None:
        """Return the exit code once the process has ended: 128 + the signal for a signal, as Docker's."""
        if self._process is None or self._process.poll() is None:
            return None
        code = self._process.returncode
        return 128 - code if code < 0 else code

    def stop(self, timeout: float) -> int | None:
        """Send SIGTERM, then SIGKILL after ``timeout`` seconds. Return the exit code, None when it never ran."""
        if self._process is None:
            return None
        if self._process.poll() is None:
            with suppress(ProcessLookupError):
                self._process.terminate()
            deadline = time.monotonic() + timeout
            while self._process.poll() is None and time.monotonic() < deadline:
                time.sleep(POLL_INTERVAL)
        self._kill()
        return self.exit_code()

    def _kill(self) -> None:
        """Kill the other processes: when the first process of a container ends, so do all others."""
        assert self._process is not None  # noqa: S101 - only what runs is killed
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._reader:
            self._reader.join(LOG_DRAIN_TIMEOUT)

    def _forward(self, output: IO[bytes]) -> None:
        with output:
            while line := output.readline(LONGEST_LINE):
                self._log(line.decode(errors="replace").rstrip("\r\n"))


def discard(layer: Path) -> None:
    """Delete the files of a container."""
    shutil.rmtree(layer, ignore_errors=True)
