"""Containers of the fake engine: processes of this machine, whose image is a folder."""

from __future__ import annotations

import os
import shutil
import signal
import struct
import subprocess
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

STDOUT, STDERR = 1, 2


@dataclass(frozen=True, slots=True)
class Image:
    """An image: a folder in place of its files, and its configuration, in the engine's words."""

    folder: Path
    config: Mapping[str, Any] = field(default_factory=dict)


class ProgramMissingError(Exception):
    """The image has no such program."""


@dataclass(slots=True)
class Container:
    """A container that was created, and its process once it was started."""

    container_id: str
    name: str
    body: Mapping[str, Any]
    """That of the request which created it."""
    image: Image
    process: subprocess.Popen[bytes] | None = None
    frames: list[bytes] = field(default_factory=list)
    """The log as the API sends it."""
    _readers: list[threading.Thread] = field(default_factory=list)
    _changed: threading.Condition = field(default_factory=threading.Condition)

    @property
    def command(self) -> list[str]:
        """What runs: an entry point of the request takes the image's command away as well."""
        of_image = self.image.config
        entrypoint = self.body.get("Entrypoint") or of_image.get("Entrypoint") or []
        command = self.body.get("Cmd") or ([] if self.body.get("Entrypoint") else of_image.get("Cmd") or [])
        return [*entrypoint, *command]

    @property
    def variables(self) -> dict[str, str]:
        """The variables of the image, then those of the request. A container has no others of the machine."""
        pairs = [*self.image.config.get("Env", ()), *self.body.get("Env", ())]
        return {"PATH": os.defpath, **dict(pair.split("=", 1) for pair in pairs)}

    @property
    def running(self) -> bool:
        """Whether its first process runs."""
        return self.process is not None and self.process.poll() is None

    def start(self) -> None:
        """Start its process. Raises ProgramMissingError."""
        self.process = self._popen(self.command, self.variables, subprocess.PIPE)
        for stream, pipe in ((STDOUT, self.process.stdout), (STDERR, self.process.stderr)):
            assert pipe is not None
            reader = threading.Thread(target=self._read, args=(stream, pipe), daemon=True)
            self._readers.append(reader)
            reader.start()

    def run(self, command: Sequence[str], more: Sequence[str]) -> subprocess.Popen[bytes]:
        """Start another process. Raises ProgramMissingError."""
        return self._popen(command, {**self.variables, **dict(pair.split("=", 1) for pair in more)}, subprocess.DEVNULL)

    def stop(self, seconds: float) -> None:
        """End it: SIGTERM to the first process alone, as an engine sends it, then SIGKILL to all."""
        assert self.process is not None
        with suppress(ProcessLookupError):
            self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
        self.kill()

    def kill(self) -> None:
        """Kill all of its processes."""
        if self.process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def wait(self) -> int:
        """Return the exit code, once it has ended."""
        if self.process is None:
            return 0
        code = self.process.wait()
        self.kill()  # when the first process of a container ends, so do all others
        return 128 - code if code < 0 else code

    def log(self) -> Iterator[bytes]:
        """Yield the frames of its log until it has ended."""
        sent = 0
        while True:
            with self._changed:
                ended = not any(reader.is_alive() for reader in self._readers)
                if sent == len(self.frames) and not ended:
                    self._changed.wait(0.05)
                new = self.frames[sent:]
            sent += len(new)
            yield from new
            if ended and not new:
                return

    def _popen(self, command: Sequence[str], variables: Mapping[str, str], output: int) -> subprocess.Popen[bytes]:
        program = shutil.which(command[0], path=variables["PATH"])
        if program is None:
            raise ProgramMissingError(command[0])
        return subprocess.Popen(
            [program, *command[1:]],
            cwd=self.image.folder,
            env=dict(variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )

    def _read(self, stream: int, pipe: IO[bytes]) -> None:
        with pipe:
            while data := os.read(pipe.fileno(), 64):  # lines arrive in pieces, as they may from an engine
                with self._changed:
                    self.frames.append(struct.pack(">BxxxL", stream, len(data)) + data)
                    self._changed.notify_all()
