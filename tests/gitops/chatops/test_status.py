"""`/status` of more environments than a comment has room for."""

from __future__ import annotations

from gitops.chatops.status import _table
from gitops.drift.inventory import EnvironmentStatus
from gitops.github.sticky_comment import COMMENT_LENGTH


def status(number: int) -> EnvironmentStatus:
    return EnvironmentStatus(
        name=f"dev/app{number}",
        kind="ad-hoc-app",
        declared=True,
        state="deployed",
        changed=None,
        owner="o" * 39,
        expires="2026-12-01",
        lock="locked by octocat: a demo for customers " * 4,
        url="https://app.dev.example.com",
    )


def test_what_fits_is_shown_and_the_rest_is_counted() -> None:
    table, left_out = _table([status(number) for number in range(1000)])
    rows = table.splitlines()[2:]

    assert len(table) < COMMENT_LENGTH
    assert len(rows) > 50
    assert len(rows) + left_out == 1000
    assert rows[-1].startswith(f"| `dev/app{len(rows) - 1}` |")
    assert rows[-1].endswith("|")


def test_few_are_shown_whole() -> None:
    table, left_out = _table([status(1)])

    assert (len(table.splitlines()), left_out) == (3, 0)
    assert _table([]) == ("", 0)
