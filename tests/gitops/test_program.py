import os
import sys
from pathlib import Path

import pytest

from gitops import program
from gitops.program import Program, stopped_at_exit, while_running
from tests.gitops.checkouts import wait_until

PARENT_OF_A_STUBBORN_CHILD = """
import signal, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(child.pid, flush=True)
signal.signal(signal.SIGTERM, signal.SIG_IGN)
time.sleep(60)
"""


@pytest.fixture(autouse=True)
def _logs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(program, "LOGS", tmp_path / "logs")
    monkeypatch.setattr(program, "STOP_TIMEOUT", 0.2)


def start(code: str) -> Program:
    return Program("test", [sys.executable, "-c", code], os.environ, cwd=Path.cwd())


def test_what_it_says_is_in_its_log_and_its_last_words_are_the_end_of_it() -> None:
    ended = start("import sys; print('\\n\\n'.join(map(str, range(20))), flush=True); sys.exit('sorry')")
    ended.wait()

    assert ended.succeeded is False
    assert ended.last_words() == "15\n16\n17\n18\n19\nsorry"
    assert ended.log.read_text().startswith("0\n")


def test_success_is_known_when_it_has_ended() -> None:
    running = start("import sys; sys.stdin.read()")
    running.wait()

    assert running.succeeded is True


def test_leaving_the_block_stops_it_and_its_children() -> None:
    started = start(PARENT_OF_A_STUBBORN_CHILD)
    wait_until(lambda: started.log.read_text().endswith("\n"))
    child = int(started.log.read_text())

    with pytest.raises(KeyboardInterrupt), stopped_at_exit([started]):
        raise KeyboardInterrupt

    assert started.succeeded is False
    wait_until(lambda: not _is_alive(child))


def _is_alive(pid: int) -> bool:
    try:
        # What nobody has waited for yet is a zombie: dead all the same.
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_waiting_ends_when_all_have_ended() -> None:
    programs = [start("import time; time.sleep(0.3)"), start("pass")]

    rounds = sum(1 for _ in while_running(programs, 0.05))

    assert rounds > 1
    assert all(ended.succeeded for ended in programs)
