"""Process groups and sessions: who is in one, and how to end all of it.

A process started in a session of its own leads a session and a group whose id is its process id. What it starts joins
both; what gets a group of its own, as tasks do, stays in the session. The id stays taken until the last member is
gone, also when the leader dies first, and no new process gets it before.
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
    from collections.abc import Collection, Iterator

KILL_TIMEOUT = 5.0  # seconds
INTERRUPT_TIMEOUT = 3.0  # seconds
POLL_INTERVAL = 0.02  # seconds
ZOMBIE = "Z"


def members(group: int) -> set[int]:
    """Return the ids of the processes of ``group`` that run; one that waits to be reaped does not run."""
    processes = _processes_of_proc() if Path("/proc/self/stat").exists() else _processes_of_ps()
    return {pid for pid, state, groups in processes if group in groups and state != ZOMBIE}


def kill(group: int, *, spare: Collection[int] = ()) -> None:
    """Kill every process of ``group`` but those to ``spare``, and return when none of them runs any more.

    Raises:
        TimeoutError: one still ran after ``KILL_TIMEOUT``.
    """
    deadline = time.monotonic() + KILL_TIMEOUT
    while found := members(group).difference(spare):
        if time.monotonic() > deadline:
            msg = f"processes {sorted(found)} do not end although they were killed"
            raise TimeoutError(msg)
        for pid in found:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(POLL_INTERVAL)
    with suppress(ChildProcessError):
        os.waitpid(group, os.WNOHANG)  # the leader, where this process started it


def interrupt(pids: Collection[int], group: int) -> None:
    """Interrupt those of ``pids`` that are in ``group``, which have something to put away, and wait for their end."""
    deadline = time.monotonic() + INTERRUPT_TIMEOUT
    for pid in members(group).intersection(pids):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGINT)
    while members(group).intersection(pids) and time.monotonic() < deadline:
        time.sleep(POLL_INTERVAL)


def _processes_of_proc() -> Iterator[tuple[int, str, set[int]]]:
    """Yield id, state, and both group and session of every process, from Linux's proc_pid_stat(5)."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(FileNotFoundError, ProcessLookupError):  # it ended while we looked
            # The command in parentheses may hold spaces and parentheses of its own.
            state, _parent, process_group, session = stat.read_text().rpartition(")")[2].split()[:4]
            yield int(stat.parent.name), state, {int(process_group), int(session)}


def _processes_of_ps() -> Iterator[tuple[int, str, set[int]]]:
    """Yield the same from ps(1), for systems without /proc such as macOS, where it knows no session's id."""
    listing = subprocess.run(
        ["/bin/ps", "-A", "-o", "pid=,stat=,pgid="], check=True, capture_output=True, text=True
    ).stdout
    for line in listing.splitlines():
        pid, state, process_group = line.split()
        yield int(pid), state[0], {int(process_group)}
