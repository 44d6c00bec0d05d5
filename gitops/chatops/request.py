"""What is asked of GitHub and of the declarations to judge a comment: each of it once, and only what is needed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Final

from constructs_lib.config.naming import NAME_PATTERN, EnvironmentName
from gitops.chatops import confirmation
from gitops.chatops.errors import RefusedError

if TYPE_CHECKING:
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from gitops.aws.target import TargetName
    from gitops.chatops.confirmation import Confirmation
    from gitops.chatops.event import CommentEvent
    from gitops.github.model import ChangedFile, PullRequest
    from gitops.github.repository import Repository

FOLDER: Final = "environments"
"""Where a repository has its declarations."""

MOST_CHANGED_FILES: Final = 3000
"""GitHub lists no more files of a pull request.

https://docs.github.com/en/rest/pulls/pulls#list-pull-requests-files
"""


@dataclass(frozen=True)
class Request:
    """A comment that may order something, and what it is judged by: GitHub and the default branch's declarations.

    `folder` has those, as a checkout; `run_url` is where the log of this run is, `sha` the commit that it is of.
    """

    event: CommentEvent
    repository: Repository
    declared: Environments
    folder: Path
    today: date
    run_url: str
    sha: str
    requested_target: TargetName | None

    @property
    def login(self) -> str:
        """Who has commented."""
        return self.event.comment.author

    @cached_property
    def pull_request(self) -> PullRequest:
        """The pull request, as it is now."""
        return self.repository.pull_request(self.event.number)

    @cached_property
    def changed_files(self) -> list[ChangedFile]:
        """All files that the pull request changes. Raises RefusedError when GitHub does not list them all."""
        files = self.repository.changed_files(self.event.number)
        if len(files) >= MOST_CHANGED_FILES:
            raise RefusedError(
                f"this pull request changes {MOST_CHANGED_FILES:,} files or more, which GitHub does not list; "
                "name the environment"
            )
        return files

    @cached_property
    def touched(self) -> tuple[EnvironmentName, ...]:
        """The environments whose files the pull request changes, adds, removes or renames; accounts are none."""
        paths = [path for file in self.changed_files for path in (file.path, file.previous_path) if path]
        names = {name for path in paths if (name := name_of(path)) and not name.is_account}
        return tuple(sorted(names))

    def confirmed(self, token: str) -> Confirmation:
        """Return what a token stands for. Raises RefusedError when it does not hold."""
        return confirmation.find(
            token,
            self.repository.comments(self.event.number),
            login=self.login,
            comment_id=self.event.comment.id,
            now=datetime.now(UTC),
        )


def path_of(name: EnvironmentName) -> str:
    """Return where a repository has the file of a declaration."""
    return f"{FOLDER}/{name}.yaml"


def name_of(path: str) -> EnvironmentName | None:
    """Return the declaration that a path in a repository is, or None for other files."""
    name = EnvironmentName.from_path(PurePosixPath(path))
    fits = NAME_PATTERN.fullmatch(name.folder) and NAME_PATTERN.fullmatch(name.file)
    return name if fits and path == path_of(name) else None
