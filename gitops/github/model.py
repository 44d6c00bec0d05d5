"""The fields of GitHub's answers that are used, as frozen data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Permission = Literal["admin", "write", "read", "none"]
"""A user's permission for a repository: `maintain` counts as write and `triage` as read, as GitHub's API says.

https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
"""

Reaction = Literal["eyes", "rocket", "confused"]

DeploymentState = Literal["in_progress", "success", "failure", "error", "inactive"]


GHOST: Mapping[str, str] = {"login": "ghost", "type": "User"}
"""Stands for people who have deleted their account, of whom GitHub's answers say nothing.

https://github.com/ghost
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryIdentity:
    """A repository's name as GitHub writes it, and the ids of it and its owner, which are never used again."""

    name: str
    id: int
    owner_id: int

    @classmethod
    def from_json(cls, answer: Mapping[str, Any]) -> RepositoryIdentity:
        """Return the identity in GitHub's answer."""
        return cls(name=answer["full_name"], id=answer["id"], owner_id=answer["owner"]["id"])


@dataclass(frozen=True, kw_only=True, slots=True)
class Comment:
    """A comment of an issue or a pull request. `updated` can be later than `created` without an edit."""

    id: int
    author: str
    by_bot: bool
    body: str
    created: datetime
    updated: datetime
    url: str
    node_id: str

    @classmethod
    def from_json(cls, data: Any) -> Comment:  # noqa: ANN401 - JSON
        """Return the comment that an answer or an event describes."""
        user = data["user"] or GHOST
        return cls(
            id=data["id"],
            author=user["login"],
            by_bot=user["type"] == "Bot",
            body=data["body"] or "",
            created=moment(data["created_at"]),
            updated=moment(data["updated_at"]),
            url=data["html_url"],
            node_id=data["node_id"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class PullRequest:
    """A pull request. `head_repository` is None when that was deleted."""

    number: int
    author: str
    state: str
    merged: bool
    head_sha: str
    head_ref: str
    head_repository: str | None
    base_ref: str
    base_sha: str
    url: str
    node_id: str

    @classmethod
    def from_json(cls, data: Any) -> PullRequest:  # noqa: ANN401 - JSON
        """Return the pull request that an answer or an event describes."""
        user, repository = data["user"] or GHOST, data["head"]["repo"]
        return cls(
            number=data["number"],
            author=user["login"],
            state=data["state"],
            merged=bool(data.get("merged_at")),
            head_sha=data["head"]["sha"],
            head_ref=data["head"]["ref"],
            head_repository=repository["full_name"] if repository else None,
            base_ref=data["base"]["ref"],
            base_sha=data["base"]["sha"],
            url=data["html_url"],
            node_id=data["node_id"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """A review of a pull request. `verdict` is GitHub's word: APPROVED, CHANGES_REQUESTED, COMMENTED, DISMISSED, …"""

    author: str
    by_person: bool
    verdict: str
    sha: str
    """The commit that was reviewed."""

    @classmethod
    def from_json(cls, data: Any) -> Review:  # noqa: ANN401 - JSON
        """Return the review that an answer describes."""
        user = data["user"] or GHOST
        return cls(
            author=user["login"],
            by_person=user["type"] == "User",
            verdict=data["state"],
            sha=data["commit_id"] or "",
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Commit:
    """A commit. `verified` says that GitHub knows its signature to be of the committer."""

    sha: str
    parents: tuple[str, ...]
    message: str
    author_email: str
    committer_email: str
    verified: bool

    @classmethod
    def from_json(cls, data: Any) -> Commit:  # noqa: ANN401 - JSON
        """Return the commit that an answer describes."""
        return cls(
            sha=data["sha"],
            parents=tuple(parent["sha"] for parent in data["parents"]),
            message=data["message"],
            author_email=data["author"]["email"],
            committer_email=data["committer"]["email"],
            verified=data["verification"]["verified"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class ChangedFile:
    """A file that a pull request changes. `status` is GitHub's word: added, removed, modified, renamed, …"""

    path: str
    status: str
    previous_path: str | None

    @classmethod
    def from_json(cls, data: Any) -> ChangedFile:  # noqa: ANN401 - JSON
        """Return the changed file that an answer describes."""
        return cls(path=data["filename"], status=data["status"], previous_path=data.get("previous_filename"))


@dataclass(frozen=True, kw_only=True, slots=True)
class RepositoryFile:
    """A file of a branch; `sha` names its content to requests that replace or delete it."""

    path: str
    sha: str
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Deployment:
    """A deployment that GitHub knows of an environment."""

    id: int
    environment: str
    sha: str
    production: bool

    @classmethod
    def from_json(cls, data: Any) -> Deployment:  # noqa: ANN401 - JSON
        """Return the deployment that an answer describes."""
        return cls(
            id=data["id"],
            environment=data["environment"],
            sha=data["sha"],
            production=data["production_environment"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """An issue."""

    number: int
    title: str
    body: str
    author: str
    state: str
    url: str

    @classmethod
    def from_json(cls, data: Any) -> Issue:  # noqa: ANN401 - JSON
        """Return the issue that an answer describes."""
        user = data["user"] or GHOST
        return cls(
            number=data["number"],
            title=data["title"],
            body=data["body"] or "",
            author=user["login"],
            state=data["state"],
            url=data["html_url"],
        )


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowJob:
    """A job of a run of a workflow."""

    name: str
    run_url: str


def moment(text: str) -> datetime:
    """Return the moment that GitHub writes as `2026-11-23T04:00:00Z`."""
    return datetime.fromisoformat(text)
