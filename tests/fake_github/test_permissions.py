"""The table of what operations need: complete, and read as GitHub's documentation words it."""

from __future__ import annotations

import pytest

from tests.fake_github.operations import routes
from tests.fake_github.permissions import ADDED, AUTO_MERGE, Need, need_of, operations


def test_every_operation_that_the_product_calls_has_a_row() -> None:
    called = {f"{method.upper()} {path}" for path, methods in routes.operations().items() for method in methods}
    assert len(called) > 20
    assert called - operations() == set()
    assert operations() - called - ADDED.keys() == set()


@pytest.mark.parametrize(
    ("permissions", "met"),
    [
        ({}, False),
        ({"issues": "read"}, False),
        ({"issues": "write"}, True),
        ({"pull_requests": "write"}, True),
        ({"contents": "write"}, False),
    ],
)
def test_one_of_several_permissions_is_enough_and_write_includes_read(
    permissions: dict[str, str], *, met: bool
) -> None:
    create_comment = need_of("POST /repos/{owner}/{repo}/issues/{issue_number}/comments")
    assert create_comment.is_met_by(permissions) is met
    list_comments = need_of("GET /repos/{owner}/{repo}/issues/{issue_number}/comments")
    assert list_comments.is_met_by(permissions) is (met or "issues" in permissions)


def test_all_permissions_of_a_set_are_needed() -> None:
    need = need_of(AUTO_MERGE)
    assert need.is_met_by({"contents": "write", "pull_requests": "write"})
    assert not need.is_met_by({"contents": "write", "pull_requests": "read"})
    assert not need.is_met_by({"pull_requests": "write"})


def test_every_token_reads_metadata() -> None:
    assert need_of("GET /repos/{owner}/{repo}").is_met_by({})


def test_the_header_lists_sets_as_github_does() -> None:
    need = Need((frozenset({("pull_requests", "write"), ("contents", "read")}), frozenset({("issues", "read")})))
    assert need.header == "contents=read,pull_requests=write; issues=read"
