from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries
from redis.exceptions import ConnectionError as RedisConnectionError

from microblog.core.logs import JsonFormatter

HEALTH = "/api/health-check/"
READY = "/api/ready/"


@pytest.fixture
def log() -> Iterator[StringIO]:
    """What a container writes."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonFormatter())
    logging.getLogger().addHandler(handler)
    yield stream
    logging.getLogger().removeHandler(handler)


@pytest.mark.django_db
def test_liveness_answers_a_load_balancer_that_calls_by_address_over_http_and_touches_nothing(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    with django_assert_num_queries(0):
        answer = Client(headers={"host": "10.20.30.40:8000"}).get(HEALTH)

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "version": "v1.2.3"}


def test_any_other_page_wants_its_own_host(client: Client) -> None:
    assert client.get("/", headers={"host": "10.20.30.40:8000"}).status_code == 400
    assert client.get("/", headers={"host": "beta.dev.example.com"}).status_code == 400


@pytest.mark.django_db
def test_readiness_asks_database_and_cache() -> None:
    answer = Client(headers={"host": "10.20.30.40:8000"}).get(READY)

    assert answer.status_code == 200
    assert answer.json()["checks"] == {"database": True, "cache": True}


@pytest.mark.django_db
def test_readiness_says_what_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise RedisConnectionError("away")

    with monkeypatch.context() as away:
        away.setattr(cache, "set", refuse)
        answer = Client().get(READY)

    assert answer.status_code == 503
    assert answer.json()["checks"] == {"database": True, "cache": False}


@pytest.mark.django_db
def test_plain_http_is_sent_to_https() -> None:
    answer = Client(headers={"host": "alpha.dev.example.com"}).get("/sign-in/")

    assert (answer.status_code, answer["Location"]) == (301, "https://alpha.dev.example.com/sign-in/")


@pytest.mark.django_db
def test_answers_tell_browsers_what_they_may_do(client: Client) -> None:
    answer = client.get("/")

    assert "default-src 'self'" in answer["Content-Security-Policy"]
    assert "unsafe" not in answer["Content-Security-Policy"]
    assert answer["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert answer["X-Frame-Options"] == "DENY"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        ({"x-request-id": "abc-123"}, "abc-123"),
        ({"x-amzn-trace-id": "Root=1-67891233-abcdef012345678912345678"}, "Root=1-67891233-abcdef012345678912345678"),
        ({"x-request-id": "a b\tc"}, None),
        ({"x-request-id": "x" * 200}, None),
    ],
)
def test_a_request_is_logged_as_json_under_its_id(
    client: Client, headers: dict[str, str], expected: str | None, log: StringIO
) -> None:
    identifier = client.get("/", headers=headers)["X-Request-Id"]

    assert identifier == expected or (expected is None and len(identifier) == 32)
    [line] = [json.loads(text) for text in log.getvalue().splitlines()]
    assert (line["request_id"], line["method"], line["path"], line["status"]) == (identifier, "GET", "/", 200)
    assert line["level"] == "info"


def test_health_checks_are_not_logged(log: StringIO) -> None:
    Client().get(HEALTH)

    assert log.getvalue() == ""


@pytest.mark.django_db
def test_static_files_are_named_by_their_content_and_kept_for_ever(client: Client) -> None:
    page = client.get("/").content.decode()
    address = page.partition('rel="stylesheet" href="')[2].partition('"')[0]

    answer = client.get(address)

    assert answer.status_code == 200
    assert "immutable" in answer["Cache-Control"]
    assert "//" not in address.replace("https://", "")
    assert address != "/static/core/microblog.css"
