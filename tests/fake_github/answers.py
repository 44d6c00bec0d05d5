"""What the fake answers, in GitHub's shapes: the examples of its description, with what the fake knows put in."""

from __future__ import annotations

import base64
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from tests.fake_github.state import BOT, PullRequest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from tests.fake_github.contract import Contract
    from tests.fake_github.git import BareRepository, Blob, Change
    from tests.fake_github.state import Comment, Deployment, DeploymentStatus, Issue, State

_PERMISSION = {"maintain": "write", "triage": "read"}
_EXAMPLE_REPOSITORIES = ("octocat/Hello-World", "octocat/example")
_BOT_ID = 41898282


class Answers:
    """The JSON of what the fake knows; `api_url` is where the fake listens."""

    def __init__(self, contract: Contract, state: State, git: BareRepository, api_url: str) -> None:
        self._contract, self._state, self._git, self._api_url = contract, state, git, api_url
        self._examples: dict[str, str] = {}

    def user(self, login: str) -> dict[str, Any]:
        bot = login.endswith("[bot]")
        user: dict[str, Any] = json.loads(json.dumps(self._example_user).replace("octocat", login))
        page = f"https://github.com/apps/{login.removesuffix('[bot]')}" if bot else f"https://github.com/{login}"
        number = _BOT_ID if login == BOT else sum(map(ord, login))
        return {**user, "login": login, "id": number, "type": "Bot" if bot else "User", "html_url": page}

    def repository(self, full_name: str | None = None) -> dict[str, Any]:
        name = full_name or self._state.repository
        owner, _, short = name.partition("/")
        example = self._example("full-repository-default-response")
        for key in ("source", "parent", "template_repository", "organization"):
            del example[key]
        text = json.dumps(example).replace(self._state.repository, name)
        return {
            **json.loads(text),
            "name": short,
            "full_name": name,
            "owner": self.user(owner),
            "private": self._state.private,
            "visibility": "private" if self._state.private else "public",
            "fork": name != self._state.repository,
            "default_branch": self._state.default_branch,
            "language": None,
            "allow_auto_merge": self._state.allow_auto_merge,
        }

    def permission(self, login: str) -> dict[str, Any]:
        role = self._state.roles.get(login, "none")
        permission = _PERMISSION.get(role, role)
        user = {**self.user(login), "role_name": role}
        return {"permission": permission, "role_name": role, "user": user}

    def comment(self, comment: Comment) -> dict[str, Any]:
        issue, kind = self._state.issues[comment.number], "issues"
        if isinstance(issue, PullRequest):
            kind = "pull"
        return {
            **self._example("issue-comment"),
            "id": comment.id,
            "node_id": f"IC_{comment.id}",
            "url": f"{self._root}/issues/comments/{comment.id}",
            "html_url": f"{self._page}/{kind}/{comment.number}#issuecomment-{comment.id}",
            "issue_url": f"{self._root}/issues/{comment.number}",
            "body": comment.body,
            "user": self.user(comment.author),
            "created_at": stamp(comment.created),
            "updated_at": stamp(comment.updated),
            "author_association": self.association(comment.author),
        }

    def association(self, login: str) -> str:
        """Return what GitHub says of an author; a read-only collaborator is called the same as one who may write."""
        return "NONE" if self._state.roles.get(login, "none") == "none" else "COLLABORATOR"

    def reaction(self, reaction_id: int, login: str, content: str) -> dict[str, Any]:
        example = self._example("reaction")
        return {**example, "id": reaction_id, "user": self.user(login), "content": content}

    def issue(self, issue: Issue) -> dict[str, Any]:
        page = f"{self._page}/issues/{issue.number}"
        answer = {
            **self._example("issue", number=issue.number),
            "id": 10_000 + issue.number,
            "node_id": f"I_{issue.number}",
            "number": issue.number,
            "html_url": page,
            "state": issue.state,
            "state_reason": "completed" if issue.state == "closed" else None,
            "title": issue.title,
            "body": issue.body,
            "user": self.user(issue.author),
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
            pull_page = f"{self._page}/pull/{issue.number}"
            answer["html_url"] = pull_page
            answer["pull_request"] = {
                "url": f"{self._root}/pulls/{issue.number}",
                "html_url": pull_page,
                "diff_url": f"{pull_page}.diff",
                "patch_url": f"{pull_page}.patch",
                "merged_at": stamp(issue.merged) if issue.merged else None,
            }
        return answer

    def pull_request_simple(self, pull: PullRequest) -> dict[str, Any]:
        example = self._example("pull-request-simple-items", number=pull.number)[0]
        return {**example, **self._pull_request_fields(pull)}

    def pull_request(self, pull: PullRequest) -> dict[str, Any]:
        changes = self._git.changes(pull.base_sha, pull.head_sha)
        return {
            **self._example("pull-request", number=pull.number),
            **self._pull_request_fields(pull),
            "merged": pull.merged is not None,
            "merged_by": self.user(pull.merged_by) if pull.merged_by else None,
            "mergeable": None if pull.merged else True,
            "comments": len(self._state.comments_of(pull.number)),
            "commits": len(self._git.commits(pull.base_sha, pull.head_sha)),
            "changed_files": len(changes),
            "additions": sum(change.additions for change in changes),
            "deletions": sum(change.deletions for change in changes),
        }

    def changed_file(self, change: Change, head: str) -> dict[str, Any]:
        answer = {
            **self._example("diff-entry-items")[0],
            "sha": change.sha,
            "filename": change.path,
            "status": change.status,
            "additions": change.additions,
            "deletions": change.deletions,
            "changes": change.additions + change.deletions,
            "contents_url": f"{self._root}/contents/{change.path}?ref={head}",
        }
        del answer["patch"]
        return answer if change.previous_path is None else {**answer, "previous_filename": change.previous_path}

    def ref(self, ref: str, sha: str) -> dict[str, Any]:
        target = {"type": "commit", "sha": sha, "url": f"{self._root}/git/commits/{sha}"}
        return {"ref": ref, "node_id": f"REF_{ref}", "url": f"{self._root}/git/{ref}", "object": target}

    def file(self, path: str, blob: Blob) -> dict[str, Any]:
        # GitHub breaks the text into lines.
        content = base64.encodebytes(blob.content).decode()
        return {**self._content("file", path, blob.sha, len(blob.content)), "encoding": "base64", "content": content}

    def folder(self, path: str, entries: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
        kinds = {"blob": "file", "tree": "dir", "commit": "submodule"}
        return [self._content(kinds[kind], f"{path}/{name}".lstrip("/"), sha, 0) for kind, sha, name in entries]

    def file_commit(self, sha: str, path: str, blob: Blob | None) -> dict[str, Any]:
        """Return the answer to a commit of one file; without a blob it was removed."""
        example = self._example("file-commit")
        tree, parents = self._git.tree_and_parents(sha)
        commit = {
            **example["commit"],
            "sha": sha,
            "message": self._git.message(sha),
            "tree": {"sha": tree, "url": f"{self._root}/git/trees/{tree}"},
            "parents": [{**example["commit"]["parents"][0], "sha": parent} for parent in parents],
        }
        content = None if blob is None else self._content("file", path, blob.sha, len(blob.content))
        return {"content": content, "commit": commit}

    def deployment(self, deployment: Deployment) -> dict[str, Any]:
        return {
            **self._example("deployment-simple-example"),
            "url": f"{self._root}/deployments/{deployment.id}",
            "statuses_url": f"{self._root}/deployments/{deployment.id}/statuses",
            "id": deployment.id,
            "node_id": f"DE_{deployment.id}",
            "sha": deployment.sha,
            "ref": deployment.ref,
            "environment": deployment.environment,
            "original_environment": deployment.environment,
            "description": deployment.description,
            "creator": self.user(deployment.creator),
            "created_at": stamp(deployment.created),
            "updated_at": stamp(deployment.created),
            "transient_environment": deployment.transient,
            "production_environment": deployment.production,
        }

    def deployment_status(self, deployment: Deployment, status: DeploymentStatus) -> dict[str, Any]:
        deployment_url = f"{self._root}/deployments/{deployment.id}"
        return {
            **self._example("deployment-status"),
            "url": f"{deployment_url}/statuses/{status.id}",
            "deployment_url": deployment_url,
            "id": status.id,
            "node_id": f"DES_{status.id}",
            "state": status.state,
            "creator": self.user(status.creator),
            "description": status.description,
            "environment": deployment.environment,
            "environment_url": status.environment_url,
            "log_url": status.log_url,
            "target_url": status.log_url,
            "created_at": stamp(status.created),
            "updated_at": stamp(status.created),
        }

    @property
    def _root(self) -> str:
        return f"{self._api_url}/repos/{self._state.repository}"

    @property
    def _page(self) -> str:
        return f"https://github.com/{self._state.repository}"

    @cached_property
    def _example_user(self) -> Mapping[str, Any]:
        user: Mapping[str, Any] = self._contract.example("issue-comment")["user"]
        return user

    def _example(self, name: str, number: int = 1347) -> Any:
        """Return an example about our repository; those of issues and pull requests are all number 1347."""
        if name not in self._examples:
            text = json.dumps(self._contract.example(name)).replace("https://api.github.com", self._api_url)
            for repository in _EXAMPLE_REPOSITORIES:
                text = text.replace(repository, self._state.repository)
            self._examples[name] = text
        return json.loads(self._examples[name].replace("/1347", f"/{number}"))

    def _content(self, kind: str, path: str, sha: str, size: int) -> dict[str, Any]:
        urls = {
            "url": f"{self._root}/contents/{path}",
            "git_url": f"{self._root}/git/blobs/{sha}",
            "html_url": f"{self._page}/blob/{self._state.default_branch}/{path}",
        }
        links = {"self": urls["url"], "git": urls["git_url"], "html": urls["html_url"]}
        name = path.rpartition("/")[2]
        return (
            {"type": kind, "name": name, "path": path, "sha": sha, "size": size}
            | urls
            | {
                "download_url": urls["html_url"].replace("/blob/", "/raw/"),
                "_links": links,
            }
        )

    def _pull_request_fields(self, pull: PullRequest) -> dict[str, Any]:
        owner = self._state.repository.partition("/")[0]
        head_owner = pull.fork or owner
        head_repository = f"{head_owner}/{self._state.repository.partition('/')[2]}"
        return {
            "id": 20_000 + pull.number,
            "node_id": f"PR_{pull.number}",
            "number": pull.number,
            "html_url": f"{self._page}/pull/{pull.number}",
            "state": pull.state,
            "title": pull.title,
            "body": pull.body,
            "user": self.user(pull.author),
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
        user, full = self.user(owner), self.repository(repository)
        return {"label": f"{owner}:{ref}", "ref": ref, "sha": sha, "user": user, "repo": full}

    def _auto_merge(self, pull: PullRequest) -> dict[str, Any] | None:
        if pull.auto_merge is None:
            return None
        return {
            "enabled_by": self.user(BOT),
            "merge_method": pull.auto_merge.lower(),
            "commit_title": pull.title,
            "commit_message": "",
        }


def stamp(moment: datetime) -> str:
    """Return a moment as GitHub writes it."""
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
