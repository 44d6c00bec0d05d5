"""`make smoke` on the embedded AWS: every step of the afternoon on AWS that docs/first-account.md describes."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.gitops.checkouts import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

TIMEOUT = 1200  # seconds, on a machine with much else to do


def smoke(*arguments: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    command = [sys.executable, "-m", "tests.smoke", *arguments]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=REPOSITORY, env=environ, text=True, stdout=pipe, stderr=pipe) as process:
        try:
            stdout, stderr = process.communicate()
        except BaseException:
            process.send_signal(signal.SIGINT)  # it stops its embedded AWS; killed, it could not
            process.communicate(timeout=60)
            raise
    return subprocess.CompletedProcess(command, process.returncode, stdout, stderr)


@pytest.mark.timeout(TIMEOUT)
def test_every_step_from_an_empty_account_to_an_empty_account_holds(tmp_path: Path) -> None:
    report = tmp_path / "report.md"

    done = smoke("--report", str(report))

    assert done.returncode == 0, done.stderr[-8000:]  # what failed is near its end, and CI shows the end of it all
    text = report.read_text()
    steps = re.findall(r"^\| \d+ \| (.+?) \| (ok|failed) \| (\d+) \|", text, flags=re.MULTILINE)
    assert len(steps) == 19
    assert {result for _, result, _ in steps} == {"ok"}
    # A step that checks nothing proves nothing.
    assert all(int(checks) > 0 for *_, checks in steps)
    assert "$ gitops destroy prod --yes --confirm prod" in text


def test_on_aws_everything_must_be_named_before_anything_is_done() -> None:
    missing = smoke("--aws", "--region", "us-east-1")
    unasked = smoke("--domain", "example.com")

    assert (missing.returncode, unasked.returncode) == (2, 2)
    assert "--hosted-zone-id" in missing.stderr
    assert "for AWS, add --aws" in unasked.stderr
