"""Why a pull request of a job waits, by who has asked for it and who has approved it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from gitops.github.model import PullRequest
from gitops.github.proposals import BRANCHES, requesters_in

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops.github.model import Commit, Review
    from gitops.github.repository import Repository

_OF_BOTS: Final = "[bot]@users.noreply.github.com"
"""Ends the address of the author of a commit that a job or a GitHub App has made by the API."""

_OF_GITHUB: Final = "noreply@github.com"
"""The committer of a commit that GitHub has made and signed: by its API without an author, and on its website.

https://docs.github.com/en/authentication/managing-commit-signature-verification/about-commit-signature-verification#signature-verification-for-bots
"""

_VERDICTS: Final = {"APPROVED", "CHANGES_REQUESTED", "DISMISSED"}
"""Reviews that take the place of an earlier one of the same user: a comment does not."""


def proposed_by_job(payload: Mapping[str, Any]) -> PullRequest | None:
    """Return the pull request of an event, if a job has opened it; None for those of people and of other bots.

    GitHub closes a pull request whose branch gets another name:
    https://docs.github.com/en/repositories/configuring-branches-and-merges-in-your-repository/managing-branches-in-your-repository/renaming-a-branch
    """
    pull = payload.get("pull_request")
    if pull is None or (pull["user"] or {}).get("type") != "Bot" or not pull["head"]["ref"].startswith(BRANCHES):
        return None
    return PullRequest.from_json(pull)


def reason_to_wait(repository: Repository, pull: PullRequest) -> str | None:
    """Return why a pull request of a job is not to be merged yet, or None. Raises GitHubError.

    An approval counts if it is of the newest commit, by a person with write permission who has not asked for the
    change.
    """
    commit = repository.commit(pull.head_sha)
    if not is_of_job(commit):
        return (
            f"no job has made its newest commit, {commit.sha[:12]}, so the requester is unknown. Ask for the "
            "change again, or open a pull request of your own"
        )
    requesters = requesters_in(commit.message)
    if not requesters:
        return None
    asked = {login.casefold() for login in requesters}
    others = [
        login for login in _approving(repository.reviews(pull.number), commit.sha) if login.casefold() not in asked
    ]
    if any(repository.permission(login) in {"write", "admin"} for login in others):
        return None
    return (
        f"{' and '.join(requesters)} asked for it, so someone else with write permission has to approve its newest "
        "commit"
    )


def _approving(reviews: Iterable[Review], sha: str) -> list[str]:
    """Return the people whose newest verdict approves a commit."""
    newest = {review.author: review for review in reviews if review.verdict in _VERDICTS}
    return [
        login
        for login, review in newest.items()
        if review.verdict == "APPROVED" and review.by_person and review.sha == sha
    ]


def is_of_job(commit: Commit) -> bool:
    """Whether a job or a GitHub App has made a commit by the API; anybody may write the name of one into a commit."""
    return commit.verified and commit.committer_email == _OF_GITHUB and commit.author_email.endswith(_OF_BOTS)
