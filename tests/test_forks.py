"""A command runs in a fork as it does when it is started: the tests of commands rely on it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests import forks
from tests.gitops.checkouts import CommandLine

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

WHAT_IT_SEES = """
import json, os, signal, sys, tempfile, threading, time
from gitops import checkout

print(json.dumps({
    "program": [__name__, *sys.argv],
    "folder": os.getcwd(),
    "environ": dict(os.environ),
    "sees": [sys.path, __file__, checkout.__file__, tempfile.gettempdir(), time.tzname],
    "input": sys.stdin.read(),
    "streams": [(s.encoding, s.errors, s.line_buffering, s.isatty()) for s in (sys.stdin, sys.stdout, sys.stderr)],
    "descriptors": [fd for fd in os.listdir("/proc/self/fd") if os.path.exists(f"/proc/self/fd/{fd}")],
    "threads": threading.active_count(),
    "signals": [str(signal.getsignal(one)) for one in sorted(signal.valid_signals())],
}, indent=1))
"""
WAYS_TO_END = {
    "at its end": "print('done')",
    "with a code": "import sys; print('said before'); sys.exit(7)",
    "with a message": "import sys; sys.exit('what it says')",
    "with an error": "raise ValueError('it')",
    "by a signal": "import os, signal; os.kill(os.getpid(), signal.SIGKILL)",
    "after its last thread": "import threading; threading.Timer(0.1, print, ['late']).start()",
    "after what it has registered": "import atexit; atexit.register(print, 'last')",
}


def started(arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gitops", *arguments]
    return subprocess.run(
        command,
        cwd=folder,
        env={**environ},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


def forked(arguments: Sequence[str], folder: Path, environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    return forks.run(arguments, folder=folder, environ=environ, timeout=60)


def program(folder: Path, code: str) -> Path:
    """Write a program with the name of ours, and return the folder to start it in."""
    package = folder / "gitops"
    package.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "checkout.py").touch()
    (package / "__main__.py").write_text(code)
    return folder


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["--help"], 0),
        (["schema"], 0),
        (["synth", "dev/gone"], 1),
        (["destroy", "dev/gone", "--target", "local"], 1),
        (["what"], 2),
    ],
)
def test_a_command_says_and_returns_the_same(arguments: Sequence[str], code: int, tmp_path: Path) -> None:
    folder = CommandLine.make(tmp_path).root
    environ = {**os.environ, "HOME": str(tmp_path), "AWS_EC2_METADATA_DISABLED": "true"}

    real, fork = (run(arguments, folder, environ) for run in (started, forked))

    assert real.returncode == code
    assert (fork.returncode, fork.stdout, fork.stderr) == (real.returncode, real.stdout, real.stderr)
    assert fork.stdout + fork.stderr


def test_a_program_sees_the_same(tmp_path: Path) -> None:
    folder = program(tmp_path / "its folder", WHAT_IT_SEES)
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    environ = {**os.environ, "TMPDIR": str(temporary), "TZ": "Asia/Tokyo", "ÄÖ": "ü\n", "LONG": "x" * 100_000}
    del environ["HOME"]

    real, fork = (run(["--option", "with space", ""], folder, environ) for run in (started, forked))

    assert real.returncode == 0, real.stderr
    assert fork.stdout == real.stdout
    assert fork.stderr == ""


@pytest.mark.parametrize("how", WAYS_TO_END)
def test_a_program_ends_the_same(how: str, tmp_path: Path) -> None:
    folder = program(tmp_path, WAYS_TO_END[how])

    real, fork = (run([], folder, os.environ) for run in (started, forked))

    assert (fork.returncode, fork.stdout) == (real.returncode, real.stdout)
    assert fork.stderr.splitlines()[-1:] == real.stderr.splitlines()[-1:]  # tracebacks have other first lines


def test_what_is_ours_is_of_the_folder_and_of_now(tmp_path: Path) -> None:
    one, other = (program(tmp_path / name, "from gitops import own; print(own.VALUE)") for name in ("one", "other"))
    (one / "gitops" / "own.py").write_text("VALUE = 1")
    (other / "gitops" / "own.py").write_text("VALUE = 2")

    assert [forked([], folder, os.environ).stdout for folder in (one, other)] == ["1\n", "2\n"]

    (one / "gitops" / "own.py").write_text("VALUE = 'changed'")

    assert forked([], one, os.environ).stdout == "changed\n"


def test_commands_run_side_by_side(tmp_path: Path) -> None:
    waits = "import pathlib, time\nwhile not pathlib.Path('go').exists(): time.sleep(0.01)"
    first, second = program(tmp_path / "first", waits), program(tmp_path / "second", "print('done')")
    done: list[subprocess.CompletedProcess[str]] = []
    thread = threading.Thread(target=lambda: done.append(forked([], first, os.environ)))
    thread.start()

    assert forked([], second, os.environ).stdout == "done\n"
    assert done == []

    (first / "go").touch()
    thread.join()
    assert [one.returncode for one in done] == [0]


def test_a_command_that_takes_too_long_is_killed_and_others_run(tmp_path: Path) -> None:
    code = "import os, pathlib, time; pathlib.Path('pid').write_text(str(os.getpid())); time.sleep(100)"
    folder = program(tmp_path, code)

    with pytest.raises(subprocess.TimeoutExpired):
        forks.run([], folder=folder, environ=os.environ, timeout=2)

    process = Path("/proc", (folder / "pid").read_text())
    deadline = time.monotonic() + 10
    while process.exists():
        assert time.monotonic() < deadline, "it lives"
        time.sleep(0.01)
    other = program(tmp_path / "other", "print('done')")
    assert forked([], other, os.environ).stdout == "done\n"


def test_variables_that_an_interpreter_reads_as_it_starts_are_refused(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="start an interpreter"):
        forked([], tmp_path, {**os.environ, "PYTHONHASHSEED": "1"})
