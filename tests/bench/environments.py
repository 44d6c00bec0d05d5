"""Environments that run the example application: how fast they answer, and how soon."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from local_aws import lifecycle
from local_aws.loopback import ANY_PORT, free_address
from tests import embedded
from tests.bench.timing import Command, compare
from tests.environments.load import HEALTH_CHECK, ROOT
from tests.environments.world import World
from tests.sample import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from rich.table import Table

    from tests.environments.world import Environment

ACCOUNT = "111111111111"
BASE = ROOT / "tests" / "environments" / "base.yaml"
MEASURE = Path(__file__).with_name("timeline.py")
REQUESTS = 1000
POSTS = 100_000
FULL_PAGE = 20
PAGE = "/sign-in/"
GUNICORN = ["gunicorn", "config.wsgi", "--workers=1", "--graceful-timeout=30"]
PATIENCE = 300.0  # seconds, for an environment to answer


def environments(table: Table, work: Path) -> None:
    """An ad hoc environment of the example application: until it answers, requests a second, a long timeline."""
    with _world(work / "environments") as world:
        app = _first_answer(table, world, work)
        _requests(table, app)
        _timeline(table, app)


@contextmanager
def _world(root: Path) -> Iterator[World]:
    """An embedded AWS with the base dev, which is stopped at the end."""
    root.mkdir()
    state = root / ".gitops" / "local"
    aws, _ = lifecycle.up(
        state, port=ANY_PORT, account=ACCOUNT, images=embedded.map_images(state, {"microblog": APPLICATION})
    )
    try:
        world = World.make(root, ACCOUNT, aws)
        world.account(ACCOUNT)
        world.write("dev/base.yaml", BASE.read_text())
        world.bootstrap()
        world.deploy("dev")
        yield world
    finally:
        lifecycle.down(state)


def _first_answer(table: Table, world: World, work: Path) -> Environment:
    """From `gitops deploy` of an environment that was only declared to its first answer."""
    app = world.declare("dev/alpha", environment={"FEATURE_TIMELINE": "on"}, services={"worker": None, "beat": None})
    with world.start("deploy", app.name) as deployment:
        seconds = _until_answered(f"http://127.0.0.1:{world.aws.port}", app.url.partition("//")[2])
        deployment.communicate()
    alone = _gunicorn_alone(work)
    table.add_row(
        "from `gitops deploy` of a new app to its first answer",
        f"{seconds:.1f} s",
        f"Gunicorn alone, from its start: {alone:.1f} s",
        f"{seconds / alone:.0f}",
        "under a minute",
    )
    return app


def _gunicorn_alone(work: Path) -> float:
    """Return the seconds from the start of the application's server to its first answer."""
    address = f"{free_address(8000)}:8000"
    programs = APPLICATION / ".venv" / "bin"
    environment = {"PATH": f"{programs}{os.pathsep}{os.environ['PATH']}", "SECRET_KEY": "none", "HOME": str(work)}
    command = [str(programs / GUNICORN[0]), *GUNICORN[1:], f"--bind={address}"]
    server = subprocess.Popen(command, cwd=APPLICATION, env=environment, stdout=subprocess.DEVNULL)
    try:
        return _until_answered(f"http://{address}", address)
    finally:
        server.send_signal(signal.SIGINT)  # SIGTERM would let it drain first
        server.wait()


def _until_answered(origin: str, host: str) -> float:
    """Return the seconds until a health check is answered with 200."""
    started = time.perf_counter()
    request = urllib.request.Request(f"{origin}{HEALTH_CHECK}", headers={"Host": host})  # noqa: S310 - an http address
    while time.perf_counter() - started < PATIENCE:
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310 - the same
                if answer.status == 200:
                    return time.perf_counter() - started
        except (OSError, urllib.error.HTTPError):
            pass
        time.sleep(0.05)
    raise RuntimeError(f"{host} did not answer within {PATIENCE:.0f} s")


def _requests(table: Table, app: Environment) -> None:
    """The same requests through front door and load balancer, and to the task itself."""
    (task,) = app.tasks("web")
    (address,) = (one["value"] for one in task["attachments"][0]["details"] if one["name"] == "privateIPv4Address")
    headers = ["--header=X-Forwarded-Proto=https", f"--header=Host={app.public_host}"]
    for path in (HEALTH_CHECK, PAGE):
        through, alone = (
            Command(
                [sys.executable, "-m", "tests.environments.load", url, f"--requests={REQUESTS}", "--pause=0", *more],
                env={},
            )
            for url, more in (
                (app.url, [f"--path={path}"]),
                (f"http://{address}:8000", [f"--path={path}", *headers]),
            )
        )
        result = compare(through, alone)
        table.add_row(
            f"requests of {path}, through front door and load balancer",
            f"{REQUESTS / result.first.seconds:.0f} a second",
            f"Gunicorn alone: {REQUESTS / result.second.seconds:.0f} a second",
            f"{1 / result.ratio:.2f}",
            "at least 0.2",
        )


def _timeline(table: Table, app: Environment) -> None:
    """The timelines of somebody who follows a dozen people, empty, with a page of posts, and with many."""
    measured = {0: _measure(app)}
    for number in (FULL_PAGE, POSTS):
        generated = app.run("python", "manage.py", "generate_posts", str(number - max(measured)))
        if generated.returncode:
            raise RuntimeError(generated.stderr)
        measured[number] = _measure(app)
    for page in measured[POSTS]:
        (many, full, empty) = (measured[number][page] for number in (POSTS, FULL_PAGE, 0))
        table.add_row(
            f"timeline {page}, {POSTS:,} posts, p95 of a page",
            f"{many['p95']:.1f} ms, {many['queries']} queries",
            f"empty: {empty['p95']:.1f} ms, {empty['queries']} queries; "
            f"{FULL_PAGE} posts: {full['p95']:.1f} ms, {full['queries']} queries",
            f"{many['p95'] / empty['p95']:.1f} of empty, {many['p95'] / full['p95']:.1f} of {FULL_PAGE} posts",
            f"at most 1.5 times that of {FULL_PAGE} posts, no query more",
        )


def _measure(app: Environment) -> dict[str, dict[str, float]]:
    """Return what `timeline.py` says in a task of the environment."""
    said = app.run("python", "manage.py", "shell", "--command", MEASURE.read_text())
    line = next((line for line in said.stdout.splitlines() if "MEASURED " in line), None)
    if line is None:
        raise RuntimeError(said.stdout + said.stderr)
    measured: dict[str, dict[str, float]] = json.loads(line.partition("MEASURED ")[2])
    return measured
