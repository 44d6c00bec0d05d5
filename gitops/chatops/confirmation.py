"""The token of `/destroy`: it stands for a record in our comment that shows the inventory.

The record names an environment, the requester and the comment with the request, and the stack and its template at that
time. The token is the record's digest, so that `/confirm TOKEN`, which stays in its event as it was typed, names one
record and no other. Both times are GitHub's: our comment is the token's issue, and the comment with `/confirm` its use.
Reviewers may approve the run days later.

What people with write permission for the repository can do to our comments, and what it gains them:

- They edit an unused record. The comment is then edited, and its record is ignored.
- They edit a used record, so that its user's run, started again, destroys another environment. The token that the user
  typed is not the digest of any other record.
- They start another person's `/confirm` again for an environment that has been created again since. Its stack has
  another id; besides, only the author of a comment can start its run again, and a claim ends after a day.
- They write a record of their own into a comment of ours. The comment is edited, so the record can only be one "used
  already" by a comment of theirs, and that comment is authorised like any other: permission by GitHub's API, owner,
  consent and lock by the default branch. It spares them the wait for an inventory of what they may destroy anyway.
"""

from __future__ import annotations

import base64
import hashlib
import json
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Self

from gitops.errors import RefusedError
from gitops.github.repository import BOT

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from gitops.github.model import Comment

VALID_FOR: Final = timedelta(minutes=15)
"""How long after the answer to `/destroy` people may write `/confirm`."""
APPROVABLE_FOR: Final = timedelta(days=7)
"""How long after `/confirm` its run may begin to destroy. GitHub lets a run wait for reviewers for 30 days."""
RESUMABLE_FOR: Final = timedelta(days=1)
"""How long after a run has used a token, and failed, it may be started again."""

_TOKEN_LENGTH: Final = 16
_MARKER = re.compile(r"<!-- gitops:confirmation ([A-Za-z0-9+/=]{1,4000})(?: used-by:([0-9]{1,20}))? -->")


@dataclass(frozen=True, kw_only=True, slots=True)
class ConfirmationRecord:
    """What a token confirms. `stack_id` and `template` are empty for an environment that is not deployed.

    `template` is a digest, `requested_in` the id of the comment with `/destroy`, and `nonce` makes two records differ.
    """

    environment: str
    requester: str
    stack_id: str
    template: str
    requested_in: int
    nonce: str

    @classmethod
    def new(cls, *, environment: str, requester: str, stack_id: str, template: str, requested_in: int) -> Self:
        """Return a record that differs from every other."""
        return cls(
            environment=environment,
            requester=requester,
            stack_id=stack_id,
            template=template,
            requested_in=requested_in,
            nonce=secrets.token_hex(16),
        )

    @property
    def token(self) -> str:
        """The token to type: 80 bits of the record's digest, in letters and digits that are hard to confuse."""
        digest = hashlib.sha256(self._json().encode()).digest()
        return base64.b32encode(digest).decode().lower()[:_TOKEN_LENGTH]

    @property
    def marker(self) -> str:
        """The record as an HTML comment, which GitHub does not show. It is read in the first line of a comment only."""
        return f"<!-- gitops:confirmation {base64.b64encode(self._json().encode()).decode()} -->"

    def _json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Confirmation:
    """A valid token: its record, and the comment that the record is in.

    `resumed` says that the same `/confirm` has used it before, in a run that ended too early.
    """

    record: ConfirmationRecord
    comment: Comment
    resumed: bool


def find_confirmation(token: str, comments: Iterable[Comment], *, confirmed: Comment, now: datetime) -> Confirmation:
    """Return the confirmation for a token in the comment `confirmed`, from the pull request's comments.

    `now` is when it is to be carried out. Raises RefusedError when the token is not valid for that comment.
    """
    for comment in comments:
        found = _MARKER.match(comment.body) if comment.author == BOT and comment.by_bot else None
        record = _record(found[1]) if found else None
        if found is None or record is None or record.token != token:
            continue
        used_by = int(found[2]) if found[2] else None
        if record.requester.casefold() != confirmed.author.casefold():
            raise RefusedError(
                f"this token is for {record.requester}, who asked for it; comment `/destroy` to get one of your own"
            )
        if used_by not in {None, confirmed.id}:
            raise RefusedError("this token has been used already; comment `/destroy` again for a new one")
        resumed = used_by is not None
        if comment.edited and not resumed:
            raise RefusedError(
                "the comment with this token was edited, so the token is no longer valid; comment `/destroy` again"
            )
        if confirmed.created - comment.created > VALID_FOR:
            raise RefusedError("this token has expired; comment `/destroy` again for a new one")
        _require_in_time(comment if resumed else confirmed, now, resumed=resumed)
        return Confirmation(record=record, comment=comment, resumed=resumed)
    raise RefusedError("no `/destroy` on this pull request was answered with this token; comment `/destroy` first")


def _require_in_time(last_step: Comment, now: datetime, *, resumed: bool) -> None:
    """Raise RefusedError when the run comes too late: `last_step` is the record that it used, or the `/confirm`."""
    if resumed and now - last_step.updated > RESUMABLE_FOR:
        raise RefusedError(
            f"the run used this token more than {RESUMABLE_FOR.days} day ago, so it is not resumed; comment `/destroy` "
            "again"
        )
    if not resumed and now - last_step.created > APPROVABLE_FOR:
        raise RefusedError(
            f"this was confirmed on {last_step.created:%Y-%m-%d} and approved more than {APPROVABLE_FOR.days} days "
            "later, so nothing was destroyed; comment `/destroy` again"
        )


def claimed_body(confirmation: Confirmation, comment_id: int, note: str) -> str:
    """Return the body of the record's comment once the comment `comment_id` has used the token; `note` says so."""
    marker = confirmation.record.marker
    used = marker.replace(" -->", f" used-by:{comment_id} -->")
    body = _MARKER.sub(used, confirmation.comment.body, count=1)
    return body if confirmation.resumed else f"{body}\n\n{note}"


def template_digest(template: object) -> str:
    """Return a digest of a template; the order of its keys does not matter."""
    return hashlib.sha256(json.dumps(template, sort_keys=True, default=str).encode()).hexdigest()


def _record(encoded: str) -> ConfirmationRecord | None:
    try:
        data = json.loads(base64.b64decode(encoded, validate=True))
        record = ConfirmationRecord(**data)
    except (ValueError, TypeError):
        return None
    is_text = all(isinstance(value, int if key == "requested_in" else str) for key, value in asdict(record).items())
    return record if is_text else None
