"""Programs that run beside us, each with its output in a log file, and that never outlive us."""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from gitops import checkout

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

LOGS = checkout.STATE / "logs"
LOGS_KEPT = 50
LAST_LINES = 6
STOP_TIMEOUT = 5.0  # seconds between asking a program to end and killing it


class Program:
    """A program that was started, with everything it says in the file `log`.

    It gets a process group of its own: a Ctrl-C on the terminal reaches us alone, and we decide the reaction.
    """

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str], cwd: Path) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        checkout.prune(LOGS, keep=LOGS_KEPT)
        descriptor, path = tempfile.mkstemp(prefix=f"{name}-", suffix=".log", dir=LOGS)
        self.log = Path(path)
        with os.fdopen(descriptor, "wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=cwd,
                env=dict(environ),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                process_group=0,
            )

    @property
    def succeeded(self) -> bool | None:
        """Whether the program ended with exit code 0; None while it runs."""
        exit_code = self._process.poll()
        return None if exit_code is None else exit_code == 0

    def output(self) -> str:
        """Return all of the program's output so far."""
        return self.log.read_text(errors="replace")

    def last_words(self) -> str:
        """Return the last lines of the program's output, without empty ones."""
        lines = [line.rstrip() for line in self.output().splitlines() if line.strip()]
        return "\n".join(lines[-LAST_LINES:])

    def wait(self, seconds: float | None = None) -> None:
        """Wait until the program ends, for at most `seconds`."""
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(seconds)

    def stop(self) -> None:
        """End the program with its children: ask first, then kill."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()


@contextmanager
def stopped_at_exit(programs: Sequence[Program]) -> Iterator[None]:
    """Stop the running ones of `programs` when the block is left, also by Ctrl-C."""
    try:
        yield
    finally:
        for program in programs:
            if program.succeeded is None:
                program.stop()


def while_running(programs: Sequence[Program], interval: float) -> Iterator[None]:
    """Yield at once and then every `interval` seconds, for as long as one of `programs` runs."""
    while running := [program for program in programs if program.succeeded is None]:
        yield
        running[0].wait(interval)
