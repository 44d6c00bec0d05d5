"""People in front of a browser, and what they do on the example application's pages."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.gitops.checkouts import REPOSITORY, wait_until

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page, ViewportSize

    from tests.environments.world import Environment

SCREENSHOTS = REPOSITORY / ".gitops" / "screenshots"
DESKTOP: ViewportSize = {"width": 1280, "height": 900}
PHONE: ViewportSize = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Person:
    """Somebody with a window of a browser that is open at an environment."""

    page: Page
    at: Environment
    handle: str
    password: str = "a lighthouse in the fog"  # noqa: S105 - of somebody who does not exist

    @property
    def email(self) -> str:
        return f"{self.handle}@example.com"

    def open(self, path: str = "/") -> None:
        self.page.goto(self.at.url + path)

    def screenshot(self, name: str) -> None:
        """Keep what the window shows as a file, for people to look at."""
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", animations="disabled")

    def sign_up(self) -> None:
        self.open()
        self.page.get_by_role("main").get_by_role("link", name="Sign up").click()
        self.page.get_by_label("E-mail address").fill(self.email)
        self.page.get_by_label("Handle").fill(self.handle)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign up").click()
        expect(self.page.get_by_role("heading")).to_have_text("Look into your mailbox")

    def confirm(self) -> None:
        """Open the link of the mail that came, at the front door in place of the public host."""
        wait_until(lambda: self.at.world.mails(self.email))
        (mail,) = self.at.world.mails(self.email)
        (link,) = re.findall(r"https://\S+", mail.get_content())
        public = urlsplit(link)
        assert public.hostname == self.at.public_host
        self.open(public.path)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Confirm and sign in").click()
        expect(self.page.get_by_label("What is on your mind?")).to_be_visible()

    def sign_in(self) -> None:
        self.open("/sign-in/")
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(self.password)
        self.page.get_by_role("button", name="Sign in").click()

    def post(self, text: str, image: bytes, description: str) -> Locator:
        """Post a text with an image; return the post on the page that follows."""
        self.page.get_by_label("What is on your mind?").fill(text)
        self.page.get_by_text("Add an image").click()
        file = {"name": "picture.jpg", "mimeType": "image/jpeg", "buffer": image}
        self.page.get_by_label("Image", exact=True).set_input_files(file)  # type: ignore[arg-type]
        self.page.get_by_label("Description of the image").fill(description)
        self.page.get_by_role("button", name="Post", exact=True).click()
        return self.page.get_by_role("article").filter(has_text=text)


def picture(browser: Browser) -> bytes:
    """Return a picture that a browser drew, as JPEG, 1600 by 900 pixels."""
    page = browser.new_page(viewport={"width": 1600, "height": 900})
    page.goto((REPOSITORY / "tests" / "environments" / "picture.html").as_uri())
    drawn = page.screenshot(type="jpeg", quality=90)
    page.close()
    return drawn
