"""Finding and ending the processes of a group."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from local_aws import process_group

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
        assert process_group.members(parent.pid) == {parent.pid, child}
    finally:
        process_group.kill(parent.pid)
        finish(parent)


def test_kill_ends_them_all() -> None:
    parent, _ = start()

    process_group.kill(parent.pid)

    assert process_group.members(parent.pid) == set()
    finish(parent)


def test_one_that_waits_to_be_reaped_is_no_member() -> None:
    parent, child = start()
    parent.kill()
    while parent.pid in process_group.members(parent.pid):
        pass

    assert parent.returncode is None  # nobody asked for it
    assert process_group.members(parent.pid) == {child}
    process_group.kill(parent.pid)
    finish(parent)


def test_killing_a_group_that_is_gone_is_fine() -> None:
    parent, _ = start()
    process_group.kill(parent.pid)
    finish(parent)

    process_group.kill(parent.pid)

    assert process_group.members(parent.pid) == set()


@pytest.mark.skipif(not Path("/bin/ps").exists(), reason="no ps(1) on this machine")
def test_without_proc_ps_knows_the_members() -> None:
    parent, child = start()
    try:
        group = {pid for pid, _, groups in process_group._processes_of_ps() if parent.pid in groups}
        assert group == {parent.pid, child}
    finally:
        process_group.kill(parent.pid)
        finish(parent)
