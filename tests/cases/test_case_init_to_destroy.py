"""A team's first day: `gitops init` in a clone, its own application on one machine, and everything gone again.

The tests share one environment, which the last one destroys. The steps are those of docs/your-application.md.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from local_aws import lifecycle
from tests.embedded import WATCH
from tests.environments.world import Environment, World
from tests.gitops.checkouts import CommandLine, wait_until
from tests.sample import APPLICATION, ENVIRONMENTS, needs_application

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = needs_application

SOURCE = Path(__file__).with_name("startproject")
ACCOUNT = "333333333333"
REGION = "us-east-1"
NAME = "dev/first"
ANSWERS = {
    "source": "shop",
    "account_id": ACCOUNT,
    "region": REGION,
    "domain": "dev.acme.example",
    "hosted_zone_id": "Z0123456789ABCDEFGHIJ",
    "repository": "acme/deployments",
    "owner_id": "11",
    "repository_id": "22",
    "image_repository": "shop",
    "owner": "monalisa",
}
JOB = """\
jobs:
  count:
    command: [python, -c, "import os; print('job of', os.environ['SHOP_NAME'])"]
    schedule: 0 3 * * *
"""
IDENTITY = ["-c", "user.name=Mona", "-c", "user.email=mona@example.com"]


def commit(top: Path) -> None:
    for arguments in (["add", "--all"], ["commit", "--quiet", "--message", "change"]):
        subprocess.run(["git", *IDENTITY, *arguments], cwd=top, check=True)


def done(clone: CommandLine, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command that has to succeed."""
    result = clone.gitops(*arguments)
    assert result.returncode == 0, result.stdout + result.stderr
    return result


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application's source, with the packages of the example."""
    folder = tmp_path_factory.mktemp("team") / "shop"
    shutil.copytree(SOURCE, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / ".venv").symlink_to(APPLICATION / ".venv")
    return folder


@pytest.fixture(scope="module")
def clone(shop: Path) -> Iterator[CommandLine]:
    """A clone with the sample's declarations in it, which `gitops init` has replaced."""
    root = shop.with_name("deployments")
    root.mkdir()
    clone = CommandLine.make(root)
    shutil.copytree(ENVIRONMENTS, root / "environments", dirs_exist_ok=True)
    (root / ".gitignore").write_text(".gitops/\n")
    subprocess.run(["git", "init", "--quiet", root], check=True)
    commit(root)
    (shop.parent / "answers.yaml").write_text("".join(f'{name}: "{value}"\n' for name, value in ANSWERS.items()))
    written = done(clone, "init", "--answers", str(shop.parent / "answers.yaml"), "--yes")
    assert f"gitops local image shop {shop}" in written.stderr
    with (root / "environments" / "dev" / "first.yaml").open("a") as file:
        file.write(JOB)
    done(clone, "validate")
    commit(root)
    yield clone
    done(clone, "local", "down")


@pytest.fixture(scope="module")
def world(clone: CommandLine, shop: Path) -> Iterator[World]:
    """The clone with its embedded AWS, in which everything is deployed."""
    done(clone, "local", "up")
    state_dir = clone.root / ".gitops" / "local"
    aws = lifecycle.find(state_dir)
    assert aws is not None
    WATCH.add(state_dir)
    done(clone, "local", "image", "shop", str(shop))
    done(clone, "bootstrap", "main", "--target", "local")
    done(clone, "local", "prepare")
    deployed = done(clone, "deploy", "--all", "--target", "local")
    assert (
        f"{NAME} answers on this machine at {aws.environment_url.format(folder='dev', name='first')}" in deployed.stderr
    )
    yield World(clone.root, ACCOUNT, aws)
    WATCH.remove(state_dir)


@pytest.fixture(scope="module")
def first(world: World) -> Environment:
    return Environment(world, NAME)


def page(app: Environment) -> tuple[int, str]:
    with app.visitor() as visitor:
        answer = visitor.get("/")
    return answer.status_code, answer.text


