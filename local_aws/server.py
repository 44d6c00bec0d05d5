"""The process of the embedded AWS: MiniStack with this project's additions, on sockets that it inherits.

Started by ``local_aws.lifecycle.up`` as ``python -m local_aws.server STATE_FILE FD...``, with MiniStack's settings in
the environment. It publishes itself in STATE_FILE and keeps that file locked for as long as it lives. The sockets are
bound to loopback already; it opens no other.
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
from local_aws.authorisation.container_credentials import CredentialsEndpoint
from local_aws.proxy import hosts
from local_aws.proxy.application import ReverseProxy
from local_aws.settings import CODE, SECRET_ACCESS_KEY

if TYPE_CHECKING:
    from io import TextIOWrapper

    from hypercorn.typing import ASGIFramework

KEEP_ALIVE_SECONDS = 75  # longer than the idle connections of AWS clients, which are 60


def main() -> None:
    """Publish this process, extend MiniStack and serve until a signal ends it."""
    parser = argparse.ArgumentParser(prog="python -m local_aws.server", description=__doc__)
    parser.add_argument("state_file", type=Path)
    parser.add_argument("fds", type=int, nargs="+", metavar="FD")
    arguments = parser.parse_args()
    os.environ.pop("PYTHONPATH", None)  # workers inherit the environment, and import nothing of ours

    with _publish(arguments.state_file), _watchdog(arguments.state_file.parent):
        logging.getLogger("httpx").setLevel(logging.WARNING)  # it would log every request to a container engine
        additions.extend(arguments.state_file.parent)
        config = Config()
        config.bind = [f"fd://{fd}" for fd in arguments.fds]
        config.errorlog = logging.getLogger("hypercorn.error")  # to MiniStack's log, not to one of its own
        config.keep_alive_timeout = KEEP_ALIVE_SECONDS
        asyncio.run(serve(cast("ASGIFramework", ReverseProxy(CredentialsEndpoint(ministack.application))), config))


def _publish(state_file: Path) -> TextIOWrapper:
    """Write what a client needs to know of this server; return the open file, which is locked while the server lives.

    The fields are those of `local_aws.lifecycle.EmbeddedAws`.
    """
    file = state_file.open("a")
    fcntl.flock(file, fcntl.LOCK_EX)
    file.truncate(0)
    port = int(os.environ["GATEWAY_PORT"])
    state = {
        # By name: MiniStack recognises path-style S3 requests by the host name.
        "endpoint": f"http://localhost:{port}",
        "pid": os.getpid(),
        "port": port,
        "account": os.environ["MINISTACK_ACCOUNT_ID"],
        "secret_access_key": SECRET_ACCESS_KEY,
        "environment_url": hosts.url("{folder}/{name}", port),
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    file.write(json.dumps(state, indent=2) + "\n")
    file.flush()
    return file


def _watchdog(state_dir: Path) -> subprocess.Popen[bytes]:
    """Start the process that ends this server's processes once the server is gone, which closes the process's input."""
    command = [sys.executable, "-m", "local_aws.shutdown", str(state_dir)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(CODE)})


if __name__ == "__main__":
    main()
