"""A team's first day with a project of `django-admin startproject`, from `gitops init` to everything gone again.

The tests share one environment, which the last one destroys. The steps are those of docs/your-application.md.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.cases import teams
from tests.environments.world import Environment
from tests.sample import APPLICATION, needs_application

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import World
    from tests.gitops.checkouts import CommandLine

pytestmark = needs_application

SOURCE = Path(__file__).with_name("startproject")
JOB = """\
jobs:
  count:
    command: [python, -c, "import os; print('job of', os.environ['SHOP_NAME'])"]
    schedule: 0 3 * * *
permissions: {send_email: true}
"""
MAIL = "allowed_permissions: {send_email: true}\nmail: true\n"
SEND = """\
import smtplib
from django.core.mail import send_mail
try:
    print("sent:", send_mail("Hello", "x", "ceo@example.com", ["hubot@example.com"]))
except smtplib.SMTPDataError as error:
    print("refused:", error.smtp_code, error.smtp_error.decode())
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application's source, with the packages of the example."""
    return teams.application(SOURCE, tmp_path_factory.mktemp("team"), APPLICATION / ".venv")


@pytest.fixture(scope="module")
def clone(shop: Path) -> CommandLine:
    return teams.initialised(shop, {"dev/first.yaml": JOB, "dev/base.yaml": MAIL})


@pytest.fixture(scope="module")
def world(clone: CommandLine, shop: Path) -> Iterator[World]:
    with teams.deployed(clone, shop) as made:
        yield made


@pytest.fixture(scope="module")
def first(world: World) -> Environment:
    return Environment(world, teams.NAME)


def test_its_page_answers_as_the_dockerfile_says(first: Environment) -> None:
    assert teams.page(first) == (200, "Welcome to the shop of the image, started by entrypoint")
    assert "body" in teams.page(first, "/static/admin/css/base.css")[1]


def test_a_superuser_signs_in_to_the_admin(first: Environment) -> None:
    seen = teams.superuser(first)

    assert "Site administration" in seen, seen[:2000]


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
    assert mail["From"] == f"noreply@{teams.ANSWERS['domain']}"


@pytest.mark.denied("ses:SendRawEmail")
def test_an_email_from_another_domain_is_refused(first: Environment) -> None:
    tried = first.run("python", "manage.py", "shell", "-c", SEND)

    assert "refused: 554 Access denied: " in tried.stdout, tried.stdout + tried.stderr
    assert first.world.mails("hubot@example.com") == []


def test_a_job_runs_on_its_schedule(first: Environment) -> None:
    assert set(teams.run_job_on_schedule(first, "cron(0 3 * * ? *)")) == {"SUCCEEDED"}
    assert any("job of the shop of the image" in line for line in first.logged("count"))


def test_it_sleeps_and_wakes(first: Environment, clone: CommandLine) -> None:
    teams.sleep_and_wake(first, clone)


def test_nothing_is_left_of_it(first: Environment, clone: CommandLine) -> None:
    left = teams.destroyed(first, clone)

    assert "dev-first" not in left
    assert "dev-base" in left
