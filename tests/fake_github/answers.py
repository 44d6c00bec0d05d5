"""What the fake answers about the repository, people, issues and pull requests, in GitHub's shapes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_github.examples import stamp
from tests.fake_github.state import BOT, GHOST, PullRequest

if TYPE_CHECKING:
    from tests.fake_github.examples import Examples
    from tests.fake_github.git import BareRepository, Change
    from tests.fake_github.state import Comment, Issue, State

_PERMISSION = {"maintain": "write", "triage": "read"}


class Answers:
    """The JSON of the repository, people, issues and pull requests."""

    def __init__(self, examples: Examples, state: State, git: BareRepository) -> None:
        self._examples, self._state, self._git = examples, state, git

    def repository(self, full_name: str | None = None) -> dict[str, Any]:
        name = full_name or self._state.repository
        owner, _, short = name.partition("/")
        example = self._examples.of("full-repository-default-response", repository=name)
        for key in ("source", "parent", "template_repository", "organization"):
            del example[key]
        return {
            **example,
            "name": short,
            "full_name": name,
            "owner": self._examples.user(owner),
            "private": self._state.private,
            "visibility": "private" if self._state.private else "public",
            "fork": name != self._state.repository,
            "default_branch": self._state.default_branch,
            "language": None,
            "allow_auto_merge": self._state.allow_auto_merge,
        }

    def user(self, login: str) -> dict[str, Any]:
        return self._examples.user(login)

    def author(self, login: str) -> dict[str, Any] | None:
        """Return the author of an issue or a comment; None for a deleted account."""
        return None if login in self._state.deleted else self._examples.user(login)

    def author_of_pull_request(self, login: str) -> dict[str, Any]:
        """Return the author of a pull request: for a deleted account the account `ghost` that stands for all of them.

        GitHub's description lets the author of a pull request be nothing else than a user.
        """
        return self._examples.user(GHOST if login in self._state.deleted else login)

    def permission(self, login: str) -> dict[str, Any]:
        """Return a user's role, and which of admin, write, read and none it comes to.

        https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user
        """
        role = self._state.roles.get(login, "none")
        permission, name = _PERMISSION.get(role, role), self._state.custom_roles.get(login, role)
        user = {**self._examples.user(login), "role_name": name}
        return {"permission": permission, "role_name": name, "user": user}

    def comment(self, comment: Comment) -> dict[str, Any]:
        issue, kind = self._state.issues[comment.number], "issues"
        if isinstance(issue, PullRequest):
            kind = "pull"
        return {
            **self._examples.of("issue-comment"),
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": f"{self._examples.root}/issues/comments/{comment.id}",
            "html_url": f"{self._examples.page}/{kind}/{comment.number}#issuecomment-{comment.id}",
            "issue_url": f"{self._examples.root}/issues/{comment.number}",
            "body": comment.body,
            "user": self.author(comment.author),
            "created_at": stamp(comment.created),
            "updated_at": stamp(comment.updated),
            "author_association": self.association(comment.author),
            "performed_via_github_app": self._app(comment.app, stamp(comment.created)) if comment.app else None,
        }

    def _app(self, name: str, created: str) -> dict[str, Any]:
        return {
            "id": 37,
            "node_id": f"A_{name}",
            "slug": name,
            "name": name,
            "owner": self._examples.user("example"),
            "description": None,
            "external_url": "https://example.com",
            "html_url": f"https://github.com/apps/{name}",
            "created_at": created,
            "updated_at": created,
            "permissions": {"issues": "write"},
            "events": [],
        }

    def association(self, login: str) -> str:
        """Return what GitHub says of an author; a read-only collaborator is called the same as one who may write."""
        return "NONE" if self._state.roles.get(login, "none") == "none" else "COLLABORATOR"

    def reaction(self, reaction_id: int, login: str, content: str) -> dict[str, Any]:
        example = self._examples.of("reaction")
        return {**example, "id": reaction_id, "user": self._examples.user(login), "content": content}

    def issue(self, issue: Issue) -> dict[str, Any]:
        page = f"{self._examples.page}/issues/{issue.number}"
        answer = {
            **self._examples.of("issue", number=issue.number),
            "id": 10_000 + issue.number,
            "node_id": f"I_{issue.number}",
            "number": issue.number,
            "html_url": page,
            "state": issue.state,
            "state_reason": "completed" if issue.state == "closed" else None,
            "title": issue.title,
            "body": issue.body,
            "user": self.author(issue.author),
            "labels": [],
            "assignee": None,
            "assignees": [],
            "milestone": None,
            "comments": len(self._state.comments_of(issue.number)),
            "created_at": stamp(issue.created),
            "updated_at": stamp(issue.updated),
            "closed_at": stamp(issue.closed) if issue.closed else None,
            "closed_by": None,
            "author_association": self.association(issue.author),
        }
        del answer["pull_request"], answer["pinned_comment"]
        if isinstance(issue, PullRequest):
            pull_page = f"{self._examples.page}/pull/{issue.number}"
            answer["html_url"] = pull_page
            answer["pull_request"] = {
                "url": f"{self._examples.root}/pulls/{issue.number}",
                "html_url": pull_page,
                "diff_url": f"{pull_page}.diff",
                "patch_url": f"{pull_page}.patch",
                "merged_at": stamp(issue.merged) if issue.merged else None,
            }
        return answer

    def pull_request_simple(self, pull: PullRequest) -> dict[str, Any]:
        example = self._examples.of("pull-request-simple-items", number=pull.number)[0]
        return {**example, **self._pull_request_fields(pull)}

    def pull_request(self, pull: PullRequest) -> dict[str, Any]:
        changes = self._git.changes(pull.base_sha, pull.head_sha)
        return {
            **self._examples.of("pull-request", number=pull.number),
            **self._pull_request_fields(pull),
            "merged": pull.merged is not None,
            "merged_by": self.author_of_pull_request(pull.merged_by) if pull.merged_by else None,
            "mergeable": None if pull.merged else True,
            "comments": len(self._state.comments_of(pull.number)),
            "commits": len(self._git.commits(pull.base_sha, pull.head_sha)),
            "changed_files": len(changes),
            "additions": sum(change.additions for change in changes),
            "deletions": sum(change.deletions for change in changes),
        }

    def changed_file(self, change: Change, head: str) -> dict[str, Any]:
        answer = {
            **self._examples.of("diff-entry-items")[0],
            "sha": change.sha,
            "filename": change.path,
            "status": change.status,
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "contents_url": f"{self._examples.root}/contents/{change.path}?ref={head}",
        }
        del answer["patch"]
        return answer if change.previous_path is None else {**answer, "previous_filename": change.previous_path}

    def _pull_request_fields(self, pull: PullRequest) -> dict[str, Any]:
        owner = self._state.repository.partition("/")[0]
        head_owner = pull.fork or owner
        head_repository = f"{head_owner}/{self._state.repository.partition('/')[2]}"
        return {
            "id": 20_000 + pull.number,
            "node_id": f"PR_{pull.number}",
            "number": pull.number,
            "html_url": f"{self._examples.page}/pull/{pull.number}",
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "user": self.author_of_pull_request(pull.author),
            "draft": pull.draft,
            "labels": [],
            "milestone": None,
            "locked": False,
            "active_lock_reason": None,
            "assignee": None,
            "assignees": [],
            "requested_reviewers": [],
            "requested_teams": [],
            "created_at": stamp(pull.created),
            "updated_at": stamp(pull.updated),
            "closed_at": stamp(pull.closed) if pull.closed else None,
            "merged_at": stamp(pull.merged) if pull.merged else None,
            "merge_commit_sha": pull.merge_commit,
            "author_association": self.association(pull.author),
            "auto_merge": self._auto_merge(pull),
            "head": self._branch(head_owner, head_repository, pull.head_ref, pull.head_sha),
            "base": self._branch(owner, self._state.repository, pull.base_ref, pull.base_sha),
        }

    def _branch(self, owner: str, repository: str, ref: str, sha: str) -> dict[str, Any]:
        full = None if owner in self._state.deleted else self.repository(repository)
        user = self.author_of_pull_request(owner)
        return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": user, "repo": full}

    def _auto_merge(self, pull: PullRequest) -> dict[str, Any] | None:
        if pull.auto_merge is None:
            return None
        return {
            "enabled_by": self._examples.user(BOT),
            "merge_method": pull.auto_merge.lower(),
            "commit_title": pull.title,
            "commit_message": "",
        }
