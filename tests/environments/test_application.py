"""Two environments of the example application, side by side, and people in front of browsers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from tests.environments import browser
from tests.environments.people import DESKTOP, PHONE, Person, picture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, ViewportSize

    from tests.environments.world import Environment

TEXT = "Evening sail. The wind came late and stayed."
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
    return Person(page, at, "ada")


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
    desktop.screenshot("timeline-desktop")

    phone.open()
    seen = phone.page.get_by_role("article").filter(has_text=TEXT)
    expect(seen.get_by_role("button", name="Like")).to_have_text("1")
    seen.get_by_role("img", name=ALT).evaluate("image => image.decode()")
    phone.screenshot("timeline-phone")
    phone.open("/@ada/")
    phone.screenshot("profile-phone")
    desktop.open("/everyone/")
    desktop.screenshot("everyone-desktop")
    assert troubles == []
    assert sum('"thumbnail made"' in line for line in alpha.logged("worker")) == 1
    assert not any('"thumbnail made"' in line for line in alpha.logged("web"))


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