def test_its_page_answers_as_the_dockerfile_says(first: Environment) -> None:
    assert page(first) == (200, "Welcome to the shop of the image, started by entrypoint")
    with first.visitor() as visitor:
        assert "body" in visitor.get("/static/admin/css/base.css").text


def test_a_superuser_signs_in_to_the_admin(first: Environment) -> None:
    made = first.run(
        "env",
        "DJANGO_SUPERUSER_PASSWORD=a lighthouse",
        "python",
        "manage.py",
        "createsuperuser",
        "--no-input",
        "--username=mona",
        "--email=mona@example.com",
    )
    assert made.returncode == 0, made.stdout + made.stderr
    with first.visitor() as visitor:
        form = visitor.get("/admin/")
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form.text)
        assert token
        fields = {"csrfmiddlewaretoken": token[1], "username": "mona", "password": "a lighthouse", "next": "/admin/"}
        signed_in = visitor.post("/admin/login/", data=fields, headers={"Origin": first.url, "Referer": str(form.url)})

    assert "Site administration" in signed_in.text, signed_in.text[:2000]


def test_the_worker_does_what_is_asked(first: Environment) -> None:
    asked = first.run("python", "-c", "from shop.celery import add; print('sum:', add.delay(1, 2).get(timeout=60))")

    assert "sum: 3" in asked.stdout, asked.stdout + asked.stderr


def test_an_upload_is_in_the_bucket(first: Environment) -> None:
    program = (
        "from django.core.files.base import ContentFile; from django.core.files.storage import default_storage; "
        "default_storage.save('hello.txt', ContentFile(b'hello'))"
    )
    saved = first.run("python", "manage.py", "shell", "-c", program)

    assert saved.returncode == 0, saved.stdout + saved.stderr
    stored = first.world.client("s3").get_object(Bucket=first.variables()["S3_BUCKET_NAME"], Key="hello.txt")
    assert stored["Body"].read() == b"hello"


def test_an_email_arrives_in_the_folder(first: Environment) -> None:
    sent = first.run("python", "manage.py", "sendtestemail", "mona@example.com")

    assert sent.returncode == 0, sent.stdout + sent.stderr
    (mail,) = first.world.mails("mona@example.com")
    assert "Test email" in mail["Subject"]


def test_a_job_runs_on_its_schedule(first: Environment) -> None:
    scheduler, states = first.world.client("scheduler"), first.world.client("stepfunctions")
    (schedule,) = (
        found
        for one in scheduler.list_schedules()["Schedules"]
        if (found := scheduler.get_schedule(Name=one["Name"]))["ScheduleExpression"] == "cron(0 3 * * ? *)"
    )
    same = {"Name": schedule["Name"], "FlexibleTimeWindow": {"Mode": "OFF"}, "Target": schedule["Target"]}
    arn = schedule["Target"]["Arn"]

    def runs() -> list[str]:
        return [run["status"] for run in states.list_executions(stateMachineArn=arn)["executions"]]

    assert runs() == []
    # The embedded AWS starts no schedule of `at()` that has had another expression before.
    scheduler.update_schedule(ScheduleExpression="cron(* * * * ? *)", **same)
    wait_until(runs)
    scheduler.update_schedule(ScheduleExpression=schedule["ScheduleExpression"], **same)

    wait_until(lambda: "RUNNING" not in runs())
    assert set(runs()) == {"SUCCEEDED"}
    assert any("job of the shop of the image" in line for line in first.logged("count"))


def test_it_sleeps_and_wakes(first: Environment, clone: CommandLine) -> None:
    done(clone, "sleep", NAME)
    wait_until(lambda: page(first)[0] != 200)

    done(clone, "wake", NAME)
    wait_until(lambda: page(first)[0] == 200)


def test_nothing_is_left_of_it(world: World, clone: CommandLine) -> None:
    done(clone, "destroy", NAME, "--yes", "--target", "local")

    names = {stack for stack, status in world.statuses().items() if status != "DELETE_COMPLETE"}
    assert "dev-first" not in names
    assert "dev-base" in names
