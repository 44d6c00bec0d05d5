"""A real worker and a real beat, on a real broker: what happens when one of them dies."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection

from config import app
from microblog.accounts.models import User
from microblog.posts import services, tasks
from microblog.posts.models import Post
from tests.factories import image_file

ROOT = Path(__file__).resolve().parent.parent

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]

# The worker of the tests sleeps where the work begins, so that it can be killed in the middle.
SLOW_WORKER = """
import pathlib, sys, time
from microblog.posts import images

make, flag = images.thumbnail, pathlib.Path(sys.argv[1])

def slow(file):
    with flag.open("a") as log:
        log.write("begun\\n")
    time.sleep(float(sys.argv[2]))
    return make(file)

images.thumbnail = slow
from config import app
app.worker_main(["worker", "--loglevel=info", "--concurrency=1", "--without-gossip", "--without-mingle"])
"""

Start = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Starts Python on the test's database; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[bytes]] = []
    environment = {
        **os.environ,
        "POSTGRES_NAME": str(connection.settings_dict["NAME"]),
        "CELERY_VISIBILITY_TIMEOUT": "2",
        "PYTHONPATH": str(ROOT),
    }

    def begin(*arguments: str) -> subprocess.Popen[bytes]:
        with (tmp_path / "log").open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *arguments], cwd=tmp_path, env=environment, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip
        started.append(process)
        return process

    yield begin
    for process in started:
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=10)


@pytest.fixture
def waiting_post(user: User) -> Iterator[Post]:
    """A post whose image waits for a real worker."""
    app.conf.task_always_eager = False
    post = services.publish(author=user, text="Look", image=image_file(), image_alt="Teal")
    yield post
    redis.Redis.from_url(settings.REDIS_URL).flushdb()


def until(condition: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


def is_ready(post: Post) -> bool:
    return Post.objects.get(pk=post.pk).image_state == Post.ImageState.READY


@pytest.mark.parametrize("victim", ["the worker with its children", "the child alone"])
def test_a_task_whose_worker_is_killed_is_done_by_another_once(
    start: Start, waiting_post: Post, tmp_path: Path, victim: str
) -> None:
    flag = tmp_path / "begun"
    worker = start("-c", SLOW_WORKER, str(flag), "600" if victim.startswith("the worker") else "3")
    until(flag.exists)
    if victim.startswith("the worker"):
        os.killpg(worker.pid, signal.SIGKILL)
        start("-c", SLOW_WORKER, str(flag), "0")
    else:
        [child] = subprocess.check_output(["pgrep", "-P", str(worker.pid)], text=True).split()[:1]
        os.kill(int(child), signal.SIGKILL)

    until(lambda: is_ready(waiting_post))

    assert flag.read_text().count("begun") >= 2
    post = Post.objects.get()
    assert {f"posts/{name}" for name in default_storage.listdir("posts")[1]} == {post.image.name, post.thumbnail.name}


def test_a_worker_that_is_told_to_stop_ends_what_it_has_begun(start: Start, waiting_post: Post, tmp_path: Path) -> None:
    flag = tmp_path / "begun"
    worker = start("-c", SLOW_WORKER, str(flag), "2")
    until(flag.exists)

    worker.send_signal(signal.SIGTERM)

    assert worker.wait(timeout=60) == 0
    assert is_ready(waiting_post)
    assert flag.read_text().count("begun") == 1


def test_the_health_check_of_the_declarations_tells_a_worker_that_answers_from_none(
    start: Start, tmp_path: Path
) -> None:
    node = f"celery@{socket.gethostname()}"
    ping = ("-m", "celery", "--app=config", "inspect", "ping", f"--destination={node}", "--timeout=2")
    assert start(*ping).wait(timeout=60) != 0
    start("-m", "celery", "--app=config", "worker", "--loglevel=info", "--concurrency=1")
    until(lambda: "ready." in (tmp_path / "log").read_text())

    assert start(*ping).wait(timeout=60) == 0


def test_the_scheduler_writes_no_file_and_asks_for_every_periodic_task(start: Start, tmp_path: Path) -> None:
    beat = start("-m", "celery", "--app=config", "beat", "--loglevel=info")
    log = tmp_path / "log"
    until(lambda: "beat: Starting" in log.read_text())
    beat.send_signal(signal.SIGTERM)
    beat.wait(timeout=30)

    assert {path.name for path in tmp_path.iterdir()} == {"log"}
    app.loader.import_default_modules()
    assert {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
    assert tasks.make_thumbnail.acks_late
    assert tasks.make_thumbnail.reject_on_worker_lost
