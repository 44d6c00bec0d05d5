"""Runs `python -m gitops` in forks of one process, which has imported the packages of others already.

What is ours is imported anew by each fork, from the checkout in whose folder it starts, so that each sees its own
declarations, code and state. From there on a fork is what `python -m gitops` is, and ends as an interpreter ends.
`tests.forks` starts this program with a socket, and asks it for commands.
"""

from __future__ import annotations

import gc
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from contextlib import suppress
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, get_args

import boto3
from botocore.loaders import JSONFileLoader

from gitops import commands
from tests.forks import DESCRIPTORS, LENGTH

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

OURS = {"constructs_lib", "gitops", "local_aws", "tests"}
STANDARD_STREAMS = (0, 1, 2)


def preload() -> None:
    """Import what the commands import of others, and forget what is ours."""
    for module in pkgutil.iter_modules(commands.__path__):
        import_module(f"{commands.__name__}.{module.name}")
    keep_service_models()
    for name in [name for name in sys.modules if name.partition(".")[0] in OURS]:
        del sys.modules[name]
    assert threading.active_count() == 1, "other threads than this one would be missing in forks"
    gc.collect()
    gc.freeze()  # garbage collection of a fork leaves alone what it shares with this process


def keep_service_models() -> None:
    """Read the descriptions of AWS's services that clients are made of, and have the forks find them read."""
    load = cache(JSONFileLoader().load_file)

    def load_file(self: JSONFileLoader, file_path: str) -> object:  # noqa: ARG001 - the signature is botocore's
        return load(file_path)

    JSONFileLoader.load_file = load_file  # type: ignore[method-assign]
    session = boto3.Session(aws_access_key_id="-", aws_secret_access_key="-", region_name="us-east-1")  # noqa: S106
    for service in get_args(import_module("gitops.aws.session").Service):
        session.client(service)


def serve(requests: socket.socket) -> None:
    """Fork for each request, until nobody can ask any more. Returns in a fork that is to run its command."""
    child_ended, woken = socket.socketpair()
    for end in (child_ended, woken):
        end.settimeout(0)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # a Ctrl-C is for the commands
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(woken.fileno())
    running: dict[int, int] = {}
    while True:
        ready, _, _ = select.select([requests, child_ended], [], [])
        if child_ended in ready:
            child_ended.recv(4096)
            report(running)
        if requests not in ready:
            continue
        header, descriptors, _, _ = socket.recv_fds(requests, LENGTH.size, DESCRIPTORS)
        if not header:
            sys.exit()
        *streams, ended = descriptors
        request = json.loads(receive(requests, LENGTH.unpack(header)[0]))
        pid = os.fork()
        if pid == 0:
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            signal.signal(signal.SIGINT, signal.default_int_handler)
            for end in (child_ended, woken):
                end.close()
            for pipe in (ended, *running.values()):
                os.close(pipe)
            become(request["arguments"], request["folder"], request["environ"], streams)
            return
        running[pid] = ended
        for stream in streams:
            os.close(stream)
        requests.sendall(LENGTH.pack(pid))


def report(running: dict[int, int]) -> None:
    """Write the exit code of each command that has ended to the pipe that was sent with it."""
    for pid, pipe in list(running.items()):
        ended, status = os.waitpid(pid, os.WNOHANG)
        if ended:
            with suppress(BrokenPipeError):  # the test waits no more: it took too long
                os.write(pipe, str(os.waitstatus_to_exitcode(status)).encode())
            os.close(running.pop(pid))


def receive(requests: socket.socket, length: int) -> bytes:
    """Return the next so many bytes."""
    received = b""
    while len(received) < length:
        received += requests.recv(length - len(received))
    return received


def become(arguments: Sequence[str], folder: str, environ: Mapping[str, str], streams: Sequence[int]) -> None:
    """Make this process what it was if it had been started with these arguments, folder, variables and streams."""
    for stream, standard in zip(streams, STANDARD_STREAMS, strict=True):
        os.dup2(stream, standard)
        os.close(stream)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environ)
    time.tzset()
    tempfile.tempdir = None  # found anew, from TMPDIR
    sys.argv = ["-m", *arguments]
    sys.path[0] = folder


if __name__ == "__main__":
    preload()
    with socket.socket(fileno=int(sys.argv[1])) as asked:
        serve(asked)
    runpy.run_module("gitops", run_name="__main__", alter_sys=True)
