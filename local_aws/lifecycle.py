"""Start, find and stop the embedded AWS of one state folder.

Everything that the embedded AWS writes is below its state folder (``.gitops/local`` in a checkout), and is deleted
when it stops. The server publishes itself in ``local.json`` and holds a lock (flock) on that file for as long as it
lives. The kernel releases the lock however the server ends, so a file without a lock is stale, and a process id that
another program has been given since is never taken for the server's.

Importing this module is cheap: it imports neither boto3 nor MiniStack.
"""

from __future__ import annotations

import fcntl
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from collections import deque
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

from local_aws import shutdown
from local_aws.engine import choice
from local_aws.loopback import ANY_PORT, listen
from local_aws.runtime.images import Images
from local_aws.settings import DOCKER_HOST, server_environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

__all__ = ["ANY_PORT", "DEFAULT_PORT", "EmbeddedAws", "LocalError", "down", "environment", "find", "up"]

STATE_FILE = "local.json"
LOG_FILE = "server.log"
DEFAULT_PORT = 4566
START_TIMEOUT = 30.0  # seconds; two are usual
POLL_INTERVAL = 0.05  # seconds
LOG_LINES_IN_ERROR = 15

_log = logging.getLogger(__name__)


class LocalError(Exception):
    """The embedded AWS could not be started. The message has the reason, and the end of the log."""


@dataclass(frozen=True)
class EmbeddedAws:
    """A running embedded AWS.

    ``account`` is the AWS account of unsigned requests, such as a browser's to a load balancer. A signed request
    chooses its account by its access key id.
    """

    endpoint: str
    pid: int
    port: int
    account: str
    secret_access_key: str
    """The key with which requests are signed."""
    environment_url: str
    """The URL of an environment in a browser, with `{folder}` and `{name}` for the parts of its name."""
    started: datetime


def find(state_dir: Path) -> EmbeddedAws | None:
    """Return the embedded AWS that runs on ``state_dir``, or None when none runs."""
    try:
        with (state_dir / STATE_FILE).open() as file:
            if not _is_locked(file.fileno()):
                return None
            state = json.load(file)
            return EmbeddedAws(**{**state, "started": datetime.fromisoformat(state["started"])})
    except (FileNotFoundError, NotADirectoryError, json.JSONDecodeError):
        return None


def up(
    state_dir: Path,
    *,
    port: int = DEFAULT_PORT,
    account: str,
    region: str = "us-east-1",
    images: Path | None = None,
) -> tuple[EmbeddedAws, bool]:
    """Return the embedded AWS of ``state_dir``, and whether this call started it.

    When ``port`` is in use, a free port is taken and logged as a warning; ``ANY_PORT`` takes a free port.
    ``account`` and ``region`` are those of unsigned requests. ``images`` is the file that maps images to folders, as
    ``local_aws.runtime.images`` describes: with it, tasks of these images, databases and caches run as processes;
    without, tasks are simulated, as on systems other than Linux, which alone has a loopback address for each task.
    Where the variable ``DOCKER_HOST`` of ``local_aws.settings`` names an engine, tasks of the other images run there.
    An embedded AWS that runs already ignores all of this.

    Raises:
        LocalError: the folder cannot be written, no port is free, the engine does not answer, or the server ended or
            did not answer within ``START_TIMEOUT`` seconds.
    """
    state_dir = state_dir.resolve()
    try:
        return _up(state_dir, port, account, region, images)
    except OSError as error:
        msg = f"the embedded AWS cannot start in {state_dir}: {error}"
        raise LocalError(msg) from error


def _up(state_dir: Path, port: int, account: str, region: str, images: Path | None) -> tuple[EmbeddedAws, bool]:
    state_dir.mkdir(parents=True, exist_ok=True)
    with _exclusive(state_dir):
        running = find(state_dir)
        if running:
            return running, False
        _stop(state_dir)
        with ExitStack() as stack:
            # The server inherits them: no other process can take the port in between.
            listeners = [stack.enter_context(listener) for listener in listen(port)]
            bound_port: int = listeners[0].getsockname()[1]
            if port not in {bound_port, ANY_PORT}:
                _log.warning("port %d is in use; the embedded AWS listens on %d instead", port, bound_port)
            if images and sys.platform == "linux":
                Images(state_dir).use(images)
                _use_engine(state_dir, os.environ.get(DOCKER_HOST))
            settings = server_environment(state_dir, bound_port, account, region)
            process = _spawn(state_dir, listeners, settings)
        why = _await_answer(state_dir, process, bound_port)
        started = find(state_dir)
        if why or started is None:
            shutdown.end(process.pid, state_dir)
            msg = f"the embedded AWS {why or 'ended as it started'}. {_end_of_log(state_dir)}"
            raise LocalError(msg)
        return started, True


