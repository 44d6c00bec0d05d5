"""What apps may ask for in `permissions`: what the file of their base allows, and no more."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

Write = Callable[..., Path]

ALLOWED = (
    "allowed_permissions:\n"
    "  buckets: {acme-fixtures: read, acme-exports: read-write}\n"
    "  queues: {events: send, imports: receive, both: send-receive}\n"
)


def files(write: Write, permissions: str, allowed: str = ALLOWED) -> dict[str, str]:
    return {
        "dev/base.yaml": (write() / "dev/base.yaml").read_text() + allowed,
        "dev/alpha.yaml": f"kind: ad-hoc-app\nexpires: 2026-12-01\npermissions:\n  {permissions}\n",
    }


@pytest.mark.parametrize(
    "permissions",
    [
        "buckets: {acme-fixtures: read}",
        "buckets: {acme-exports: read}",
        "buckets: {acme-exports: read-write}",
        "queues: {events: send, imports: receive, both: send}",
        "queues: {both: receive}",
        "queues: {both: send-receive}",
        "send_email: false",
        "{}",
    ],
)
def test_what_the_base_allows_is_taken(permissions: str, write: Write) -> None:
    load(write(files(write, permissions)))


@pytest.mark.parametrize(
    ("permissions", "field", "message"),
    [
        (
            "buckets: {acme-production: read}",
            r"buckets\.acme-production",
            "acme-production is not for apps on dev/base; remove it, or add .* to allowed_permissions of .*dev/base",
        ),
        (
            "buckets: {acme-fixtures: read-write}",
            r"buckets\.acme-fixtures",
            "read-write of acme-fixtures is more than read, which is for apps on dev/base",
        ),
        ("queues: {events: receive}", r"queues\.events", "receive of events is more than send"),
        ("queues: {events: send-receive}", r"queues\.events", "send-receive of events is more than send"),
        ("queues: {imports: send}", r"queues\.imports", "send of imports is more than receive"),
        ("queues: {acme-fixtures: send}", r"queues\.acme-fixtures", "acme-fixtures is not for apps"),
        ("send_email: true", "send_email", "mail is not for apps on dev/base; .* add send_email: true to"),
    ],
)
def test_what_the_base_does_not_allow_is_refused_on_its_line(
    permissions: str, field: str, message: str, write: Write
) -> None:
    with pytest.raises(DeclarationError, match=rf"dev/alpha\.yaml:4:\d+: permissions\.{field}: {message}"):
        load(write(files(write, permissions)))


def test_a_base_that_allows_nothing_says_so_about_everything(write: Write) -> None:
    with pytest.raises(DeclarationError) as error:
        load(write(files(write, "{buckets: {acme-fixtures: read}, queues: {events: send}, send_email: true}", "")))

    assert [problem.field for problem in error.value.problems] == [
        "permissions.buckets.acme-fixtures",
        "permissions.queues.events",
        "permissions.send_email",
    ]


def test_mail_is_taken_where_the_base_allows_it(write: Write) -> None:
    load(write(files(write, "send_email: true", "allowed_permissions: {send_email: true}\n")))


def test_defaults_of_a_base_are_limited_too(write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text() + "  permissions: {queues: {events: send}}\n"

    with pytest.raises(DeclarationError, match=r"base\.yaml:\d+:\d+: app_defaults\.permissions\.queues\.events: "):
        load(write({"dev/base.yaml": base}))


def test_an_app_replaces_the_permissions_of_its_base_or_does_without(write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text() + "  permissions: {queues: {events: send}}\n" + ALLOWED
    for own, expected in (("{send_email: false}", {}), ("null", {}), ("{queues: {both: send}}", {"both": "send"})):
        app = f"kind: ad-hoc-app\nexpires: 2026-12-01\npermissions: {own}\n"

        found = load(write({"dev/base.yaml": base, "dev/alpha.yaml": app}))

        (alpha,) = (one for one in found if str(one.name) == "dev/alpha")
        assert alpha.config.permissions.queues == expected  # type: ignore[union-attr]
