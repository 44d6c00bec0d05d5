"""Process groups: who is in one, and how to end all of it.

A process started in a session of its own leads a group whose id is its process id, and what it starts joins
that group. The group keeps its id until its last member is gone, also when the leader dies first, and no new
process gets that id before.
"""

from __future__ import annotations

import os
import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

KILL_TIMEOUT = 5.0  # seconds
POLL_INTERVAL = 0.02  # seconds
ZOMBIE = "Z"


def members(group: int) -> set[int]:
    """Return the ids of the processes of ``group`` that run; one that waits to be reaped does not run."""
    processes = _processes_of_proc() if Path("/proc/self/stat").exists() else _processes_of_ps()
    return {pid for pid, state, process_group in processes if process_group == group and state != ZOMBIE}


def kill(group: int) -> None:
    """Kill every process of ``group`` and return when none runs any more.

    Raises:
        TimeoutError: one still ran after ``KILL_TIMEOUT``.
    """
    deadline = time.monotonic() + KILL_TIMEOUT
    while members(group):
        if time.monotonic() > deadline:
            msg = f"processes {sorted(members(group))} do not end although they were killed"
            raise TimeoutError(msg)
        with suppress(ProcessLookupError):
            os.killpg(group, signal.SIGKILL)
        time.sleep(POLL_INTERVAL)
    with suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)  # the leader, where this process started it


def _processes_of_proc() -> Iterator[tuple[int, str, int]]:
    """Yield process id, state and group of every process, from Linux's proc_pid_stat(5)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            # The command in parentheses may hold spaces and parentheses of its own.
            state, _parent, process_group = stat.read_text().rpartition(")")[2].split()[:3]
            yield int(stat.parent.name), state, int(process_group)


def _processes_of_ps() -> Iterator[tuple[int, str, int]]:
    """Yield the same from ps(1), for systems without /proc such as macOS."""
    listing = subprocess.run(
        ["/bin/ps", "-A", "-o", "pid=,stat=,pgid="], check=True, capture_output=True, text=True
    ).stdout
    for line in listing.splitlines():
        pid, state, process_group = line.split()
        yield int(pid), state[0], int(process_group)
