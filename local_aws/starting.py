"""Starting the server's process, and waiting until it answers."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

LOG_FILE = "server.log"
START_TIMEOUT = 30.0  # seconds; two are usual
POLL_INTERVAL = 0.05  # seconds
LOG_LINES_IN_ERROR = 15


def spawn(
    state_dir: Path, state_file: str, listeners: Sequence[socket.socket], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, so that it and what it starts can be found and ended."""
    for name in ("tmp", "data"):
        (state_dir / name).mkdir()
    fds = [listener.fileno() for listener in listeners]
    command = [sys.executable, "-m", "local_aws.server", str(state_dir / state_file), *map(str, fds)]
    with (state_dir / LOG_FILE).open("wb") as log:
        return subprocess.Popen(
            command,
            cwd=state_dir,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            pass_fds=fds,
        )


def why_silent(process: subprocess.Popen[bytes], port: int, is_published: Callable[[], bool]) -> str | None:
    """Wait until the server has published itself and answers; return why it does not, or None when it does."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"ended with exit code {process.returncode} while it started"
        if is_published() and _answers(port):
            return None
        time.sleep(POLL_INTERVAL)
    return f"did not answer on port {port} within {START_TIMEOUT:.0f} seconds"


def end_of_log(state_dir: Path) -> str:
    """Return where the server's log is, and its last lines."""
    log = state_dir / LOG_FILE
    with log.open(errors="replace") as lines:
        tail = "".join(deque(lines, maxlen=LOG_LINES_IN_ERROR)).rstrip()
    return f"The end of {log}:\n{tail or '(nothing)'}"


def _answers(port: int) -> bool:
    """Ask MiniStack's health page once; a server that is not ready yet keeps the request waiting."""
    request = b"GET /_ministack/health HTTP/1.0\r\nHost: localhost\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(request)
            return connection.recv(16).startswith(b"HTTP/1")
    except OSError:
        return False
