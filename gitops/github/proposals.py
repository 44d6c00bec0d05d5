"""Pull requests of jobs: opened once for a branch, and brought up to date when asked again."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops.github.model import PullRequest
    from gitops.github.repository import Repository

CHECKS_WAIT = "A job has pushed this, so its checks wait: select *Approve workflows to run* to start them."
"""For the description of a pull request that the token of a job opens.

https://docs.github.com/en/actions/concepts/security/github_token
"""

BRANCHES: Final = "gitops/"
"""Begins the branch of every pull request of a job."""

_REQUESTED_BY: Final = re.compile(r"^Requested-by: @(\S+)$", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """A pull request, and whether it is new."""

    pull_request: PullRequest
    outcome: Literal["opened", "updated", "unchanged"]


def put(
    repository: Repository,
    files: Mapping[str, str],
    *,
    branch: str,
    base: str,
    base_commit: str,
    title: str,
    body: str,
    message: str = "",
) -> Proposal:
    """Open a pull request with new texts of files, or bring the one that is open on `branch` up to date.

    The message of the commit is the title, unless it is given.

    The branch becomes one commit on `base_commit`, whatever it was: it belongs to this program. It appears, or moves,
    as a whole. Raises GitHubError.
    """
    existing = repository.open_pull_requests(branch)
    if existing and _is_up_to_date(repository, existing[0], files, base_commit):
        return Proposal(pull_request=existing[0], outcome="unchanged")
    repository.point_branch(branch, repository.commit_on(base_commit, files, message or title))
    if existing:
        pull_request = repository.describe_pull_request(existing[0].number, title=title, body=body)
        return Proposal(pull_request=pull_request, outcome="updated")
    pull_request = repository.open_pull_request(title=title, body=body, head_ref=branch, base_ref=base)
    return Proposal(pull_request=pull_request, outcome="opened")


def requested_by(logins: Iterable[str]) -> str:
    """Return the trailers of a commit that say who has asked for it: each user once, in their order."""
    once = {login.casefold(): login for login in logins}
    return "\n".join(f"Requested-by: @{login}" for login in once.values())


def requesters_in(message: str) -> list[str]:
    """Return who has asked for a commit, by the trailers of its message."""
    return _REQUESTED_BY.findall(message)


def _is_up_to_date(
    repository: Repository, pull_request: PullRequest, files: Mapping[str, str], base_commit: str
) -> bool:
    head = pull_request.head_sha
    if repository.commit(head).parents != (base_commit,):
        return False
    found = {path: repository.file(path, head) for path in files}
    return all(file is not None and file.text == files[path] for path, file in found.items())
