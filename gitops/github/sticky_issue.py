"""An issue of ours that a repository has once, while there is something to tell: opened, updated and closed by jobs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.github.repository import BOT
from gitops.github.sticky_comment import COMMENT_LENGTH, marker
from gitops.output.progress import say

if TYPE_CHECKING:
    from gitops.github.model import Issue
    from gitops.github.repository import Repository


def length(topic: str) -> int:
    """Return the most characters of the issue about a topic, beside the line by which it is found again."""
    return COMMENT_LENGTH - len(marker(topic)) - 1


def update(repository: Repository, topic: str, title: str, text: str, *, over: bool) -> None:
    """Open the issue about a topic or bring it up to date; close it when that is `over`.

    Only one that the bot has opened is ever touched. Raises GitHubError.
    """
    body = f"{marker(topic)}\n{text}"
    issue = next((found for found in repository.open_issues(BOT) if _is_about(found, topic)), None)
    if issue is None and not over:
        say(f"opened {repository.create_issue(title, body).url}")
    elif issue is not None and over:
        repository.update_issue(issue.number, body)
        repository.close_issue(issue.number)
        say(f"closed {issue.url}: it is over")
    elif issue is not None and issue.body != body:
        repository.update_issue(issue.number, body)
        say(f"updated {issue.url}")
    else:
        say(f"unchanged: {issue.url}" if issue else f"nothing to report about {topic}")


def _is_about(issue: Issue, topic: str) -> bool:
    return issue.author == BOT and issue.body.partition("\n")[0].strip() == marker(topic)
