"""The comment with `/destroy` that a confirmation's record names, read back.

A workflow on a branch can write comments in the robot's name, so a record alone proves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.chatops.grammar import read_comment
from gitops.errors import RefusedError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from constructs_lib.config.naming import EnvironmentName
    from gitops.chatops.confirmation import ConfirmationRecord
    from gitops.github.model import Comment


def require_request(
    record: ConfirmationRecord,
    name: EnvironmentName,
    comments: Iterable[Comment],
    *,
    touched: Callable[[], Iterable[EnvironmentName]],
    is_edited: Callable[[Comment], bool],
) -> None:
    """Raise RefusedError unless the requester asked, in an unedited comment, to destroy the environment `name`.

    `comments` are those of the pull request, `touched` returns the environments that it touches.
    """
    asked = next((comment for comment in comments if comment.id == record.requested_in), None)
    if asked is None:
        problem = "is not on this pull request"
    elif asked.by_bot or asked.author.casefold() != record.requester.casefold():
        problem = f"is not by {record.requester}"
    elif is_edited(asked):
        problem = "was edited"
    elif not _asks_for(asked, name, touched):
        problem = f"does not ask to destroy {name}"
    else:
        return
    raise RefusedError(f"the comment with the request {problem}; comment `/destroy {name}` again")


def _asks_for(comment: Comment, name: EnvironmentName, touched: Callable[[], Iterable[EnvironmentName]]) -> bool:
    names = [order.name for order in read_comment(comment.body).orders if order.verb == "destroy"]
    return name in names or (None in names and list(touched()) == [name])
