"""Finding and ending the processes of a group, and that nothing outlives the embedded AWS that started it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local_aws import lifecycle, shutdown
from local_aws.loopback import ANY_PORT
from tests import embedded
from tests.gitops.checkouts import wait_until
from tests.local_aws.accounts import push_image
from tests.local_aws.data.test_servers import DATABASE
from tests.local_aws.runtimes import REGISTRY, Runtime, runs

if TYPE_CHECKING:
    from collections.abc import Iterator

SEGMENTS = Path("/proc/sysvipc/shm")  # one of which each PostgreSQL server has
SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - looked into only

# Starts a child in its group, says its process id and waits with it for the end of its input.
PARENT = "import subprocess as s; p = s.Popen(['sleep', '60']); print(p.pid, flush=True); input(); p.kill()"


def start() -> tuple[subprocess.Popen[str], int]:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert parent.stdout
    return parent, int(parent.stdout.readline())


def finish(parent: subprocess.Popen[str]) -> None:
    parent.communicate()


def test_members_are_the_leader_and_its_children() -> None:
    parent, child = start()
    try:
        assert shutdown.members(parent.pid) == {parent.pid, child}
    finally:
        shutdown.kill(parent.pid)
        finish(parent)


def test_kill_ends_them_all() -> None:
    parent, _ = start()

    shutdown.kill(parent.pid)

    assert shutdown.members(parent.pid) == set()
    finish(parent)


def test_one_that_waits_to_be_reaped_is_no_member() -> None:
    parent, child = start()
    parent.kill()
    while parent.pid in shutdown.members(parent.pid):
        pass

    assert parent.returncode is None  # nobody asked for it
    assert shutdown.members(parent.pid) == {child}
    shutdown.kill(parent.pid)
    finish(parent)


def test_killing_a_group_that_is_gone_is_fine() -> None:
    parent, _ = start()
    shutdown.kill(parent.pid)
    finish(parent)

    shutdown.kill(parent.pid)

    assert shutdown.members(parent.pid) == set()


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Runtime]:
    """An embedded AWS with a database, and a task that does not listen to signals and has a child."""
    image = tmp_path / "shop"
    image.mkdir()
    state = tmp_path / "local"
    aws, _ = lifecycle.up(
        state, port=ANY_PORT, account="111111111111", images=embedded.map_images(state, {"shop": image})
    )
    runtime = Runtime(aws, embedded.new_account(), state)
    runtime.use_ecs()
    push_image(aws, REGISTRY, "shop:v1")
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
    known = shutdown.members(aws.pid)
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
