"""A comment with all that its commands are judged by. GitHub is asked once for each, and only when it is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from constructs_lib.config.naming import NAME_PATTERN, EnvironmentName
from gitops.chatops.confirmation import find_confirmation
from gitops.chatops.confirmation_request import require_request
from gitops.errors import RefusedError
from gitops.github.proposals import requested_by

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from gitops.aws.target import TargetName
    from gitops.chatops.confirmation import Confirmation
    from gitops.chatops.event import CommentEvent
    from gitops.github.model import ChangedFile, Permission, PullRequest
    from gitops.github.repository import Repository

FOLDER: Final = "environments"
"""Where a repository has its declarations."""

MOST_CHANGED_FILES: Final = 3000
"""GitHub lists no more files of a pull request.

https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
"""


@dataclass(frozen=True)
class Request:
    """A comment with commands, its author's permission, and the default branch's declarations.

    `folder` is a checkout of these; `run_url` is the URL of this run's log, `sha` the commit that the run is of.
    """

    event: CommentEvent
    permission: Permission
    repository: Repository
    declared: Environments
    folder: Path
    today: date
    run_url: str
    sha: str
    requested_target: TargetName | None

    @property
    def login(self) -> str:
        """The author of the comment."""
        return self.event.comment.author

    @property
    def origin(self) -> str:
        """Where a commit that the comment orders comes from, for its message."""
        return f"Ordered by @{self.login} in {self.event.comment.url}\n\n{requested_by([self.login])}"

    @cached_property
    def pull_request(self) -> PullRequest:
        """The pull request, as it is now."""
        return self.repository.pull_request(self.event.number)

    @cached_property
    def changed_files(self) -> list[ChangedFile]:
        """All files that the pull request changes. Raises RefusedError when GitHub does not list them all.

        They are those of `pull_request` or of a newer commit, never of an older one.
        """
        number = self.pull_request.number
        files = self.repository.changed_files(number)
        if len(files) >= MOST_CHANGED_FILES:
            raise RefusedError(
                f"this pull request changes {MOST_CHANGED_FILES:,} files or more, which GitHub does not list; "
                "name the environment"
            )
        return files

    @cached_property
    def touched(self) -> tuple[EnvironmentName, ...]:
        """The environments whose files the pull request changes, adds, removes or renames, without accounts."""
        paths = [path for file in self.changed_files for path in (file.path, file.previous_path) if path]
        names = {name for path in paths if (name := declared_name(path)) and not name.is_account}
        return tuple(sorted(names))

    def confirmed(self, token: str, name: EnvironmentName) -> Confirmation:
        """Return the confirmation of a token for an environment. Raises RefusedError when the token is not valid."""
        comments = self.repository.comments(self.event.number)
        found = find_confirmation(
            token,
            comments,
            confirmed=self.event.comment,
            now=datetime.now(UTC),
            is_edited=self.repository.is_edited,
        )
        if found.record.environment != str(name):
            raise RefusedError(f"this token is not for {name}; comment `/destroy {name}` to get one")
        require_request(found.record, name, comments, touched=lambda: self.touched, is_edited=self.repository.is_edited)
        return found


def repository_path(name: EnvironmentName) -> str:
    """Return the path of a declaration's file in the repository."""
    return f"{FOLDER}/{name}.yaml"


def declared_name(path: str) -> EnvironmentName | None:
    """Return the name that the file at a path in the repository declares, or None for other files."""
    name = EnvironmentName.from_path(PurePosixPath(path))
    fits = NAME_PATTERN.fullmatch(name.folder) and NAME_PATTERN.fullmatch(name.file)
    return name if fits and path == repository_path(name) else None
