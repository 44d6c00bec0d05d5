"""What every operation of the fake works with: the state, the git repository, the shapes of answers."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import timedelta
from threading import RLock
from typing import TYPE_CHECKING, Any

from tests.fake_github.git import Signature
from tests.fake_github.state import BOT, Comment, Issue, PullRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.fake_github.answers import Answers
    from tests.fake_github.code_answers import CodeAnswers
    from tests.fake_github.examples import Examples
    from tests.fake_github.git import BareRepository
    from tests.fake_github.state import State

COMMENT_LENGTH = 65_536
"""Most characters of a body."""

_CLOSES = re.compile(r"\b(?:close[sd]?|fix(?:e[sd])?|resolve[sd]?):? #([0-9]+)", re.IGNORECASE)
"""What closes an issue when a pull request with it in its description is merged into the default branch.

https://docs.github.com/en/issues/tracking-your-work-with-issues/using-issues/linking-a-pull-request-to-an-issue
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request for an operation: what its path names (without owner and repository), its query and its body."""

    names: Sequence[str]
    query: Mapping[str, str]
    body: Mapping[str, Any]
    login: str = BOT
    """By whom it is, as GitHub shows it."""
    may_bypass: bool = False
    """Whether the rules of a branch can let it pass; they cannot for the token that GitHub gives to a job."""

    @property
    def number(self) -> int:
        """The number or id that the path names."""
        return int(self.names[0])


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    status: int
    body: Any


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """A list, of which the server answers one page."""

    items: Sequence[Any]
    shown: Callable[[Any], Any]


class Refusal(Exception):  # noqa: N818 - an answer, not an error of the fake
    """GitHub answers a status and a message instead of doing something."""

    def __init__(self, status: int, message: str, *errors: Mapping[str, str]) -> None:
        super().__init__(message)
        self.status, self.message, self.errors = status, message, errors

    @property
    def body(self) -> dict[str, Any]:
        details = {"errors": list(self.errors)} if self.errors else {}
        rest = {"documentation_url": "https://docs.github.com/rest", "status": str(self.status)}
        return {"message": self.message, **details, **rest}


NOT_FOUND = (404, "Not Found")


@dataclass(frozen=True, kw_only=True, slots=True)
class World:
    """The fake's inside; hold `lock` while reading or writing."""

    state: State
    git: BareRepository
    answers: Answers
    code_answers: CodeAnswers
    examples: Examples
    lock: RLock = field(default_factory=RLock)

    def of(self, repository: str) -> World | None:
        """Return what operations about settings work with for a repository; None where there is none of that name."""
        if repository.lower() == self.state.repository.lower():
            return self
        settings = self.state.applications.get(repository)
        if settings is None:
            return None
        return replace(self, state=replace(self.state, repository=repository, settings=settings))

    def issue(self, number: int) -> Issue:
        """Return an issue or pull request. Raises Refusal."""
        found = self.state.issues.get(number)
        if found is None:
            raise Refusal(*NOT_FOUND)
        return self._refreshed(found) if isinstance(found, PullRequest) else found

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request with what its branch has now. Raises Refusal."""
        found = self.issue(number)
        if not isinstance(found, PullRequest):
            raise Refusal(*NOT_FOUND)
        return found

    def pull_requests(self) -> list[PullRequest]:
        """Return all pull requests, newest first."""
        pulls = [issue for issue in self.state.issues.values() if isinstance(issue, PullRequest)]
        return [self._refreshed(pull) for pull in reversed(pulls)]

    def comment(self, comment_id: int) -> Comment:
        """Return a comment. Raises Refusal."""
        found = self.state.comments.get(comment_id)
        if found is None:
            raise Refusal(*NOT_FOUND)
        return found

    def refuses_push(self, branch: str, *, may_bypass: bool) -> bool:
        """Whether rules of a branch want a pull request for what comes from this token."""
        if branch in self.state.protected:
            return True
        settings = self.state.settings
        bypassed = may_bypass and "Integration" in (settings.branch_bypassing or [])
        return branch == self.state.default_branch and "pull_request" in settings.branch_rules and not bypassed

    def signature(self, login: str = BOT) -> Signature:
        return Signature(login=login, moment=self.state.now())

    def add_issue(self, author: str, title: str, body: str) -> Issue:
        if body:
            require_body(body, "Issue")
        now, number = self.state.now(), self.state.next_number()
        issue = Issue(number=number, author=author, title=title, body=body, created=now, updated=now)
        self.state.issues[number] = issue
        return issue

    def add_comment(self, number: int, author: str, body: str, app: str | None = None) -> Comment:
        require_body(body, "IssueComment")
        now = self.state.now()
        updated = now + timedelta(seconds=self.state.updated_plus_one)
        comment = Comment(
            id=self.state.new_id(),
            number=number,
            author=author,
            body=body,
            created=now,
            updated=updated,
            app=app,
            missing_from=self.state.lists_that_lag,
        )
        self.state.comments[comment.id] = comment
        self.state.issues[number].updated = now
        return comment

    def edit_comment(self, comment: Comment, body: str) -> None:
        require_body(body, "IssueComment")
        if body != comment.body:
            comment.body, comment.updated = body, self.state.edited(comment.created)
            comment.last_edited = comment.updated

    def open_pull_request(
        self, *, author: str, title: str, body: str, head_ref: str, fork: str | None, base_ref: str, draft: bool
    ) -> PullRequest:
        """Open a pull request as GitHub does it. Raises Refusal."""
        head, base = self.git.head(source(head_ref, fork)), self.git.head(f"refs/heads/{base_ref}")
        for field_name, sha in (("head", head), ("base", base)):
            if sha is None:
                raise Refusal(
                    422,
                    "Validation Failed",
                    {"resource": "PullRequest", "field": field_name, "code": "invalid", "message": "invalid"},
                )
        assert head is not None
        assert base is not None
        branch = (head_ref, fork, base_ref)
        opened = [pull for pull in self.pull_requests() if pull.state == "open"]
        problem = None
        if any((pull.head_ref, pull.fork, pull.base_ref) == branch for pull in opened):
            problem = f"A pull request already exists for {fork or self.state.repository.partition('/')[0]}:{head_ref}."
        elif not self.git.commits(base, head):
            problem = f"No commits between {base_ref} and {head_ref}"
        if problem:
            raise Refusal(422, "Validation Failed", {"resource": "PullRequest", "code": "custom", "message": problem})
        now, number = self.state.now(), self.state.next_number()
        pull = PullRequest(
            number=number,
            author=author,
            title=title,
            body=body,
            created=now,
            updated=now,
            head_ref=head_ref,
            fork=fork,
            head_sha=head,
            base_ref=base_ref,
            base_sha=base,
            draft=draft,
        )
        self.state.issues[number] = pull
        self.git.set_ref(f"refs/pull/{number}/head", head)
        return pull

    def merge(self, number: int, *, by: str, method: str) -> str:
        """Merge a pull request into its base branch and return the commit there. Raises ConflictError."""
        pull = self.pull_request(number)
        base_ref = source(pull.base_ref, None)
        base = self.git.head(base_ref)
        assert pull.state == "open"
        assert base is not None
        title = f"{pull.title} (#{number})" if method == "squash" else f"Merge pull request #{number}"
        merge = self.git.squash if method == "squash" else self.git.merge
        pull.merge_commit = merge(base, pull.head_sha, message=title, by=self.signature(by))
        self.git.set_ref(base_ref, pull.merge_commit)
        pull.merged_by, pull.merged = by, self.state.now()
        self.close(number)
        for closed in _CLOSES.findall(pull.body):
            self.close(int(closed))
        return pull.merge_commit

    def close(self, number: int) -> None:
        """Close an issue or a pull request."""
        issue = self.issue(number)
        issue.state, issue.closed, issue.updated = "closed", self.state.now(), self.state.now()

    def _refreshed(self, pull: PullRequest) -> PullRequest:
        """Have an open pull request follow its branch."""
        head = self.git.head(source(pull.head_ref, pull.fork))
        if pull.state == "open" and head is not None and head != pull.head_sha:
            pull.head_sha, pull.updated = head, self.state.now()
            pull.base_sha = self.git.head(f"refs/heads/{pull.base_ref}") or pull.base_sha
            self.git.set_ref(f"refs/pull/{pull.number}/head", head)
        return pull


def source(branch: str, fork: str | None) -> str:
    """Return the ref of a branch; those of forks are kept beside, where no clone sees them."""
    return f"refs/heads/{branch}" if fork is None else f"refs/forks/{fork}/{branch}"


def require_body(body: str, resource: str) -> None:
    """Refuse a text that GitHub refuses."""
    problem = None
    if not body.strip():
        problem = "Body can't be blank"
    elif len(body) > COMMENT_LENGTH:
        problem = f"Body is too long (maximum is {COMMENT_LENGTH} characters)"
    if problem:
        raise Refusal(
            422,
            "Validation Failed",
            {"resource": resource, "code": "unprocessable", "field": "data", "message": problem},
        )
