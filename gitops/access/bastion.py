"""The bastion of a base: the way to its database."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

from constructs_lib.config.naming import BaseOutput
from gitops import checkout
from gitops.access import programs
from gitops.aws.ec2 import RUNNING, STOPPED, Ec2
from gitops.errors import UserError
from gitops.program import Program, stopped_at_exit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from constructs_lib.config.environments import AccountRegion
    from gitops.access.deployed import Deployed


class Bastion:
    """The bastion of a deployed base. Methods raise AwsError when AWS cannot be reached or refuses."""

    def __init__(self, base: Deployed) -> None:
        self._base = base.environment.name
        self._ec2 = Ec2(base.session, base.where)
        self.instance_id = base.output(BaseOutput.BASTION_INSTANCE_ID)

    def state(self) -> str:
        """Return the state of the instance, in EC2's words."""
        return self._ec2.instance_state(self.instance_id)

    def start(self) -> None:
        """Ask for it to be started."""
        self._ec2.start(self.instance_id)

    def stop(self) -> None:
        """Ask for it to be stopped."""
        self._ec2.stop(self.instance_id)

    def require_running(self) -> None:
        """Raise UserError, with the remedy, unless the bastion runs."""
        state = self.state()
        if state == RUNNING:
            return
        folder = self._base.folder
        if state == STOPPED:
            raise UserError(f"the bastion of {self._base} is stopped. Start it: gitops bastion start {folder}")
        if state == "terminated":
            raise UserError(
                f"the bastion of {self._base} is gone. Deploying it makes a new one: gitops deploy {folder}"
            )
        raise UserError(
            f"the bastion of {self._base} is {state}; try again in a minute: gitops bastion status {folder}"
        )


DOCUMENT = "AWS-StartPortForwardingSessionToRemoteHost"
"""https://docs.aws.amazon.com/systems-manager/latest/userguide/session-manager-working-with-sessions-start.html"""

POSTGRESQL_PORT = 5432
READY_TIMEOUT = 30.0  # seconds; a few are usual
POLL_INTERVAL = 0.1  # seconds


def local_port(wanted: int | None) -> int:
    """Return the port `wanted`, or any that is free. Raises UserError when `wanted` is in use."""
    try:
        with socket.create_server(("127.0.0.1", wanted or 0)) as server:
            port: int = server.getsockname()[1]
            return port
    except OSError as error:
        raise UserError(
            f"port {wanted} of this machine cannot be used: {error.strerror}; choose another --port"
        ) from error


def forward_command(where: AccountRegion, instance_id: str, host: str, port: int) -> list[str]:
    """Return the command that forwards the local `port` through an instance to PostgreSQL on `host`."""
    parameters = {"host": [host], "portNumber": [str(POSTGRESQL_PORT)], "localPortNumber": [str(port)]}
    return [
        programs.AWS_CLI,
        "ssm",
        "start-session",
        *("--region", where.region),
        *("--target", instance_id),
        *("--document-name", DOCUMENT),
        *("--parameters", json.dumps(parameters)),
    ]


@contextmanager
def forwarded(forwarding: Sequence[str], environ: Mapping[str, str], port: int) -> Iterator[None]:
    """Run `forwarding` beside the block, which begins when the port takes connections.

    Raises:
        UserError: the session ended, or the port did not open in time.
    """
    session = Program("session", forwarding, environ, checkout.ROOT)
    with stopped_at_exit([session]):
        deadline = time.monotonic() + READY_TIMEOUT
        while not _takes_connections(port):
            if session.succeeded is not None:
                raise UserError(f"the session could not be started:\n{session.last_words()}")
            if time.monotonic() > deadline:
                raise UserError(f"the session did not open port {port} in time:\n{session.last_words()}")
            time.sleep(POLL_INTERVAL)
        yield


def run_psql(url: str, password: str) -> int:
    """Run psql on the terminal and return its exit code. The password is in its environment alone."""
    # A Ctrl-C is psql's: it cancels a query there. A handler of ours, unlike SIG_IGN, is not inherited.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run([programs.PSQL, url], env={**os.environ, "PGPASSWORD": password}, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


def _takes_connections(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
