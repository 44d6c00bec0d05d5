"""A permission that no call of its job needs is found, and so is one that is added."""

from __future__ import annotations

import pytest

from tests.fake_github.permissions import CHECKOUT, need_of
from tests.fake_github.uses import Use
from tests.mutation.token_permissions import RECORDED, STEP, SURVIVED, additions, judged, unnoticed_additions

JOB = "command/decide"
COMMENT = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments"
READ_COMMENTS = "GET /repos/{owner}/{repo}/issues/{issue_number}/comments"


def use(operation: str, job: str = JOB) -> Use:
    return Use(job=job, operation=operation, need=need_of(operation), allowed=True)


@pytest.mark.parametrize(
    ("permissions", "operations", "survivors"),
    [
        ({"pull-requests": "write"}, [COMMENT], []),
        ({"pull-requests": "write"}, [READ_COMMENTS], ["command/decide: pull-requests: read"]),
        (
            {"pull-requests": "write"},
            [],
            ["command/decide: pull-requests: none", "command/decide: pull-requests: read"],
        ),
        ({"issues": "read", "pull-requests": "write"}, [COMMENT], ["command/decide: issues: none"]),
        ({"deployments": "read"}, [COMMENT], ["command/decide: deployments: none"]),
    ],
)
def test_a_permission_that_no_call_needs_survives(
    permissions: dict[str, str], operations: list[str], survivors: list[str]
) -> None:
    outcomes = list(judged({JOB: permissions}, [use(operation) for operation in operations]))
    assert [str(one.mutant) for one in outcomes if one.how == SURVIVED] == survivors
    assert len(outcomes) == sum(2 if level == "write" else 1 for level in permissions.values())


def test_what_another_job_calls_does_not_count() -> None:
    (outcome, _) = judged({JOB: {"pull-requests": "write"}}, [use(COMMENT, "command/git")])
    assert outcome.how == SURVIVED


def test_a_step_counts_where_nothing_was_recorded() -> None:
    declared = {"check/code": {"contents": "read"}}
    assert [(one.how, one.by) for one in judged(declared, [])] == [(STEP, CHECKOUT)]
    assert [one.how for one in judged(declared, [use(CHECKOUT, "check/code")])] == [RECORDED]


def test_an_added_permission_is_called_unused() -> None:
    declared = {JOB: {"contents": "read", "pull-requests": "write"}}
    recorded = [use(COMMENT), use(CHECKOUT)]
    assert additions(declared) > 5
    assert list(unnoticed_additions(declared, recorded)) == []
    missing = {JOB: {"contents": "read"}}
    assert [str(one) for one in unnoticed_additions(missing, recorded)] == [
        "command/decide: issues: write (added)",
        "command/decide: pull-requests: write (added)",
    ]
