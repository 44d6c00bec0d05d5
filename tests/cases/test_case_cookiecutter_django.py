"""A team's first day with a project in the layout of cookiecutter-django, from `gitops init` to everything gone again.

Its settings are `config.settings.production`, and nothing of it or of what `gitops init` wrote is changed. The real
template was played by hand: docs/your-application.md says what differs. The tests share one environment, which the last
one destroys.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.cases import teams
from tests.environments.world import Environment
from tests.gitops.checkouts import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import World
    from tests.gitops.checkouts import CommandLine


SOURCE = Path(__file__).with_name("cookiecutter")
DOMAIN = teams.ANSWERS["domain"]
RECIPIENT = "success@simulator.amazonses.com"
MORE = """\
jobs:
  cleanup: {command: [python, manage.py, clearsessions], schedule: 0 3 * * *}
permissions: {send_email: true}
"""
ALLOWED = "allowed_permissions: {send_email: true}\nmail: true\n"
UPLOAD = """\
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
name = default_storage.save("hello.txt", ContentFile(b"hello"))
print("url:", default_storage.url(name))
"""
CACHED = "from django.core.cache import cache; cache.set('a', 1); print('cached:', cache.get('a'))"
SEND = """\
from anymail.exceptions import AnymailAPIError
from django.core.mail import send_mail
try:
    print("sent:", send_mail("Hello", "x", {sender}, ["{recipient}"]))
except AnymailAPIError as error:
    print("refused:", error)
"""
SCHEDULE = """\
from django_celery_beat.models import IntervalSchedule, PeriodicTask
every, _ = IntervalSchedule.objects.get_or_create(every=1, period="seconds")
PeriodicTask.objects.create(interval=every, name="count", task="shop.users.tasks.get_users_count")
"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The application's source, with the packages of this repository's group `applications`."""
    return teams.application(SOURCE, tmp_path_factory.mktemp("team"), Path(sys.prefix))


@pytest.fixture(scope="module")
def clone(shop: Path) -> CommandLine:
    return teams.initialised(shop, {"dev/first.yaml": MORE, "dev/base.yaml": ALLOWED})


@pytest.fixture(scope="module")
def world(clone: CommandLine, shop: Path) -> Iterator[World]:
    with teams.deployed(clone, shop) as made:
        yield made


@pytest.fixture(scope="module")
def first(world: World) -> Environment:
    return Environment(world, teams.NAME)


def python(app: Environment, program: str) -> str:
    """Run a program in Django's shell, which has to succeed; return what it printed."""
    ran = app.run("python", "manage.py", "shell", "-c", program)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


def test_its_page_answers_with_static_files_of_the_start(first: Environment) -> None:
    status, text = teams.page(first)
    (style,) = (part for part in text.split('"') if part.endswith(".css"))

    assert (status, "Welcome" in text) == (200, True)
    assert style != "/static/css/project.css"  # named by its content
    assert "margin" in teams.page(first, style)[1]


def test_its_variables_are_those_that_init_proposed(first: Environment) -> None:
    variables = first.variables()

    assert variables["DJANGO_SETTINGS_MODULE"] == "config.settings.production"
    assert variables["DATABASE_URL"].startswith("postgresql://")
    assert variables["DJANGO_AWS_ACCESS_KEY_ID"] == ""
    assert variables["DJANGO_DEFAULT_FROM_EMAIL"] == f"noreply@{DOMAIN}"


def test_a_superuser_signs_in_to_the_admin(first: Environment) -> None:
    seen = teams.superuser(first)

    assert "Site administration" in seen, seen[:2000]


def test_requests_for_another_host_are_not_forwarded(first: Environment) -> None:
    """So that `*` in ALLOWED_HOSTS lets nothing in."""
    balancing = first.world.client("elbv2")
    (balancer,) = balancing.describe_load_balancers()["LoadBalancers"]
    listeners = balancing.describe_listeners(LoadBalancerArn=balancer["LoadBalancerArn"])["Listeners"]
    rules = [
        rule
        for listener in listeners
        for rule in balancing.describe_rules(ListenerArn=listener["ListenerArn"])["Rules"]
        if any(action["Type"] == "forward" for action in rule["Actions"])
    ]

    hosts = [
        condition["Values"] for rule in rules for condition in rule["Conditions"] if condition["Field"] == "host-header"
    ]
    assert len(hosts) == len(rules) > 0
    assert {host for values in hosts for host in values} == {f"first.{DOMAIN}"}


def test_the_worker_does_what_is_asked(first: Environment) -> None:
    program = "from shop.users.tasks import get_users_count; print('users:', get_users_count.delay().get(timeout=60))"

    assert "users: 1" in python(first, program)


def test_the_cache_keeps_what_it_is_given(first: Environment) -> None:
    assert "cached: 1" in python(first, CACHED)


def test_a_schedule_of_the_database_runs_in_the_worker(first: Environment) -> None:
    before = sum("there are 1 users" in line for line in first.logged("worker"))

    python(first, SCHEDULE)

    wait_until(lambda: sum("there are 1 users" in line for line in first.logged("worker")) > before)


def test_an_upload_is_in_the_bucket_and_its_link_opens_it(first: Environment) -> None:
    url = python(first, UPLOAD).partition("url: ")[2].split()[0]
    bucket = first.variables()["DJANGO_AWS_STORAGE_BUCKET_NAME"]

    stored = first.world.client("s3").get_object(Bucket=bucket, Key="media/hello.txt")

    assert stored["Body"].read() == b"hello"
    assert "X-Amz-Signature=" in url
    assert httpx.get(url).text == "hello"


def test_an_email_leaves_by_ses_from_the_domain_of_the_base(first: Environment) -> None:
    assert "sent: 1" in python(first, SEND.format(sender=None, recipient=RECIPIENT))

    wait_until(lambda: bool(first.world.mails(RECIPIENT)))
    (mail,) = first.world.mails(RECIPIENT)
    assert (mail["Subject"], mail["From"], mail.get_content().strip()) == ("Hello", f"noreply@{DOMAIN}", "x")


@pytest.mark.denied("ses:SendEmail")
def test_an_email_from_another_domain_is_refused(first: Environment) -> None:
    said = python(first, SEND.format(sender="'ceo@example.com'", recipient="mona@example.com"))

    assert "refused:" in said
    assert "sent:" not in said
    assert "is not authorized to perform: ses:SendEmail" in said
    assert first.world.mails("mona@example.com") == []


def test_a_job_runs_on_its_schedule(first: Environment) -> None:
    assert set(teams.run_job_on_schedule(first, "cron(0 3 * * ? *)")) == {"SUCCEEDED"}


def test_it_sleeps_and_wakes(first: Environment, clone: CommandLine) -> None:
    teams.sleep_and_wake(first, clone)


def test_nothing_is_left_of_it(first: Environment, clone: CommandLine) -> None:
    left = teams.destroyed(first, clone)

    assert "dev-first" not in left
    assert "dev-base" in left
