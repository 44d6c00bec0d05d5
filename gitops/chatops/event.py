"""The webhook event `issue_comment`, as far as it can hold commands.

https://docs.github.com/en/webhooks/webhook-events-and-payloads#issue_comment
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops.github.model import Comment

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, kw_only=True, slots=True)
class CommentEvent:
    """A person has commented on the pull request `number`."""

    number: int
    comment: Comment
    default_branch: str


def comment_event(payload: Mapping[str, Any]) -> CommentEvent | None:
    """Return the event, or None if its commands do not count: edits, bots, apps, and issues without pull request."""
    comment = payload.get("comment")
    issue = payload.get("issue") or {}
    if payload.get("action") != "created" or not comment or not issue.get("pull_request"):
        return None
    user = comment.get("user") or {}
    if user.get("type") != "User" or comment.get("performed_via_github_app") is not None:
        return None
    return CommentEvent(
        number=issue["number"],
        comment=Comment.from_json(comment),
        default_branch=payload["repository"]["default_branch"],
    )
