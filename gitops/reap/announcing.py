"""Telling owners that their environments have their time soon, once, where they asked for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig
from gitops.github.repository import BOT
from gitops.reap.observation import deadline

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from constructs_lib.config.environments import Environment
    from gitops.git import History
    from gitops.github.repository import Repository
    from gitops.reap.observation import Announcement

_HOUR = 3600


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """A comment to write. `number` is that of the pull request; None when none made the environment."""

    environment: str
    number: int | None
    body: str


def messages(
    announced: Sequence[tuple[Environment, Announcement]], repository: Repository, history: History, now: datetime
) -> list[Message]:
    """Return what is yet to be said, and where. Nothing is written.

    Raises:
        GitHubError: GitHub does not tell who asked, or what was said already.
    """
    found = []
    for environment, announcement in announced:
        number = _made_by(environment, repository, history)
        marker = f"<!-- gitops:expiry {announcement.environment} {announcement.expires} {announcement.hours} -->"
        if number is None or not _said(repository, number, marker):
            body = f"{marker}\n{_text(environment, announcement, now)}"
            found.append(Message(environment=announcement.environment, number=number, body=body))
    return found


def _made_by(environment: Environment, repository: Repository, history: History) -> int | None:
    """Return the pull request that brought the file of an environment to the default branch."""
    commit = history.added(environment.name)
    merged = [found for found in repository.pull_requests_of(commit) if found.merged] if commit else []
    return merged[0].number if merged else None


def _said(repository: Repository, number: int, marker: str) -> bool:
    comments = (comment for comment in repository.comments(number) if comment.author == BOT and comment.by_bot)
    return any(comment.body.partition("\n")[0].strip() == marker for comment in comments)


def _text(environment: Environment, announcement: Announcement, now: datetime) -> str:
    config = environment.config
    # A login has nothing that Markdown would read; the schema sees to that.
    owner = f"@{config.owner}: " if isinstance(config, AdHocAppConfig) else ""
    hours = max(1, round((deadline(announcement.expires) - now).total_seconds() / _HOUR))
    name = announcement.environment
    return (
        f"{owner}`{name}` is destroyed in about {hours} hour{'' if hours == 1 else 's'}, at the end of "
        f"{announcement.expires} (UTC), with its database.\n\n"
        f"To keep it longer, comment `/extend {name} 3d`; to be done with it now, `/destroy {name}`."
    )
