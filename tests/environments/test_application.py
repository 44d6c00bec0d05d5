"""Two environments of the example application, side by side, and people in front of browsers."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.environments import browser
from tests.environments.people import DESKTOP, PHONE, Person, picture
from tests.sample import APPLICATION

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ViewportSize

    from tests.environments.world import Environment, World

TEXT = "Evening sail. The wind came late and stayed."
KEEP_A_FILE = """\
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
default_storage.save("a.txt", ContentFile(b"hello"))
"""
ALT = "A sailing boat, mountains and a low sun"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser.launched() as launched:
        yield launched


def sits_down(chromium: Browser, at: Environment, viewport: ViewportSize, troubles: list[str]) -> Person:
    """Return somebody in front of a window without a history; what its console complains about is kept."""
    page = chromium.new_context(viewport=viewport, device_scale_factor=1).new_page()
    page.on("console", lambda message: troubles.append(message.text) if message.type == "error" else None)
    page.on("requestfailed", lambda request: troubles.append(f"{request.failure}: {request.url}"))
    return Person(page, at, "mira")


def test_each_answers_at_its_url_and_works(alpha: Environment, beta: Environment) -> None:
    for environment, own, other in ((alpha, "alpha", "beta"), (beta, "beta", "alpha")):
        with environment.visitor() as visitor:
            assert visitor.get("/api/ready/").json()["checks"] == {"database": True, "cache": True}
            page = visitor.get("/").text
            assert f"μblog · {own} ·" in page
            assert f"· {other} ·" not in page


def test_somebody_signs_up_on_a_phone_and_posts_a_picture_on_a_desktop(alpha: Environment, chromium: Browser) -> None:
    troubles: list[str] = []
    phone = sits_down(chromium, alpha, PHONE, troubles)
    phone.open()
    phone.screenshot("welcome-phone")
    phone.sign_up()
    phone.screenshot("mailbox-phone")
    phone.confirm()
    # Others, whom everybody follows.
    assert alpha.run("python", "manage.py", "generate_posts", "60").returncode == 0

    desktop = sits_down(chromium, alpha, DESKTOP, troubles)
    desktop.open()
    desktop.screenshot("welcome-desktop")
    desktop.sign_in()
    post = desktop.post(TEXT, picture(chromium), ALT)
    image = post.get_by_role("img", name=ALT)
    expect(image).to_be_visible(timeout=30_000)
    size = image.evaluate("async image => { await image.decode(); return [image.naturalWidth, image.naturalHeight] }")
    assert size == [960, 540]
    like = post.get_by_role("button", name="Like")
    like.click()
    expect(like).to_have_attribute("aria-pressed", "true")
    expect(like).to_have_text("1")

    for person, window in ((desktop, "desktop"), (phone, "phone")):
        for path, page in (("/", "timeline"), ("/@mira/", "profile")):
            person.open(path)
            seen = person.page.get_by_role("article").filter(has_text=TEXT)
            expect(seen.get_by_role("button", name="Like")).to_have_text("1")
            seen.get_by_role("img", name=ALT).evaluate("image => image.decode()")
            person.screenshot(f"{page}-{window}")
    assert troubles == []
    (number,) = alpha.rows(f"SELECT id FROM posts_post WHERE text = '{TEXT}'")  # noqa: S608 - our own text
    assert alpha.said("thumbnail made", service="worker", post=int(number)) == 1
    assert alpha.said("thumbnail made", service="web") == 0


def test_what_is_posted_in_one_is_not_in_the_other(alpha: Environment, beta: Environment) -> None:
    assert alpha.run("python", "manage.py", "generate_posts", "7").returncode == 0

    people = "SELECT count(*) > 0 FROM accounts_user"
    assert (alpha.rows(people), beta.rows(people)) == (["t"], ["f"])
    assert alpha.variables()["POSTGRES_SERVICE_HOST"] == beta.variables()["POSTGRES_SERVICE_HOST"]


def test_password_of_one_is_refused_by_the_other(alpha: Environment, beta: Environment) -> None:
    ours, theirs = alpha.variables(), beta.variables()

    as_them = alpha.psql("SELECT 1", PGUSER=theirs["POSTGRES_USERNAME"], PGDATABASE=theirs["POSTGRES_NAME"])
    as_us = alpha.psql("SELECT 1", PGDATABASE=theirs["POSTGRES_NAME"])

    assert alpha.rows("SELECT 1") == beta.rows("SELECT 1") == ["1"]
    assert f'password authentication failed for user "{theirs["POSTGRES_USERNAME"]}"' in as_them.stderr
    assert f'permission denied for database "{theirs["POSTGRES_NAME"]}"' in as_us.stderr
    assert as_them.returncode != 0
    assert as_us.returncode != 0
    assert ours["SECRET_KEY"] != theirs["SECRET_KEY"]


def test_shell_and_database_are_opened_without_other_programs(alpha: Environment) -> None:
    shown = 'echo "$PWD $APP_NAME"; echo $0 | wc -l; exit 5'

    entered = alpha.world.relayed("shell", alpha.name, "--service", "worker", "--", "sh", "-c", shown)
    managed = alpha.world.relayed("shell", alpha.name, "--", "python", "manage.py", "check")

    folder, _, name = entered.stdout.partition("\n")[0].rpartition(" ")
    assert entered.returncode == 5, entered.stderr
    assert (name, folder.startswith(str(alpha.world.state_dir))) == ("alpha", True)
    assert managed.returncode == 0, managed.stderr
    assert "System check identified no issues" in managed.stdout + managed.stderr
    url = alpha.world.relayed("db", alpha.name)
    assert url.stdout.startswith("postgresql://app_alpha@127.")
    # Without input, psql ends once it has connected.
    assert alpha.world.relayed("db", alpha.name, "--psql").returncode == 0


def test_application_that_knows_only_the_variables_of_cdk_django_runs_unchanged(world: World) -> None:
    image = world.root / "images" / "cdk-django"
    (image / "tests").mkdir(parents=True)
    for name in ("__init__.py", "cdk_django_settings.py", "cdk_django_urls.py"):
        shutil.copy(APPLICATION / "tests" / name, image / "tests")
    (image / ".venv").symlink_to(APPLICATION / ".venv")
    world.image("cdk-django", image)
    legacy = world.declare(
        "dev/legacy",
        image="cdk-django",
        settings_module="tests.cdk_django_settings",
        release_command=["django-admin", "migrate"],
        environment={"PYTHONPATH": "."},
        services={
            "web": {"command": ["gunicorn", "--bind=0.0.0.0:8000", "django.core.wsgi:get_wsgi_application()"]},
            "worker": None,
            "beat": None,
        },
    )
    world.deploy(legacy.name)

    with legacy.visitor() as visitor:
        assert visitor.get("/api/health-check/").json() == {"users": 0}
    assert legacy.rows("SELECT count(*) FROM auth_user") == ["0"]
    stored = legacy.run("django-admin", "shell", "--command", KEEP_A_FILE)
    assert stored.returncode == 0, stored.stdout
    bucket = legacy.variables()["S3_BUCKET_NAME"]
    kept = world.client("s3").get_object(Bucket=bucket, Key="a.txt")["Body"].read()
    assert kept == b"hello"
