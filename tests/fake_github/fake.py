"""A GitHub for tests: one repository, on 127.0.0.1, that checks what it is asked against GitHub's own description.

with FakeGitHub(tmp_path) as github:
    github.commit({"environments/dev/alpha.yaml": "…"}, branch="alpha")
    number = github.open_pull_request(branch="alpha")
    event = github.comment(number, "octocat", "/status")   # the payload of issue_comment
    token = github.issue_token("command/decide", {"pull-requests": "write"})
    …                                                       # something talks to github.url with that token
    assert github.writes == ["POST /issues/comments/1001/reactions", f"POST /issues/{number}/comments"]
    assert github.violations == []
"""

from __future__ import annotations

import os
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING, Any, Literal, Self

from tests.fake_github import uses
from tests.fake_github.answers import Answers
from tests.fake_github.code_answers import CodeAnswers
from tests.fake_github.events import Events
from tests.fake_github.examples import Examples
from tests.fake_github.git import BareRepository
from tests.fake_github.observed import Observed
from tests.fake_github.operations.routes import contract
from tests.fake_github.people import People
from tests.fake_github.server import Server
from tests.fake_github.state import BOT, State, WorkflowRun
from tests.fake_github.world import World, source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta

    from tests.fake_github.state import Comment, Deployment, Issue, PullRequest, Role

ROLES: dict[str, Role] = {"monalisa": "admin", "octocat": "write", "hubot": "read", "stranger": "none"}
"""Who may do what at first."""


