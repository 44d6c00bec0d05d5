"""What the fake knows beside its git repository: people, issues, pull requests, comments, deployments."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal

from tests.fake_github.settings import Settings

BOT = "github-actions[bot]"
"""Who writes with the token of a job."""

APP = "commits-of-environments[bot]"
"""Who commits with the token of a GitHub App."""

GHOST = "ghost"
"""The account that stands for deleted ones: https://github.com/ghost"""

Role = Literal["admin", "maintain", "write", "triage", "read", "none"]


@dataclass(kw_only=True, slots=True)
class Issue:
    """An issue, or the issue side of a pull request: both are numbered in one sequence."""

    number: int
    author: str
    title: str
    body: str
    created: datetime
    updated: datetime
    state: Literal["open", "closed"] = "open"
    closed: datetime | None = None


@dataclass(kw_only=True, slots=True)
class PullRequest(Issue):
    """A pull request. `fork` is the owner of the repository that its branch is in, None for this repository."""

    head_ref: str
    fork: str | None
    head_sha: str
    base_ref: str
    base_sha: str
    draft: bool = False
    merged: datetime | None = None
    merged_by: str | None = None
    merge_commit: str | None = None
    auto_merge: str | None = None
    """The merge method of an enabled auto-merge."""
    reviews: list[tuple[str, str, str]] = field(default_factory=list)
    """Who reviewed, GitHub's word for the verdict (APPROVED, …), and the commit."""


@dataclass(kw_only=True, slots=True)
class Comment:
    id: int
    number: int
    """The issue or pull request that it is on."""
    author: str
    body: str
    created: datetime
    updated: datetime
    last_edited: datetime | None = None
    app: str | None = None
    """The GitHub App with which the author wrote it."""
    missing_from: int = 0
    """How many lists to come leave it out."""
    reactions: list[tuple[str, str]] = field(default_factory=list)
    """Who reacted, with what."""


@dataclass(frozen=True, kw_only=True, slots=True)
class DeploymentStatus:
    id: int
    state: str
    description: str
    environment_url: str
    log_url: str
    creator: str
    created: datetime


@dataclass(kw_only=True, slots=True)
class Deployment:
    id: int
    environment: str
    ref: str
    sha: str
    creator: str
    description: str
    transient: bool
    production: bool
    created: datetime
    statuses: list[DeploymentStatus] = field(default_factory=list)

    @property
    def state(self) -> str:
        """The newest status; `pending` before the first."""
        return self.statuses[-1].state if self.statuses else "pending"


@dataclass(kw_only=True, slots=True)
class WorkflowRun:
    id: int
    workflow: str
    """The name of its file, `reap.yml`."""
    event: str
    status: str
    jobs: dict[str, str]
    """The status of each job by its name, or its conclusion once it has ended."""
    branch: str = "main"
    sha: str = "0" * 40
    conclusion: str = "success"
    """That of the run once its status is `completed`."""


@dataclass(kw_only=True, slots=True)
class State:
    """Everything at one moment; whoever reads or writes it holds the fake's lock."""

    repository: str
    default_branch: str = "main"
    private: bool = True
    applications: dict[str, Settings] = field(default_factory=dict)
    """Other repositories by name, of which the fake knows the settings alone."""
    roles: dict[str, Role] = field(default_factory=dict)
    custom_roles: dict[str, str] = field(default_factory=dict)
    """The names of roles that the organisation has made; `roles` has what they inherit from."""
    deleted: set[str] = field(default_factory=set)
    """Accounts that are no more."""
    issues: dict[int, Issue] = field(default_factory=dict)
    comments: dict[int, Comment] = field(default_factory=dict)
    deployments: dict[int, Deployment] = field(default_factory=dict)
    runs: dict[int, WorkflowRun] = field(default_factory=dict)
    protected: set[str] = field(default_factory=set)
    """Branches that take changes through pull requests only."""
    jobs_may_propose: bool = False
    """Whether the repository allows GitHub Actions to create and approve pull requests; off at first, as on GitHub."""
    updated_plus_one: bool = False
    """Whether `updated_at` of a new comment is a second after `created_at`, as GitHub has it at times."""
    races: int = 0
    """How many of the next commits by the contents API come too late for another one."""
    settings: Settings = field(default_factory=Settings)
    classic_protection: bool = False
    """Whether a branch protection says so, not a ruleset."""
    allow_auto_merge: bool = True
    page_size: int = 100
    """Most items of a page; GitHub's own limit is 100."""
    lists_that_lag: int = 0
    """How many lists leave a comment out that is written now."""
    passed: timedelta = timedelta()
    """How far the fake's clock is ahead."""
    _last_id: int = 1000

    def now(self) -> datetime:
        """Return the moment, to the second, as GitHub does."""
        return (datetime.now(UTC) + self.passed).replace(microsecond=0)

    def new_id(self) -> int:
        self._last_id += 1
        return self._last_id

    def next_number(self) -> int:
        return max(self.issues, default=0) + 1

    def pull_request(self, number: int) -> PullRequest | None:
        found = self.issues.get(number)
        return found if isinstance(found, PullRequest) else None

    def comments_of(self, number: int) -> list[Comment]:
        return [comment for comment in self.comments.values() if comment.number == number]

    def listed_comments_of(self, number: int) -> list[Comment]:
        """Return the comments that a list has now: of those written lately, some are missing for a while."""
        listed = []
        for comment in self.comments_of(number):
            if comment.missing_from > 0:
                comment.missing_from -= 1
            else:
                listed.append(comment)
        return listed

    def edited(self, created: datetime) -> datetime:
        """Return when something is edited: later than it was made, in seconds too."""
        return max(self.now(), created + timedelta(seconds=1))
