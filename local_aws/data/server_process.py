"""The process of a database or a cache."""

from __future__ import annotations

import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import signal
    from collections.abc import Sequence
    from pathlib import Path

READY_TIMEOUT = 30.0  # seconds
STOP_TIMEOUT = 10.0  # seconds
POLL_INTERVAL = 0.02  # seconds


class ServerError(Exception):
    """A server did not start. The message has the end of its log."""


class ServerProcess:
    """A process that listens on a port of a loopback address, with its output in a file."""

    def __init__(self, command: Sequence[str], *, log: Path, address: str, port: int) -> None:
        """Start it, and wait until it accepts connections.

        Raises:
            ServerError: it ended, or did not accept connections within ``READY_TIMEOUT``.
        """
        with log.open("ab") as output:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=log.parent,
                process_group=0,
            )
        deadline = time.monotonic() + READY_TIMEOUT
        while not _accepts(address, port):
            if self._process.poll() is not None or time.monotonic() > deadline:
                self._process.kill()
                raise ServerError(f"{command[0]} did not start: {log.read_text(errors='replace')[-1000:]}")
            time.sleep(POLL_INTERVAL)

    def stop(self, with_signal: signal.Signals) -> None:
        """Send a signal, and SIGKILL when the process has not ended after ``STOP_TIMEOUT``."""
        with suppress(ProcessLookupError):
            self._process.send_signal(with_signal)
        try:
            self._process.wait(STOP_TIMEOUT)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _accepts(address: str, port: int) -> bool:
    try:
        with socket.create_connection((address, port), timeout=1):
            return True
    except OSError:
        return False
