"""Nothing that the embedded AWS has started outlives it."""

from __future__ import annotations

import os
import signal
import sys
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local_aws import lifecycle, process_group
from local_aws.loopback import ANY_PORT
from tests.gitops.checkouts import wait_until
from tests.local_aws.data.test_servers import DATABASE
from tests.local_aws.runtimes import Runtime, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

_accounts = count(500000000000)
SEGMENTS = Path("/proc/sysvipc/shm")  # one of which each PostgreSQL server has
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked into only


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Runtime]:
    """An embedded AWS with a database, and a task that does not listen to signals and has a child."""
    image = tmp_path / "shop"
    image.mkdir()
    state = tmp_path / "local"
    aws, _ = lifecycle.up(state, port=ANY_PORT, account="111111111111", images={"shop": image})
    runtime = Runtime(aws, str(next(_accounts)), state)
    runtime.deploy("base", DATABASE)
    program = "import signal, os, time; signal.signal(15, signal.SIG_IGN); os.fork(); print('up'); time.sleep(300)"
    task = runtime.run(runtime.definition(sys.executable, "-uc", program))
    wait_until(lambda: len(runtime.log(task)) == 2)
    yield runtime
    lifecycle.down(state)


def left_behind() -> tuple[list[str], set[str]]:
    """Return the segments of shared memory of nobody's and this user's, and the files of PostgreSQL's."""
    segments = SEGMENTS.read_text().splitlines()[1:] if SEGMENTS.exists() else []
    without_users = [line.split()[1] for line in segments if line.split()[6] == "0"]
    files = {path.name for path in SHARED_MEMORY.glob("PostgreSQL.*")} if SHARED_MEMORY.exists() else set()
    return without_users, files


def everything_of(aws: lifecycle.EmbeddedAws) -> set[int]:
    """Return the processes of an embedded AWS, with those of PostgreSQL, which make sessions of their own."""
    known = process_group.members(aws.pid)
    stats = {int(path.parent.name): path.read_text() for path in Path("/proc").glob("[0-9]*/stat")}
    children = {pid for pid, stat in stats.items() if int(stat.rpartition(")")[2].split()[1]) in known}
    assert len(known) >= 5  # the server, its watchdog, PostgreSQL, the task and its child
    assert children - known
    return known | children


def nothing_runs(pids: set[int]) -> bool:
    return not any(runs(pid) for pid in pids)


def test_down_ends_tasks_and_databases_and_discards_their_files(busy: Runtime) -> None:
    before = left_behind()
    pids = everything_of(busy.aws)

    assert lifecycle.down(busy.state_dir)

    wait_until(lambda: nothing_runs(pids))
    assert list(busy.state_dir.iterdir()) == []
    assert left_behind() == before


def test_they_end_when_the_server_is_killed(busy: Runtime) -> None:
    before = left_behind()
    pids = everything_of(busy.aws)

    os.kill(busy.aws.pid, signal.SIGKILL)

    wait_until(lambda: nothing_runs(pids))
    assert left_behind() == before


def test_they_end_when_the_server_is_told_to(busy: Runtime) -> None:
    pids = everything_of(busy.aws)

    os.kill(busy.aws.pid, signal.SIGTERM)

    wait_until(lambda: nothing_runs(pids))
    assert lifecycle.find(busy.state_dir) is None