class FakeGitHub(Observed):
    """GitHub with one repository, which has a first commit and no files. People act by methods, jobs over HTTP."""

    def __init__(self, folder: Path, repository: str = "example/environments") -> None:
        self.repository = repository
        super().__init__(Server())
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        self.state = State(repository=repository, roles=dict(ROLES))
        self.git = BareRepository(folder / f"{repository}.git", self.state.default_branch)
        examples = Examples(contract(), self.state, self.url)
        self._world = World(
            state=self.state,
            git=self.git,
            answers=Answers(examples, self.state, self.git),
            code_answers=CodeAnswers(examples, self.state, self.git),
            examples=examples,
        )
        self._server.world = self._world
        self.people = People(self._world)
        self._events = Events(self._world)
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self.commit({}, message="Initial commit", author="monalisa")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        if folder := os.environ.get(uses.FOLDER):
            uses.write(Path(folder), self._server.uses)

    # Time, people, rules

    def let_pass(self, time: timedelta) -> None:
        """Move the fake's clock forward: what is written from now on is that much later."""
        self.state.passed += time

    def lag(self, lists: int) -> None:
        """Leave comments that are written from now on out of the next lists: each is missing from that many."""
        self.state.lists_that_lag = lists

    def set_role(self, login: str, role: Role) -> None:
        """Give a user a role; `none` is a user who is no collaborator."""
        self.state.roles[login] = role

    def protect(self, branch: str = "main") -> None:
        """Let a branch take changes through pull requests only."""
        self.state.protected.add(branch)

    def lose_races(self, times: int) -> None:
        """Have another job commit just before each of the next commits by the contents API."""
        self.state.races = times

    # Git

    @property
    def git_url(self) -> str:
        """The repository as git clones it and pushes to it."""
        return str(self.git.folder)

    def commit(
        self,
        files: Mapping[str, str | None],
        *,
        branch: str = "main",
        author: str = "octocat",
        message: str = "Change files",
        fork: str | None = None,
    ) -> str:
        """Push a commit with new texts of files (None removes one) to a branch, and return the commit.

        A branch that does not exist starts at the default branch.
        """
        with self._world.lock:
            ref = source(branch, fork)
            parent = self.git.head(ref) or self.git.head(source(self.state.default_branch, None))
            return self.git.commit(ref, files, parent=parent, message=message, by=self._world.signature(author))

    def head(self, branch: str = "main") -> str:
        """Return the newest commit of a branch."""
        sha = self.git.head(source(branch, None))
        assert sha is not None, branch
        return sha

    def read(self, path: str, ref: str = "main") -> str | None:
        """Return the text of a file, or None when there is none."""
        blob = self.git.blob(ref, path)
        return None if blob is None else blob.content.decode()

    # Pull requests, issues and comments

    def open_pull_request(
        self,
        *,
        branch: str,
        into: str | None = None,
        author: str = "octocat",
        fork: str | None = None,
        title: str = "Change environments",
        body: str = "",
        draft: bool = False,
    ) -> int:
        """Open a pull request into a branch, by default the default one, and return its number.

        `fork` is the owner of its branch.
        """
        with self._world.lock:
            base = into or self.state.default_branch
            return self._world.open_pull_request(
                author=author, title=title, body=body, head_ref=branch, fork=fork, base_ref=base, draft=draft
            ).number

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request as it is now."""
        with self._world.lock:
            return self._world.pull_request(number)

    def merge(self, number: int, *, by: str = "octocat", method: Literal["squash", "merge"] = "squash") -> str:
        """Merge a pull request as a person does it, and return the commit on the default branch."""
        with self._world.lock:
            return self._world.merge(number, by=by, method=method)

    def close(self, number: int) -> None:
        """Close a pull request or issue without merging it."""
        with self._world.lock:
            self._world.close(number)

    def open_issue(self, author: str, body: str, *, title: str = "New environment") -> dict[str, Any]:
        """Open an issue, and return the event `issues` that GitHub would send."""
        with self._world.lock:
            issue = self._world.add_issue(author, title, body)
            return self._events.issue("opened", issue, author)

    def edit_issue(self, number: int, body: str, *, by: str) -> dict[str, Any]:
        """Edit the body of an issue, and return the event `issues`."""
        with self._world.lock:
            issue = self._world.issue(number)
            before, issue.body, issue.updated = issue.body, body, self.state.edited(issue.created)
            return self._events.issue("edited", issue, by, before)

    def comment(self, number: int, author: str, body: str, *, app: str | None = None) -> dict[str, Any]:
        """Comment on a pull request or issue, and return the event `issue_comment` that GitHub would send.

        `app` is the GitHub App that the author uses for it.
        """
        with self._world.lock:
            comment = self._world.add_comment(number, author, body, app)
            return self._events.issue_comment("created", comment)

    def edit_comment(self, comment_id: int, body: str) -> dict[str, Any]:
        """Edit a comment as its author does it, and return the event `issue_comment`."""
        with self._world.lock:
            comment = self._world.comment(comment_id)
            before = comment.body
            self._world.edit_comment(comment, body)
            return self._events.issue_comment("edited", comment, before)

    def delete_comment(self, comment_id: int) -> None:
        """Delete a comment."""
        del self.state.comments[comment_id]

    def comments(self, number: int) -> list[Comment]:
        """Return the comments of a pull request or issue, oldest first."""
        return self.state.comments_of(number)

    def comments_of_ours(self, number: int) -> list[str]:
        """Return what jobs have commented on a pull request or issue."""
        return [comment.body for comment in self.comments(number) if comment.author == BOT]

    def reactions(self, comment_id: int) -> list[str]:
        """Return the reactions of jobs to a comment."""
        return [content for login, content in self.state.comments[comment_id].reactions if login == BOT]

    def record_run(self, sha: str, *, conclusion: str = "success", **jobs: str) -> int:
        """Have a push to the default branch have started deploy.yml, with the results of `jobs`; return its number."""
        number = self.state.new_id()
        self.state.runs[number] = WorkflowRun(
            id=number,
            workflow="deploy.yml",
            event="push",
            sha=sha,
            status="completed" if conclusion else "in_progress",
            conclusion=conclusion,
            jobs=jobs or {"Affected": "success"},
        )
        return number

    @property
    def issues(self) -> list[Issue]:
        """The issues, without pull requests."""
        return [issue for issue in self.state.issues.values() if self.state.pull_request(issue.number) is None]

    def deployments(self, environment: str) -> list[Deployment]:
        """Return the deployments of an environment, oldest first."""
        return [deployment for deployment in self.state.deployments.values() if deployment.environment == environment]

    # Events

    def pull_request_event(self, number: int, action: str) -> dict[str, Any]:
        """Return the event `pull_request`: opened, synchronize, reopened, closed."""
        with self._world.lock:
            return self._events.pull_request(action, self._world.pull_request(number))

    def review(self, number: int, login: str, verdict: str = "APPROVED") -> dict[str, Any]:
        """Review the newest commit of a pull request, and return the event `pull_request_review` of it."""
        with self._world.lock:
            pull = self._world.pull_request(number)
            pull.reviews.append((login, verdict, pull.head_sha))
            return self._events.pull_request_review(pull, login, verdict)

    def push_event(self, before: str, after: str, branch: str = "main") -> dict[str, Any]:
        """Return the event `push` of commits to a branch."""
        with self._world.lock:
            return self._events.push(before, after, branch)

    # Runs

    def run(self, workflow: str, *, event: str, status: str, jobs: Mapping[str, str]) -> int:
        """Have a run of a workflow file, with the statuses of its jobs by their names; return its id."""
        with self._world.lock:
            run = WorkflowRun(id=self.state.new_id(), workflow=workflow, event=event, status=status, jobs=dict(jobs))
            self.state.runs[run.id] = run
            return run.id

    def dispatch_event(self, workflow: str, *, sender: str = "octocat", **inputs: str) -> dict[str, Any]:
        """Return the event `workflow_dispatch` of one of our workflows."""
        return self._events.workflow_dispatch(workflow, inputs, sender)

    def schedule_event(self, cron: str) -> dict[str, Any]:
        """Return the event `schedule`."""
        return self._events.schedule(cron)
