"""The server with its configuration: how it starts, keeps connections and stops."""

from __future__ import annotations

import ast
import http.client
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
CONSTRUCTS = ROOT.parents[1] / "constructs_lib"


@pytest.fixture
def port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server(port: int) -> Iterator[subprocess.Popen[str]]:
    """Gunicorn as the declarations start it, on a port of its own, with a short drain."""
    process = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "gunicorn"), "config.wsgi", f"--bind=127.0.0.1:{port}", "--workers=2",
            "--graceful-timeout=30",
        ],
        cwd=ROOT, env={**os.environ, "DRAIN_SECONDS": "3"}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    end = time.monotonic() + 60
    while get(port) != 200:
        assert process.poll() is None, process.stdout
        assert time.monotonic() < end
        time.sleep(0.1)
    yield process
    if process.poll() is None:
        process.kill()
    process.communicate()


def get(port: int) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    try:
        connection.request("GET", "/api/health-check/")
        return connection.getresponse().status
    except OSError:
        return 0
    finally:
        connection.close()


def test_it_takes_requests_after_sigterm_and_then_ends_by_itself(server: subprocess.Popen[str], port: int) -> None:
    server.send_signal(signal.SIGTERM)
    begun = time.monotonic()
    while time.monotonic() - begun < 1.5:
        assert get(port) == 200
        time.sleep(0.05)

    output, _ = server.communicate(timeout=60)

    assert server.returncode == 0
    lines = [json.loads(line) for line in output.splitlines()]
    assert any(line["message"] == "draining for 3.0 seconds" for line in lines)
    assert get(port) == 0


def test_a_second_sigterm_ends_it_at_once(server: subprocess.Popen[str]) -> None:
    server.send_signal(signal.SIGTERM)
    time.sleep(1.5)  # the first has been handled: Gunicorn looks once a second
    server.send_signal(signal.SIGTERM)

    assert server.wait(timeout=60) == 0


def constant(file: str, name: str) -> int:
    for statement in ast.parse((CONSTRUCTS / file).read_text()).body:
        if isinstance(statement, ast.Assign) and ast.unparse(statement.targets[0]) == name:
            return int(ast.literal_eval(statement.value))
    raise AssertionError(f"{file} has no {name}")


def test_its_times_fit_those_of_the_load_balancer_and_of_the_task(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DRAIN_SECONDS", raising=False)
    configuration = runpy.run_path(str(ROOT / "gunicorn.conf.py"))

    assert configuration["keepalive"] > constant("network/ingress.py", "IDLE_TIMEOUT_SECONDS")
    stop = configuration["DRAIN_SECONDS"] + configuration["graceful_timeout"]
    assert stop < constant("services/web_service.py", "STOP_TIMEOUT_SECONDS")
    assert configuration["timeout"] <= constant("services/web_service.py", "DEREGISTRATION_DELAY_SECONDS")
