"""Start, find and stop the embedded AWS of one checkout.

Everything that it writes is below one folder, the state folder (``.gitops/local`` in a checkout), and goes
when it stops. The server publishes itself in ``local.json`` and holds a lock on that file for as long as it
lives: the kernel frees the lock however the server dies, so a file that nobody locks is stale, and a
process id that another program got since is never taken for ours.

Importing this module is cheap: neither boto3 nor MiniStack.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from local_aws import ending, process_group, starting
from local_aws.loopback import ANY_PORT, listen
from local_aws.settings import IMAGES_FILE, SECRET_ACCESS_KEY, server_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

__all__ = ["ANY_PORT", "DEFAULT_PORT", "EmbeddedAws", "LocalError", "down", "environment", "find", "up"]

STATE_FILE = "local.json"
DEFAULT_PORT = 4566

_log = logging.getLogger(__name__)


class LocalError(Exception):
    """The embedded AWS could not be started; the message says why and names its log."""


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS.

    ``account`` is the AWS account of requests that nobody signed, such as a browser's to a load balancer;
    a signed request chooses its account by its access key id.
    """

    endpoint: str
    pid: int
    port: int
    account: str
    started: datetime


def find(state_dir: Path) -> EmbeddedAws | None:
    """Return the embedded AWS that runs on ``state_dir``, or None; one that died counts as none."""
    try:
        with (state_dir / STATE_FILE).open() as file:
            if not _is_locked(file.fileno()):
                return None
            return _embedded_aws(json.load(file))
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None


def up(
    state_dir: Path,
    *,
    port: int = DEFAULT_PORT,
    account: str,
    region: str = "us-east-1",
    images: Mapping[str, Path] | None = None,
) -> tuple[EmbeddedAws, bool]:
    """Return the embedded AWS of ``state_dir`` and whether this call started it.

    A ``port`` in use is no failure: a free one is taken and a warning says so; ``ANY_PORT`` takes a free one
    at once. ``account`` and ``region`` are those of unsigned requests. ``images`` are folders that stand for images,
    as ``local_aws.runtime.images`` describes; with any, databases and caches run too, and without, tasks are
    simulated. All of these matter only to the call that starts the server.

    Raises:
        LocalError: the folder or the ports of this machine do not allow it, or the server ended, or it did
            not answer within ``local_aws.starting.START_TIMEOUT``.
    """
    state_dir = state_dir.resolve()
    try:
        return _up(state_dir, port, account, region, images or {})
    except OSError as error:
        msg = f"the embedded AWS cannot start in {state_dir}: {error}"
        raise LocalError(msg) from error


def _up(state_dir: Path, port: int, account: str, region: str, images: Mapping[str, Path]) -> tuple[EmbeddedAws, bool]:
    state_dir.mkdir(parents=True, exist_ok=True)
    with _exclusive(state_dir):
        running = find(state_dir)
        if running:
            return running, False
        _stop(state_dir)
        with ExitStack() as stack:
            # The server inherits them, so a port that was free stays ours.
            listeners = [stack.enter_context(listener) for listener in listen(port)]
            bound_port: int = listeners[0].getsockname()[1]
            if port not in {bound_port, ANY_PORT}:
                _log.warning("port %d is in use; the embedded AWS listens on %d instead", port, bound_port)
            if images:
                folders = {name: str(folder) for name, folder in images.items()}
                (state_dir / IMAGES_FILE).write_text(json.dumps(folders, indent=2) + "\n")
            settings = server_environment(state_dir, bound_port, account, region)
            process = starting.spawn(state_dir, STATE_FILE, listeners, settings)
        why = starting.why_silent(process, bound_port, lambda: find(state_dir) is not None)
        started = find(state_dir)
        if why or started is None:
            ending.end(process.pid, state_dir)
            msg = f"the embedded AWS {why or 'ended as it started'}. {starting.end_of_log(state_dir)}"
            raise LocalError(msg)
        return started, True


def down(state_dir: Path) -> bool:
    """Stop the embedded AWS with every worker that it started and discard its data.

    Returns whether anything was running. Workers that outlived a killed server are stopped too.
    """
    if not state_dir.is_dir():
        return False
    state_dir = state_dir.resolve()
    with _exclusive(state_dir):
        return _stop(state_dir)


def environment(aws: EmbeddedAws, account: str, region: str) -> dict[str, str]:
    """Return the variables with which an AWS client reaches ``account`` and ``region`` of the embedded AWS.

    MiniStack reads a 12-digit access key id as the account. Set these over an environment without other
    ``AWS_*`` variables: a profile or a session token of a real account would win over some of them.
    """
    return {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


def _embedded_aws(state: Mapping[str, str | int]) -> EmbeddedAws:
    port = int(state["port"])
    return EmbeddedAws(
        # By name: MiniStack tells path-style S3 requests by a host name that it knows.
        endpoint=f"http://localhost:{port}",
        pid=int(state["pid"]),
        port=port,
        account=str(state["account"]),
        started=datetime.fromisoformat(str(state["started"])),
    )


def _is_locked(fd: int) -> bool:
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    return False


@contextmanager
def _exclusive(state_dir: Path) -> Iterator[None]:
    """Let one ``up`` or ``down`` at a time work on the folder; the others wait.

    The lock is on the folder itself, since the files in it come and go.
    """
    fd = os.open(state_dir, os.O_RDONLY)
    try:
        fcntl.flock(fd, fcntl.LOCK_EX)
        yield
    finally:
        os.close(fd)


def _stop(state_dir: Path) -> bool:
    """Kill what runs on the folder and empty it; return whether anything ran."""
    stopped = False
    with suppress(FileNotFoundError), (state_dir / STATE_FILE).open() as file:
        alive = _is_locked(file.fileno())
        pid = _published_pid(file)
        processes = process_group.members(pid) if pid else set()
        # A dead server still names the group of its workers. Where a living process has its id, that id was
        # given to somebody else, which takes that no worker was left.
        if pid and processes and (alive or pid not in processes):
            ending.end(pid, state_dir)
            fcntl.flock(file, fcntl.LOCK_SH)  # waits until its last thread, and so its sockets, are gone
            stopped = True
    for path in state_dir.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink()
    return stopped


def _published_pid(file: TextIO) -> int | None:
    """Return the process id in a state file, or None if it is damaged."""
    try:
        pid = int(json.load(file)["pid"])
    except (ValueError, KeyError, TypeError):
        return None
    return pid if pid > 1 else None  # to kill, 0 and below mean other groups than one of that id
