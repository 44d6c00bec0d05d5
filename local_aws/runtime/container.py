"""One container of a task: a process with a process group, a writable copy of its image's files, and logs."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import threading
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from local_aws.runtime.images import Image

POLL_INTERVAL = 0.05  # seconds
LOG_DRAIN_TIMEOUT = 3.0  # seconds; a process that left the group may keep the pipe open
LONGEST_LINE = 256 * 1024  # bytes; the most that CloudWatch Logs takes for one event
NOT_IN_IMAGES = (".venv", ".git", "node_modules", ".pytest_cache", ".mypy_cache", ".ruff_cache")
NOT_FOUND = 127
"""The exit code of a command that there is not, as Docker's."""

SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


class Container:
    """A process that runs the command of a container definition in a copy of the image's files."""

    def __init__(self, image: Image, layer: Path, log: Callable[[str], None]) -> None:
        self._image = image
        self._layer = layer
        self._log = log
        self._process: subprocess.Popen[bytes] | None = None
        self._reader: threading.Thread | None = None

    def start(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Copy the files and start the command.

        Raises:
            OSError: the files cannot be copied, or there is no such program.
        """
        # A container writes into a layer of its own: neither the image nor another container sees it.
        workdir, home, tmp = (self._layer / name for name in ("app", "home", "tmp"))
        shutil.copytree(self._image.folder, workdir, symlinks=True, ignore=shutil.ignore_patterns(*NOT_IN_IMAGES))
        for folder in (home, tmp):
            folder.mkdir()
        path = os.pathsep.join([*map(str, self._image.programs), SYSTEM_PATH])
        surroundings = {"PATH": path, "HOME": str(home), "TMPDIR": str(tmp), "LANG": "C.UTF-8", "PYTHONUNBUFFERED": "1"}
        whole = {**surroundings, **environment}
        program = shutil.which(command[0], path=whole["PATH"]) or command[0]
        self._process = subprocess.Popen(
            [program, *command[1:]],
            cwd=workdir,
            env=whole,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        assert self._process.stdout is not None  # noqa: S101 - a pipe was asked for
        self._reader = threading.Thread(target=self._forward, args=(self._process.stdout,), daemon=True)
        self._reader.start()

    def exit_code(self) -> int | None:
        """Return the exit code, as Docker counts it, once the process has ended."""
        if self._process is None or self._process.poll() is None:
            return None
        code = self._process.returncode
        return 128 - code if code < 0 else code

    def stop(self, timeout: float) -> int | None:
        """Send SIGTERM, then SIGKILL after ``timeout`` seconds; return the exit code, None when it never ran."""
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
        """Kill what is left: when a container's first process ends, so do all others."""
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
    """Remove what a container wrote."""
    shutil.rmtree(layer, ignore_errors=True)
