"""Commands of gitops, run by `tests.fork_server`: each starts in a fraction of the time that a new interpreter takes.

A test that sends a signal, or reads what a command writes while it runs, starts `python -m gitops` itself.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import socket
import struct
import subprocess
import sys
import threading
import time
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).parents[1]
LENGTH = struct.Struct("!I")
DESCRIPTORS = 4
"""The standard streams, and the pipe to which the exit code is written."""
OF_THE_INTERPRETER = "PYTHON"
"""So begin the variables that an interpreter reads as it starts; in a fork they would be of no effect."""

_ASKING = threading.Lock()


def run(
    arguments: Sequence[str], *, folder: Path, environ: Mapping[str, str], timeout: float
) -> subprocess.CompletedProcess[str]:
    """Run `python -m gitops` in a folder, with nothing to read, until it has ended and its output is closed.

    Raises:
        subprocess.TimeoutExpired: it took longer than `timeout` seconds, and was killed.
    """
    names = {name for name in {*environ, *os.environ} if name.startswith(OF_THE_INTERPRETER)}
    assert not [name for name in names if environ.get(name) != os.environ.get(name)], "start an interpreter for these"
    with ExitStack() as stack:
        readers = []
        with ExitStack() as ours:
            sent = [ours.enter_context(Path(os.devnull).open("rb")).fileno()]
            for _ in range(DESCRIPTORS - 1):
                reader, writer = os.pipe()
                readers.append(stack.enter_context(os.fdopen(reader, "rb", buffering=0)))
                sent.append(ours.enter_context(os.fdopen(writer, "wb")).fileno())
            pid = _start(arguments, folder, environ, sent)
        stdout, stderr, ended = _read(readers, time.monotonic() + timeout)
        if not ended:
            os.kill(pid, signal.SIGKILL)
            raise subprocess.TimeoutExpired([*arguments], timeout, stdout, stderr)
    return subprocess.CompletedProcess([*arguments], int(ended), stdout, stderr)


@cache
def _server() -> socket.socket:
    """Return the connection to the fork server of this process, which ends when the connection does."""
    ours, its = socket.socketpair()
    with its:
        command = [sys.executable, "-m", "tests.fork_server", str(its.fileno())]
        null = subprocess.DEVNULL
        subprocess.Popen(command, cwd=ROOT, stdin=null, stdout=null, pass_fds=[its.fileno()])
    return ours


def _start(arguments: Sequence[str], folder: Path, environ: Mapping[str, str], descriptors: Sequence[int]) -> int:
    """Have a command started with these descriptors, and return its process id."""
    request = {"arguments": [*arguments], "folder": str(folder), "environ": {**environ}}
    body = json.dumps(request).encode()
    with _ASKING:
        server = _server()
        socket.send_fds(server, [LENGTH.pack(len(body))], [*descriptors])
        server.sendall(body)
        answer = server.recv(LENGTH.size)
    assert answer, "the fork server has ended; its error is above"
    pid: int = LENGTH.unpack(answer)[0]
    return pid


def _read(readers: Sequence[BinaryIO], deadline: float) -> list[str]:
    """Return what comes from each pipe until all are closed, or until the deadline."""
    received = dict.fromkeys(readers, b"")
    with selectors.DefaultSelector() as selector:
        for reader in readers:
            selector.register(reader, selectors.EVENT_READ)
        while selector.get_map() and (left := deadline - time.monotonic()) > 0:
            for key, _ in selector.select(left):
                reader = next(one for one in readers if one is key.fileobj)
                part = reader.read(65_536)
                received[reader] += part
                if not part:
                    selector.unregister(reader)
    return [content.decode() for content in received.values()]
