"""Shutdown of an embedded AWS: ends the server and every process that it has started, its workers and databases.

The server leads a session and a process group whose id is its process id. What it starts joins both; what gets a
process group of its own, as tasks do, stays in the session. The id stays taken until the last member has ended, also
when the leader ends first, and no new process gets it before. `group` is that id everywhere in this module.

As a program, ``python -m local_aws.shutdown STATE_DIR``, this module is the server's watchdog: it waits until the
server is gone, however it ended (``kill -9`` included), and then ends what the server has left behind, containers of
an engine among it.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

from local_aws.engine import choice

if TYPE_CHECKING:
    from collections.abc import Collection

DATABASES = "databases"
"""The folder, in the state folder, of the embedded AWS's PostgreSQL servers."""

KILL_TIMEOUT = 5.0  # seconds
INTERRUPT_TIMEOUT = 3.0  # seconds
POLL_INTERVAL = 0.02  # seconds


def end(group: int, state_dir: Path, *, spare: Collection[int] = ()) -> None:
    """End every process of the server with the id ``group``, the server included, except those in ``spare``.

    Raises:
        TimeoutError: a process still ran ``KILL_TIMEOUT`` after it was killed.
    """
    # A PostgreSQL server that is killed leaves a segment of shared memory behind, which no file shows.
    interrupt(_postgres_servers(state_dir), group)
    kill(group, spare=spare)


def members(group: int) -> set[int]:
    """Return the ids of the running processes of ``group``. A zombie does not run."""
    return {process.pid for process in _processes(group)}


def kill(group: int, *, spare: Collection[int] = ()) -> None:
    """Kill every process of ``group`` except those in ``spare``, and return when none of them runs any more.

    Raises:
        TimeoutError: one still ran after ``KILL_TIMEOUT``.
    """
    deadline = time.monotonic() + KILL_TIMEOUT
    while found := [process for process in _processes(group) if process.pid not in spare]:
        if time.monotonic() > deadline:
            pids = sorted(process.pid for process in found)
            raise TimeoutError(f"processes {pids} still run {KILL_TIMEOUT:.0f} seconds after they were killed")
        for process in found:
            with suppress(psutil.NoSuchProcess):  # also raised when the id has been given to another process
                process.kill()
        time.sleep(POLL_INTERVAL)
    with suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)  # the leader, where this process started it


def interrupt(pids: Collection[int], group: int) -> None:
    """Send SIGINT to those of ``pids`` that are in ``group``, and wait for their end, ``INTERRUPT_TIMEOUT`` at most."""
    deadline = time.monotonic() + INTERRUPT_TIMEOUT
    for process in _processes(group):
        if process.pid in pids:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(signal.SIGINT)
    while members(group).intersection(pids) and time.monotonic() < deadline:
        time.sleep(POLL_INTERVAL)


def _processes(group: int) -> list[psutil.Process]:
    found = []
    for pid in psutil.pids():
        with suppress(ProcessLookupError, PermissionError, psutil.NoSuchProcess):  # it has ended, or is not ours
            if group in {os.getpgid(pid), os.getsid(pid)}:
                process = psutil.Process(pid)
                if process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
    return found


def _postgres_servers(state_dir: Path) -> list[int]:
    pids = []
    for file in (state_dir / DATABASES).glob("*/postmaster.pid"):
        first = file.read_text().partition("\n")[0]
        if first.isdigit():
            pids.append(int(first))
    return pids


def main() -> None:
    """Run the watchdog. Its standard input is a pipe whose other end only the server holds."""
    sys.stdin.read()
    state_dir = Path(sys.argv[1])
    end(os.getsid(0), state_dir, spare={os.getpid(), os.getppid()})
    choice.remove_containers(state_dir)


if __name__ == "__main__":
    main()
