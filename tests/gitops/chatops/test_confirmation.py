from __future__ import annotations

import base64
import json
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta

import pytest

from gitops.chatops import confirmation
from gitops.chatops.confirmation import APPROVABLE_FOR, RESUMABLE_FOR, VALID_FOR, ConfirmationRecord
from gitops.chatops.orders import TOKEN_PATTERN
from gitops.errors import RefusedError
from gitops.github.model import Comment
from gitops.github.repository import BOT

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
CONFIRM = 2002
RECORD = ConfirmationRecord.new(
    environment="dev/alpha", requester="octocat", stack_id="arn:1", template="abc", requested_in=2000
)


def comment(
    body: str = f"{RECORD.marker}\ninventory",
    *,
    author: str = BOT,
    by_bot: bool = True,
    edited: bool = False,
    comment_id: int = 2001,
    created: datetime = NOON,
) -> Comment:
    return Comment(
        id=comment_id,
        author=author,
        by_bot=by_bot,
        body=body,
        created=created,
        updated=created,
        edited=edited,
        url="https://x",
    )


def find(
    *comments: Comment,
    token: str = RECORD.token,
    login: str = "octocat",
    comment_id: int = CONFIRM,
    after: timedelta = timedelta(minutes=1),
    approved_after: timedelta = timedelta(),
) -> confirmation.Confirmation:
    """Confirm `after` the record was written; reviewers approve that `approved_after` later."""
    written = NOON + after
    confirmed = comment(f"/confirm {token}", author=login, by_bot=False, comment_id=comment_id, created=written)
    return confirmation.find_confirmation(token, comments, confirmed=confirmed, now=written + approved_after)


def used(by: int = CONFIRM, record: ConfirmationRecord = RECORD, claimed_at: datetime = NOON) -> Comment:
    fresh = comment(f"{record.marker}\ninventory")
    claimed = confirmation.claimed_body(
        confirmation.Confirmation(record=record, comment=fresh, resumed=False), by, "used"
    )
    return replace(fresh, body=claimed, edited=True, updated=claimed_at)


def test_a_fresh_token_of_the_requester_holds() -> None:
    found = find(comment("hello"), comment())

    assert found.record == RECORD
    assert not found.resumed
    assert TOKEN_PATTERN.fullmatch(RECORD.token)


def test_every_token_is_another() -> None:
    again = {
        ConfirmationRecord.new(
            environment="dev/alpha", requester="octocat", stack_id="", template="", requested_in=1
        ).token
        for _ in range(100)
    }
    assert len(again) == 100


def test_a_token_is_not_that_of_any_other_record() -> None:
    changed = [
        {"environment": "dev/beta"},
        {"requester": "hubot"},
        {"stack_id": "arn:2"},
        {"template": "abd"},
        {"requested_in": 1},
    ]

    assert RECORD.token not in {replace(RECORD, **change).token for change in changed}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("comments", "message"),
    [
        ([], "no `/destroy` on this pull request"),
        ([comment(author="octocat", by_bot=False)], "no `/destroy` on this pull request"),
        ([comment(author="other[bot]")], "no `/destroy` on this pull request"),
        ([comment(by_bot=False)], "no `/destroy` on this pull request"),
        ([comment(f"plan of `{RECORD.marker}`")], "no `/destroy` on this pull request"),
        ([comment(f"first\n{RECORD.marker}")], "no `/destroy` on this pull request"),
        ([comment(edited=True)], "edited, so the token is no longer valid"),
        ([used(by=1999)], "used already"),
    ],
)
def test_a_token_does_not_hold_without_an_untouched_comment_of_ours(comments: list[Comment], message: str) -> None:
    with pytest.raises(RefusedError, match=message):
        find(*comments)


def test_a_token_of_somebody_else_is_refused() -> None:
    with pytest.raises(RefusedError, match="this token is for octocat"):
        find(comment(), login="monalisa")
    assert find(comment(), login="OctoCat").record == RECORD


def test_a_token_expires() -> None:
    assert find(comment(), after=VALID_FOR)
    with pytest.raises(RefusedError, match="has expired"):
        find(comment(), after=VALID_FOR + timedelta(seconds=1))


@pytest.mark.parametrize("approved_after", [timedelta(minutes=16), APPROVABLE_FOR])
def test_a_confirmation_is_judged_by_when_it_was_written(approved_after: timedelta) -> None:
    assert find(comment(), approved_after=approved_after).record == RECORD
    with pytest.raises(RefusedError, match="this token has expired"):
        find(comment(), after=VALID_FOR + timedelta(seconds=1), approved_after=approved_after)


def test_a_confirmation_that_is_approved_too_late_is_refused_with_the_limit() -> None:
    with pytest.raises(RefusedError, match="confirmed on 2026-11-23 and approved more than 7 days later"):
        find(comment(), approved_after=APPROVABLE_FOR + timedelta(seconds=1))


@pytest.mark.parametrize("approved_after", [timedelta(), timedelta(days=6)])
def test_the_comment_that_used_a_token_may_go_on_for_a_day(approved_after: timedelta) -> None:
    claimed_at = NOON + timedelta(minutes=1) + approved_after
    found = find(used(claimed_at=claimed_at), approved_after=approved_after + RESUMABLE_FOR)

    assert found.resumed
    assert confirmation.claimed_body(found, CONFIRM, "used") == used().body
    with pytest.raises(RefusedError, match="more than 1 day ago"):
        find(used(claimed_at=claimed_at), approved_after=approved_after + RESUMABLE_FOR + timedelta(seconds=1))


@pytest.mark.parametrize("change", [{"environment": "prod/app"}, {"requester": "hubot"}, {"stack_id": "arn:2"}])
def test_a_used_record_that_was_rewritten_is_found_no_more(change: dict[str, str]) -> None:
    forged = replace(RECORD, **change)  # type: ignore[arg-type]

    with pytest.raises(RefusedError, match="no `/destroy` on this pull request"):
        find(used(record=forged))


@pytest.mark.parametrize(
    "data",
    [
        "no JSON",
        "[]",
        "{}",
        json.dumps({**asdict(RECORD), "more": 1}),
        json.dumps({**asdict(RECORD), "environment": 1}),
        json.dumps({**asdict(RECORD), "requested_in": "1"}),
    ],
)
def test_what_is_no_record_is_passed_over(data: str) -> None:
    spoilt = f"<!-- gitops:confirmation {base64.b64encode(data.encode()).decode()} -->"

    assert find(comment(spoilt), comment("<!-- gitops:confirmation ==== -->"), comment()).record == RECORD


def test_templates_are_told_apart_by_what_they_say() -> None:
    assert confirmation.template_digest({"a": 1, "b": 2}) == confirmation.template_digest({"b": 2, "a": 1})
    assert confirmation.template_digest({"a": 1}) != confirmation.template_digest({"a": 2})
