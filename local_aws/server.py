"""The process of the embedded AWS: MiniStack with this project's additions, on sockets that it inherits.

Started by ``local_aws.lifecycle.up`` as ``python -m local_aws.server STATE_FILE FD...``, with
MiniStack's settings in the environment. It publishes itself in STATE_FILE and keeps that file locked for as
long as it lives. The sockets are bound already, to loopback; it opens no other.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, cast

from hypercorn.asyncio import serve
from hypercorn.config import Config

from local_aws import additions, ministack
from local_aws.front_door.application import FrontDoor

if TYPE_CHECKING:
    from io import TextIOWrapper

    from hypercorn.typing import ASGIFramework

KEEP_ALIVE_SECONDS = 75  # longer than the idle connections of AWS clients, which are 60


def main() -> None:
    """Publish this process, add what MiniStack lacks and serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m local_aws.server", description=__doc__)
    parser.add_argument("state_file", type=Path)
    parser.add_argument("fds", type=int, nargs="+", metavar="FD")
    arguments = parser.parse_args()

    with _publish(arguments.state_file), _watchdog(arguments.state_file.parent):
        additions.add(arguments.state_file.parent)
        config = Config()
        config.bind = [f"fd://{fd}" for fd in arguments.fds]
        config.errorlog = logging.getLogger("hypercorn.error")  # to MiniStack's log, not to one of its own
        config.keep_alive_timeout = KEEP_ALIVE_SECONDS
        asyncio.run(serve(cast("ASGIFramework", FrontDoor(ministack.application)), config))


def _publish(state_file: Path) -> TextIOWrapper:
    """Write who and where this server is; return the open file, whose lock is the sign of life."""
    file = state_file.open("a")
    fcntl.flock(file, fcntl.LOCK_EX)
    file.truncate(0)
    state = {
        "pid": os.getpid(),
        "port": int(os.environ["GATEWAY_PORT"]),
        "account": os.environ["MINISTACK_ACCOUNT_ID"],
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    file.write(json.dumps(state))
    file.flush()
    return file


def _watchdog(state_dir: Path) -> subprocess.Popen[bytes]:
    """Start the process that ends this server's processes when the server is gone: its input ends then."""
    command = [sys.executable, "-m", "local_aws.shutdown", str(state_dir)]
    return subprocess.Popen(command, stdin=subprocess.PIPE)


if __name__ == "__main__":
    main()
