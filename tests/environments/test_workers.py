"""Workers that are taken away, and beats that are two: everything is done once in effect."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from collections import Counter
from contextlib import ExitStack, contextmanager
from itertools import islice
from typing import IO, TYPE_CHECKING, Any

from tests.environments.world import PSQL
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.environments.world import Environment

PATIENCE = 60  # seconds
"""Within which a lost task is done again: Celery's visibility timeout, ECS's pause, and the start of a worker."""

PUBLISH = """\
import io
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from microblog.accounts.models import User
from microblog.posts.services import publish
file = io.BytesIO()
Image.new("RGB", (1200, 800), "teal").save(file, "JPEG")
author = User.objects.create_user("spot@example.com", "spot", "long enough for a test")
post = publish(author=author, text="Look", image=SimpleUploadedFile("a.jpg", file.getvalue()), image_alt="Teal")
print(f"post:{post.pk}:")
"""
READERS = """\
from datetime import timedelta
from django.utils import timezone
from microblog.accounts.models import User
from microblog.posts.models import Post
from microblog.social.models import Follow
now = timezone.now()
User.objects.update(wants_digest=False)  # in the first hours of a day, generated posts are yesterday's too
known = {"password": "!", "email_confirmed_at": now}
author = User.objects.create(email="author@example.com", handle="author", wants_digest=False, **known)
for name in ("one", "two"):
    reader = User.objects.create(email=f"{name}@example.com", handle=name, wants_digest=True, **known)
    Follow.objects.create(follower=reader, followed=author)
Post.objects.create(author=author, text="Yesterday", created_at=now - timedelta(days=1))
"""
HASTY_BEAT = """\
from config import app
app.conf.beat_schedule = {"digest": {"task": "microblog.digest.tasks.send_digest", "schedule": 0.5}}
app.start(["beat", "--loglevel=info"])
"""


BLOCKED = "FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE 'UPDATE \"posts_post\"%'"


def test_task_whose_worker_is_killed_is_done_once_in_effect(alpha: Environment) -> None:
    (task,) = alpha.tasks("worker")
    with ExitStack() as stack:
        with frozen(alpha.processes(task)):
            number = publish(alpha)
            row = stack.enter_context(locked(alpha, f"SELECT FROM posts_post WHERE id = {number} FOR UPDATE"))
        # It has stored the thumbnail, and waits to write that down.
        wait_until(lambda: alpha.rows(f"SELECT pid {BLOCKED}"))
        alpha.kill(task)
        row.write(f"SELECT pg_terminate_backend(pid) {BLOCKED};\n")  # with a task's network its connections are gone
    wait_until(lambda: state(alpha, number) == "ready", PATIENCE)

    assert ended(alpha, task)["containers"][0]["exitCode"] == 128 + signal.SIGKILL
    assert [one["taskArn"] != task["taskArn"] for one in alpha.tasks("worker")] == [True]
    received = Counter(re.findall(r"make_thumbnail\[(\S+)\] received", "\n".join(alpha.logged("worker"))))
    assert 2 in received.values()
    assert alpha.said("thumbnail made", service="worker", post=number) == 1
    assert files(alpha, number) == 2


def test_two_beats_at_once_make_one_digest(alpha: Environment) -> None:
    # The beat of alpha itself may have made one.
    assert alpha.run("python", "manage.py", "shell", "--command", READERS).returncode == 0
    before = alpha.said("digest made", service="worker")
    alpha.rows("DELETE FROM digest_digest")

    with hasty_beat(alpha) as one, hasty_beat(alpha) as other:
        for beat in (one, other):
            sent = (line for line in beat if "Sending due task digest" in line)
            assert len(list(islice(sent, 3))) == 3  # it says so before it sends: two are sent for certain
    done = re.compile(r"send_digest\[\S+\] succeeded")
    wait_until(lambda: sum(bool(done.search(line)) for line in alpha.logged("worker")) >= 4, PATIENCE)

    assert alpha.rows("SELECT mails FROM digest_digest") == ["2"]
    assert alpha.said("digest made", service="worker") == before + 1
    mails = "SELECT recipient, count(*) FROM mail_mail WHERE key LIKE 'digest:%' GROUP BY 1 ORDER BY 1"
    assert alpha.rows(mails) == ["one@example.com|1", "two@example.com|1"]


@contextmanager
def frozen(processes: list[int]) -> Iterator[None]:
    """Let processes do nothing until the block ends."""
    assert processes
    for pid in processes:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in processes:
            os.kill(pid, signal.SIGCONT)


@contextmanager
def locked(environment: Environment, statement: str) -> Iterator[IO[str]]:
    """Hold the locks that a statement takes until the block ends; yields what takes further statements."""
    with subprocess.Popen(
        PSQL, env=environment.psql_variables(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as session:
        assert session.stdin
        assert session.stdout
        session.stdin.write(f"BEGIN;\n{statement};\n\\echo locked\n")
        session.stdin.flush()
        assert "locked" in map(str.strip, session.stdout)  # blank lines are rows without columns
        yield session.stdin


@contextmanager
def hasty_beat(environment: Environment) -> Iterator[Iterator[str]]:
    """Run one more beat, which asks for a digest twice a second; yields what it logs."""
    with environment.world.start("run", environment.name, "--", "python", "-c", HASTY_BEAT) as process:
        assert process.stdout
        yield process.stdout
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


def publish(environment: Environment) -> int:
    """Publish a post with a picture; return its number."""
    published = environment.run("python", "manage.py", "shell", "--command", PUBLISH)
    assert published.returncode == 0, published.stdout
    return int(published.stdout.split("post:")[1].partition(":")[0])


def state(environment: Environment, number: int) -> str:
    """Return how far a post's picture is."""
    (found,) = environment.rows(f"SELECT image_state FROM posts_post WHERE id = {number}")  # noqa: S608 - a number
    return found


def files(environment: Environment, number: int) -> int:
    """Return how many files there are of a post's picture."""
    (image,) = environment.rows(f"SELECT image FROM posts_post WHERE id = {number}")  # noqa: S608 - a number
    prefix = f"media/{image.rpartition('.')[0]}"
    found = environment.world.client("s3").list_objects_v2(
        Bucket=environment.variables()["S3_BUCKET_NAME"], Prefix=prefix
    )
    return int(found["KeyCount"])


def ended(environment: Environment, task: Mapping[str, Any]) -> dict[str, Any]:
    """Return what ECS says about a task that has ended, and nothing while it runs."""
    ecs = environment.world.client("ecs")
    (found,) = ecs.describe_tasks(cluster=task["clusterArn"], tasks=[task["taskArn"]])["tasks"]
    return dict(found) if found["lastStatus"] == "STOPPED" else {}