def _use_engine(state_dir: Path, host: str | None) -> None:
    if not host:
        return
    try:
        choice.use(state_dir, host)
    except OSError as error:
        raise OSError(f"{error}; {DOCKER_HOST} names it: start the engine, or unset the variable") from error


def down(state_dir: Path) -> bool:
    """Stop the embedded AWS with every process and container that it has started, and delete its data.

    Returns whether anything was running. Processes that outlived a killed server are stopped too. An engine that does
    not answer is logged as a warning.
    """
    if not state_dir.is_dir():
        return False
    state_dir = state_dir.resolve()
    with _exclusive(state_dir):
        return _stop(state_dir)


def environment(aws: EmbeddedAws, account: str, region: str) -> dict[str, str]:
    """Return the variables with which an AWS client reaches ``account`` and ``region`` of the embedded AWS.

    MiniStack reads a 12-digit access key id as the account. Remove other ``AWS_*`` variables from the environment
    first: a profile or a session token of a real account takes precedence over some of these.
    """
    return {
        "AWS_ENDPOINT_URL": aws.endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": aws.secret_access_key,
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,
    }


def _spawn(
    state_dir: Path, listeners: Sequence[socket.socket], environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    """Start the server in a session of its own, by which it and what it starts can be found and ended."""
    for name in ("tmp", "data"):
        (state_dir / name).mkdir()
    fds = [listener.fileno() for listener in listeners]
    command = [sys.executable, "-m", "local_aws.server", str(state_dir / STATE_FILE), *map(str, fds)]
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


def _await_answer(state_dir: Path, process: subprocess.Popen[bytes], port: int) -> str | None:
    """Wait until the server has published itself and answers; return the reason when it does not, else None."""
    deadline = time.monotonic() + START_TIMEOUT
    while time.monotonic() < deadline:
        if process.poll() is not None:
            return f"ended with exit code {process.returncode} while it started"
        if find(state_dir) and _answers(port):
            return None
        time.sleep(POLL_INTERVAL)
    return f"did not answer on port {port} within {START_TIMEOUT:.0f} seconds"


def _end_of_log(state_dir: Path) -> str:
    """Return the path of the server's log with its last lines."""
    log = state_dir / LOG_FILE
    with log.open(errors="replace") as lines:
        tail = "".join(deque(lines, maxlen=LOG_LINES_IN_ERROR)).rstrip()
    return f"The end of {log}:\n{tail or '(nothing)'}"


def _answers(port: int) -> bool:
    """Ask MiniStack's health page once; a server that is not ready yet answers later."""
    request = b"GET /_ministack/health HTTP/1.0\r\nHost: localhost\r\n\r\n"
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(request)
            return connection.recv(16).startswith(b"HTTP/1")
    except OSError:
        return False


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
    """Kill the processes that run on the folder and empty the folder; return whether any ran."""
    stopped = False
    with suppress(FileNotFoundError), (state_dir / STATE_FILE).open() as file:
        alive = _is_locked(file.fileno())
        pid = _published_pid(file)
        processes = shutdown.members(pid) if pid else set()
        # The id of a dead server is still the group of its workers. Where a process with that id lives although the
        # lock is released, the id has been given to another program, which is possible only once no worker is left.
        if pid and processes and (alive or pid not in processes):
            shutdown.end(pid, state_dir)
            fcntl.flock(file, fcntl.LOCK_SH)  # waits until its last thread, and so its sockets, are gone
            stopped = True
    try:
        choice.remove_containers(state_dir)
    except OSError as error:
        _log.warning("%s", error)
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
    return pid if pid > 1 else None  # kill(2) gives 0 and negative ids other meanings
