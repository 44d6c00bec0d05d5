"""Environments by name, through their load balancers."""

from __future__ import annotations

import http.client
from itertools import count
from typing import TYPE_CHECKING

import pytest

from local_aws.proxy.hosts import host, site, url

if TYPE_CHECKING:
    from tests.local_aws.shops import Shop

_numbers = count(1)


class Browser:
    """Asks for pages of one environment as a browser does."""

    def __init__(self, shop: Shop, environment: str) -> None:
        self.port = shop.runtime.aws.port
        self.host = f"{host(environment)}:{self.port}"

    def ask(self, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, dict[str, str], str]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request(method, path, body=body, headers={"Host": self.host, **headers})
            answer = connection.getresponse()
            return answer.status, {n.lower(): v for n, v in answer.getheaders()}, answer.read().decode()
        finally:
            connection.close()


@pytest.fixture
def browser(shop: Shop) -> Browser:
    environment = f"dev{next(_numbers)}/alpha"
    shop.deploy("v1", environment=environment)
    return Browser(shop, environment)


def test_an_environment_answers_at_its_name(browser: Browser) -> None:
    status, _, text = browser.ask("GET", "/")

    assert (status, text) == (200, "v1")


def test_application_sees_its_public_address(browser: Browser) -> None:
    _, answered, text = browser.ask("GET", "/headers", Cookie="proxy-host-session=1")

    seen = {line.partition(": ")[0].lower(): line.partition(": ")[2] for line in text.splitlines()}
    assert seen["host"] == "alpha.dev.example.com"
    assert seen["x-forwarded-proto"] == "https"
    assert seen["x-forwarded-port"] == "443"
    assert seen["x-forwarded-for"] == "127.0.0.1"
    assert seen["cookie"] == "__Host-session=1"
    assert answered["set-cookie"] == "proxy-host-session=1; Path=/; HttpOnly"


def test_redirects_stay_on_this_machine(browser: Browser) -> None:
    status, answered, _ = browser.ask("GET", "/redirect")

    assert status == 302
    assert answered["location"] == f"http://{browser.host}/elsewhere?x=1"


def test_forms_come_from_the_public_address(browser: Browser) -> None:
    body = b"x" * 300_000
    status, _, text = browser.ask("POST", "/form", body, Origin=f"http://{browser.host}")

    assert (status, text) == (200, "https://alpha.dev.example.com 300000")


def test_an_unknown_name_on_a_known_base_is_told_what_there_is(browser: Browser) -> None:
    known = browser.host
    browser.host = known.replace("alpha", "gamma")
    status, _, text = browser.ask("GET", "/")

    assert status == 404
    assert f"http://{known}/" in text


def test_the_apis_of_aws_answer_at_localhost(browser: Browser) -> None:
    browser.host = f"localhost:{browser.port}"

    assert browser.ask("GET", "/_ministack/health")[0] == 200


def test_names() -> None:
    assert url("prod/app", 4566) == "http://app.prod.localhost:4566/"
    found = site("prod/app", "https://www.example.com", "111111111111", "us-east-1")
    assert found is not None
    assert (found.host, found.public_host) == ("app.prod.localhost", "www.example.com")
    assert site("dev/base", "", "111111111111", "us-east-1") is None
