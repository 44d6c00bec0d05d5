"""A comment of ours that a pull request has once: found again by its marker and its author, and updated in place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github.repository import BOT

if TYPE_CHECKING:
    from gitops.github.model import Comment
    from gitops.github.repository import Repository

COMMENT_LENGTH = 65_536
"""Most characters of a comment; more is refused with 422."""


ENVIRONMENTS_TOPIC = "environments"
"""Topic of the comment of a pull request that has the plan, and after the merge the report of the deployment."""


def marker(topic: str) -> str:
    """Return the invisible first line of the sticky comment about a topic."""
    return f"<!-- gitops:{topic} -->"


def find(repository: Repository, number: int, topic: str) -> Comment | None:
    """Return the sticky comment of a pull request about a topic; a comment of another author is never it."""
    first_line = marker(topic)
    for comment in repository.comments(number):
        if comment.author == BOT and comment.by_bot and comment.body.partition("\n")[0].strip() == first_line:
            return comment
    return None


def put(repository: Repository, number: int, topic: str, body: str) -> Comment:
    """Write the sticky comment about a topic: a new one, or the one that there is."""
    text = f"{marker(topic)}\n{body}"
    existing = find(repository, number, topic)
    if existing is None:
        return repository.create_comment(number, text)
    return existing if existing.body == text else repository.update_comment(existing.id, text)
