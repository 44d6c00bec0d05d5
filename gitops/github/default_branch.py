"""Commits on the default branch: directly, or by a pull request where the branch is protected.

https://docs.github.com/en/rest/repos/contents
"""

from __future__ import annotations

import hashlib
import random
import time
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from gitops.github.proposals import BRANCHES
from gitops.github.transport import GitHubError

if TYPE_CHECKING:
    from collections.abc import Callable

    from gitops.github.model import PullRequest, RepositoryFile
    from gitops.github.repository import Repository

ATTEMPTS = 8
"""Tries of a commit while others commit: GitHub's contents API takes one commit of a branch at a time."""

PAUSE_SECONDS = (1.0, 2.0, 4.0, 8.0)
"""Least pauses after the first tries, and the last one after all others; each is up to twice as long, by chance."""

_REFUSED = {403, 409, 422}
"""Answers to a commit that a rule of the branch forbids; 409 is also that to a commit while others commit."""

_START_NOTHING = "\n\n[skip ci]"
"""Ends the message of a commit by a GitHub App, for which GitHub would start workflows as for a push: what commits here
deploys or destroys the environment itself.

https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs
"""

DESTROYED_HERE = "Destroyed-by: the job that made this commit"
"""Is in the message of a commit that removes a declaration, where the same job destroys the environment next."""

_CONFLICT = 409
_EXISTS = 422


@dataclass(frozen=True, kw_only=True, slots=True)
class Committed:
    """The default branch has the change, as the commit `sha`."""

    sha: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposed:
    """The default branch is protected and has not changed: a pull request proposes the change.

    `merges_by_itself` says whether GitHub merges it as soon as its rules allow. `checks_wait` says that the token of a
    job has opened it: its workflows wait until a person with write permission selects "Approve workflows to run".
    https://docs.github.com/en/actions/concepts/security/github_token
    """

    pull_request: PullRequest
    merges_by_itself: bool
    checks_wait: bool


def commit_removal(
    repository: Repository, path: str, message: str, *, pause: Callable[[float], None] = time.sleep
) -> Committed | Proposed | None:
    """Remove the file of an environment that the caller destroys next; None when it is not on the default branch.

    Raises GitHubError when nothing was changed.

    `pause` waits for so many seconds between two tries.
    """
    return _commit(repository, path, None, message, pause)


def commit_edit(
    repository: Repository,
    path: str,
    edit: Callable[[str], str],
    message: str,
    *,
    pause: Callable[[float], None] = time.sleep,
) -> Committed | Proposed | None:
    """Apply `edit` to a file of the default branch; return None when the text does not change.

    `edit` is called again when others have committed meanwhile; its exceptions are not caught. `pause` waits for so
    many seconds between two tries.

    Raises:
        GitHubError: the file does not exist, or it could not be changed.
    """
    return _commit(repository, path, edit, message, pause)


def _commit(
    repository: Repository,
    path: str,
    edit: Callable[[str], str] | None,
    message: str,
    pause: Callable[[float], None],
) -> Committed | Proposed | None:
    """Commit the edited file; without `edit`, its removal."""
    branch = repository.default_branch()
    for attempt in range(ATTEMPTS):
        if attempt:
            pause(PAUSE_SECONDS[min(attempt, len(PAUSE_SECONDS)) - 1] * random.uniform(1, 2))  # noqa: S311 - no secret
        head = repository.branch_head(branch)  # also tells a file that is gone from a token without permission
        file = repository.file(path, branch)
        if file is None:
            if edit is None:
                return None
            raise GitHubError(f"{path} is not on the branch {branch}; nothing was changed")
        text = edit(file.text) if edit is not None else None
        if text == file.text:
            return None
        try:
            done_here = f"\n\n{DESTROYED_HERE}" if edit is None else ""
            direct = message + done_here + (_START_NOTHING if repository.commits_as_app else "")
            return Committed(sha=_write(repository, file, text, branch, direct))
        except GitHubError as error:
            if error.status not in _REFUSED or error.is_rate_limit:
                raise
            if repository.branch_head(branch) == head and repository.is_protected(branch):
                return _propose(repository, file, text, branch=branch, message=message, reason=error)
            if error.status != _CONFLICT:
                raise
    raise GitHubError(
        f"others commit to the branch {branch} all the time, so {path} could not be changed in {ATTEMPTS} tries; "
        "nothing was changed. Try again"
    )


def _write(repository: Repository, file: RepositoryFile, text: str | None, branch: str, message: str) -> str:
    if text is None:
        return repository.delete_file(file, branch=branch, message=message)
    return repository.replace_file(file, text, branch=branch, message=message)


def _propose(
    repository: Repository, file: RepositoryFile, text: str | None, *, branch: str, message: str, reason: GitHubError
) -> Proposed:
    """Open a pull request with the change, or return the one that is open already."""
    proposal = _branch_name(file, text)
    existing = repository.open_pull_requests(proposal)
    if existing:
        return _proposed(repository, existing[0])
    try:
        repository.create_branch(proposal, repository.branch_head(branch))
    except GitHubError as error:
        if error.status != _EXISTS:
            raise GitHubError(f"{reason}; and a branch for a pull request: {error}", error.status) from error
    on_proposal = repository.file(file.path, proposal)
    if on_proposal is not None and on_proposal.sha == file.sha:
        _write(repository, on_proposal, text, proposal, message)
    pull_request = repository.open_pull_request(
        title=message.partition("\n")[0],
        body=f"The branch `{branch}` is protected, so this change needs a pull request.",
        head_ref=proposal,
        base_ref=branch,
    )
    return _proposed(repository, pull_request)


def _proposed(repository: Repository, pull_request: PullRequest) -> Proposed:
    return Proposed(
        pull_request=pull_request,
        merges_by_itself=_merge_when_allowed(repository, pull_request),
        checks_wait=not repository.commits_as_app,
    )


def _merge_when_allowed(repository: Repository, pull_request: PullRequest) -> bool:
    """Have GitHub merge the pull request, where its merge deploys.

    GitHub merges in the name of the token that asked, and starts no workflow for what the token of a job does: nothing
    would deploy or destroy what such a merge changes.
    https://docs.github.com/en/actions/concepts/security/github_token#when-github_token-triggers-workflow-runs
    """
    if not repository.commits_as_app:
        return False
    try:
        repository.enable_auto_merge(pull_request)
    except GitHubError:
        return False  # the repository does not allow it, or nothing keeps a person from merging now
    return True


def _branch_name(file: RepositoryFile, text: str | None) -> str:
    """Return the branch of a change, always the same: who asks twice gets one pull request."""
    path = PurePosixPath(file.path)
    change = "\0".join([file.path, file.sha, "removed" if text is None else f"text {text}"])
    digest = hashlib.sha256(change.encode()).hexdigest()[:12]
    return f"{BRANCHES}{path.parent.name}-{path.stem}-{digest}"
