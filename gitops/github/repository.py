"""One repository on GitHub, as far as environments are concerned."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import quote

from gitops.github.model import (
    ChangedFile,
    Comment,
    Commit,
    Deployment,
    Issue,
    Permission,
    PullRequest,
    RepositoryFile,
    Review,
    WorkflowJob,
)
from gitops.github.transport import GitHubError, Transport

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops.github.model import DeploymentState, Reaction

COMMIT_APP_TOKEN = "COMMIT_APP_TOKEN"  # noqa: S105 - the name of a variable
"""Variable with the token of the GitHub App that commits and opens pull requests, where there is one."""

BOT = "github-actions[bot]"
"""Who writes with the token of a workflow's job: our own comments and issues are told by this author."""

_EXISTS = 422
"""GitHub's answer to a request that would create a resource that exists."""

_DESCRIPTION_LENGTH = 140
"""https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status"""

_UNFINISHED = ("waiting", "in_progress", "queued", "pending", "requested")
"""Statuses of a run that has not ended; `waiting` is one that waits for an approval.

https://docs.github.com/en/rest/actions/workflow-runs#list-workflow-runs-for-a-workflow
"""

_RULES_OF_PUSHES = {
    *("pull_request", "merge_queue", "update", "required_status_checks", "required_deployments", "required_signatures"),
    *("workflows", "code_scanning", "commit_message_pattern", "commit_author_email_pattern", "committer_email_pattern"),
}
"""Types of rules that can refuse a commit which changes a file."""

_ENABLE_AUTO_MERGE = """\
mutation($pullRequest: ID!) {
  enablePullRequestAutoMerge(input: {pullRequestId: $pullRequest, mergeMethod: SQUASH}) { clientMutationId }
}
"""


_MAY_NOT_PROPOSE = "GitHub Actions is not permitted to create or approve pull requests"
"""GitHub's words, with the status 403, for the token of a job."""

_LET_JOBS_PROPOSE = (
    "The default branch is protected, so this change needs a pull request. An administrator lets jobs open one in "
    'Settings, Actions, General, Workflow permissions: "Allow GitHub Actions to create and approve pull requests". '
    "It is off by default"
)
"""https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository#preventing-github-actions-from-creating-or-approving-pull-requests"""

_LAST_EDIT = """\
query($comment: ID!) {
  node(id: $comment) { ... on IssueComment { lastEditedAt } }
}
"""
"""https://docs.github.com/en/graphql/reference/objects#issuecomment"""


class Repository:
    """The repository `name`, `owner/name`. Every method raises GitHubError; lists are whole or an error.

    Commits, branches and pull requests are made with `app`, the token of a GitHub App, where there is one: GitHub
    starts workflows for what an App does, and a ruleset can let it bypass the rules of a branch. All else, our own
    comments among it, is done with `transport`.
    https://docs.github.com/en/actions/concepts/security/github_token
    """

    def __init__(self, transport: Transport, name: str, app: Transport | None = None) -> None:
        self.name = name
        self.commits_as_app = app is not None
        self._transport = transport
        self._committer = app or transport
        self._root = f"repos/{name}"
        self._default_branch: str | None = None

    def permission(self, login: str) -> Permission:
        """Return the permission of a user; `none` for a user who is not a collaborator."""
        answer = self._transport.find(f"{self._root}/collaborators/{quote(login, safe='')}/permission")
        said = answer["permission"] if answer is not None else "none"
        for permission in get_args(Permission):
            if said == permission:
                return permission  # type: ignore[no-any-return] # typing does not know a Literal's arguments
        raise GitHubError(f"GitHub says that {login} has the permission {said!r}, which is not known here")

    def comments(self, number: int) -> list[Comment]:
        """Return the comments of an issue or pull request, oldest first."""
        return [Comment.from_json(item) for item in self._transport.pages(f"{self._root}/issues/{number}/comments")]

    def is_edited(self, comment: Comment) -> bool:
        """Whether a comment was edited since it was written, also by its author."""
        node = self._transport.graphql(_LAST_EDIT, {"comment": comment.node_id})["node"]
        if not isinstance(node, dict) or "lastEditedAt" not in node:
            raise GitHubError(f"GitHub does not say whether the comment {comment.url} was edited")
        return node["lastEditedAt"] is not None

    def create_comment(self, number: int, body: str) -> Comment:
        """Comment on an issue or pull request."""
        return Comment.from_json(self._transport.send("POST", f"{self._root}/issues/{number}/comments", {"body": body}))

    def update_comment(self, comment_id: int, body: str) -> Comment:
        """Replace the body of a comment."""
        path = f"{self._root}/issues/comments/{comment_id}"
        return Comment.from_json(self._transport.send("PATCH", path, {"body": body}))

    def react(self, comment_id: int, reaction: Reaction) -> None:
        """Add a reaction to a comment; the same one again changes nothing."""
        self._transport.send("POST", f"{self._root}/issues/comments/{comment_id}/reactions", {"content": reaction})

    def pull_request(self, number: int) -> PullRequest:
        """Return a pull request."""
        return PullRequest.from_json(self._transport.get(f"{self._root}/pulls/{number}"))

    def changed_files(self, number: int) -> list[ChangedFile]:
        """Return the files that a pull request changes; GitHub lists 3,000 at most."""
        return [ChangedFile.from_json(item) for item in self._transport.pages(f"{self._root}/pulls/{number}/files")]

    def reviews(self, number: int) -> list[Review]:
        """Return the reviews of a pull request, oldest first."""
        return [Review.from_json(item) for item in self._transport.pages(f"{self._root}/pulls/{number}/reviews")]

    def pull_requests_of(self, sha: str) -> list[PullRequest]:
        """Return the pull requests that a commit belongs to or came from."""
        items = self._transport.pages(f"{self._root}/commits/{sha}/pulls")
        return [PullRequest.from_json(item) for item in items]

    def open_pull_requests(self, head_ref: str | None = None) -> list[PullRequest]:
        """Return the open pull requests from a branch of this repository, or all of them, those of forks included."""
        source = {"head": f"{self.name.partition('/')[0]}:{head_ref}"} if head_ref else {}
        items = self._transport.pages(f"{self._root}/pulls", state="open", **source)
        return [PullRequest.from_json(item) for item in items]

    def open_pull_request(self, *, title: str, body: str, head_ref: str, base_ref: str) -> PullRequest:
        """Open a pull request from a branch of this repository."""
        request = {"title": title, "body": body, "head": head_ref, "base": base_ref}
        try:
            return PullRequest.from_json(self._committer.send("POST", f"{self._root}/pulls", request))
        except GitHubError as error:
            if _MAY_NOT_PROPOSE not in str(error):
                raise
            raise GitHubError(f"{error}\n{_LET_JOBS_PROPOSE}", error.status) from error

    def describe_pull_request(self, number: int, *, title: str, body: str) -> PullRequest:
        """Replace the title and the description of a pull request."""
        request = {"title": title, "body": body}
        return PullRequest.from_json(self._committer.send("PATCH", f"{self._root}/pulls/{number}", request))

    def enable_auto_merge(self, pull_request: PullRequest) -> None:
        """Have GitHub merge a pull request as soon as it may; refused where the repository does not allow that."""
        self._committer.graphql(_ENABLE_AUTO_MERGE, {"pullRequest": pull_request.node_id})

    def default_branch(self) -> str:
        """Return the name of the default branch, which is asked for once."""
        if self._default_branch is None:
            self._default_branch = str(self._transport.get(self._root)["default_branch"])
        return self._default_branch

    def branch_head(self, branch: str) -> str:
        """Return the newest commit of a branch."""
        return str(self._transport.get(f"{self._root}/git/ref/heads/{quote(branch)}")["object"]["sha"])

    def is_protected(self, branch: str) -> bool:
        """Whether a ruleset or a branch protection has rules for pushes to a branch.

        https://docs.github.com/en/rest/repos/rules#get-rules-for-a-branch
        https://docs.github.com/en/rest/branches/branches#get-a-branch
        """
        rules = self._transport.pages(f"{self._root}/rules/branches/{quote(branch, safe='')}")
        if any(rule["type"] in _RULES_OF_PUSHES for rule in rules):
            return True
        return bool(self._transport.get(f"{self._root}/branches/{quote(branch, safe='')}")["protected"])

    def create_branch(self, branch: str, sha: str) -> None:
        """Create a branch at a commit; GitHub answers 422 when it exists."""
        self._committer.send("POST", f"{self._root}/git/refs", {"ref": f"refs/heads/{branch}", "sha": sha})

    def point_branch(self, branch: str, sha: str) -> None:
        """Create a branch at a commit, or move it there from wherever it is."""
        try:
            self.create_branch(branch, sha)
        except GitHubError as error:
            if error.status != _EXISTS:
                raise
            path = f"{self._root}/git/refs/heads/{quote(branch)}"
            self._committer.send("PATCH", path, {"sha": sha, "force": True})

    def commit(self, sha: str) -> Commit:
        """Return a commit."""
        return Commit.from_json(self._commit(sha))

    def commit_on(self, parent: str, files: Mapping[str, str], message: str) -> str:
        """Return a new commit: `parent` with these texts of files. No branch has it yet.

        https://docs.github.com/en/rest/guides/using-the-rest-api-to-interact-with-your-git-database
        """
        entries = [{"path": path, "mode": "100644", "type": "blob", "content": text} for path, text in files.items()]
        base = self._commit(parent)["tree"]["sha"]
        tree = self._committer.send("POST", f"{self._root}/git/trees", {"base_tree": base, "tree": entries})
        body = {"message": message, "tree": tree["sha"], "parents": [parent]}
        return str(self._committer.send("POST", f"{self._root}/git/commits", body)["sha"])

    def _commit(self, sha: str) -> Any:  # noqa: ANN401 - JSON
        return self._transport.get(f"{self._root}/git/commits/{sha}")

    def file(self, path: str, ref: str) -> RepositoryFile | None:
        """Return a text file as it is at a branch or commit, or None when it does not exist."""
        answer = self._transport.find(f"{self._root}/contents/{quote(path)}", ref=ref)
        if answer is None:
            return None
        if not isinstance(answer, dict) or answer.get("encoding") != "base64":
            raise GitHubError(f"{path} at {ref} is not a file that GitHub shows the text of")
        return RepositoryFile(path=path, sha=answer["sha"], text=base64.b64decode(answer["content"]).decode())

    def replace_file(self, file: RepositoryFile, text: str, *, branch: str, message: str) -> str:
        """Commit a new text of a file and return the commit; 409 when the file has changed since it was read."""
        body = {
            "message": message,
            "content": base64.b64encode(text.encode()).decode(),
            "sha": file.sha,
            "branch": branch,
        }
        answer = self._committer.send("PUT", f"{self._root}/contents/{quote(file.path)}", body)
        return str(answer["commit"]["sha"])

    def delete_file(self, file: RepositoryFile, *, branch: str, message: str) -> str:
        """Commit the removal of a file and return the commit; 409 when the file has changed since it was read."""
        body = {"message": message, "sha": file.sha, "branch": branch}
        answer = self._committer.send("DELETE", f"{self._root}/contents/{quote(file.path)}", body)
        return str(answer["commit"]["sha"])

    def unfinished_jobs(self, workflow: str) -> list[WorkflowJob]:
        """Return the jobs that have not ended, of the runs of a workflow file on the default branch.

        Runs of a branch or a fork, which can have any jobs, are left out: only these events start the file of the
        default branch.
        """
        path, branch = f"{self._root}/actions/workflows/{quote(workflow)}/runs", self.default_branch()
        runs = {
            run["id"]: run
            for status in _UNFINISHED
            for run in self._transport.pages(path, key="workflow_runs", branch=branch, status=status)
            if run["event"] in {"schedule", "workflow_dispatch"}
        }
        return [
            WorkflowJob(name=job["name"], run_url=run["html_url"])
            for run_id, run in runs.items()
            for job in self._transport.pages(f"{self._root}/actions/runs/{run_id}/jobs", key="jobs")
            if job["status"] != "completed"
        ]

    def newest_deployments(self, environment: str, most: int) -> list[Deployment]:
        """Return the newest deployments of an environment, newest first: `most` of them, which is 100 or less."""
        items = self._transport.get(f"{self._root}/deployments", environment=environment, per_page=most)
        return [Deployment.from_json(item) for item in items]

    def deployment_states(self, deployment: Deployment) -> list[str]:
        """Return the states that a deployment has had, newest first: GitHub's words."""
        statuses = self._transport.pages(f"{self._root}/deployments/{deployment.id}/statuses")
        return [status["state"] for status in sorted(statuses, key=lambda status: status["id"], reverse=True)]

    def create_deployment(self, *, environment: str, sha: str, production: bool) -> Deployment:
        """Create a deployment. The checks of the commit were required when it was merged."""
        body = {
            "ref": sha,
            "environment": environment,
            "auto_merge": False,
            "required_contexts": [],
            "production_environment": production,
            # GitHub makes the earlier deployments of an environment inactive when one succeeds, but for those that
            # are called transient or production.
            "transient_environment": False,
        }
        return Deployment.from_json(self._transport.send("POST", f"{self._root}/deployments", body))

    def set_deployment_state(
        self, deployment: Deployment, state: DeploymentState, *, url: str = "", log_url: str = "", description: str = ""
    ) -> None:
        """Add a status to a deployment.

        A success lets GitHub make earlier ones of the environment inactive (`auto_inactive`), unless they are of
        production.
        https://docs.github.com/en/rest/deployments/statuses#create-a-deployment-status
        """
        body: dict[str, object] = {"state": state, "description": description[:_DESCRIPTION_LENGTH]}
        if url:
            body["environment_url"] = url
        if log_url:
            body["log_url"] = log_url
        self._transport.send("POST", f"{self._root}/deployments/{deployment.id}/statuses", body)

    def open_issues(self, author: str) -> list[Issue]:
        """Return the open issues of an author; pull requests, which GitHub lists with them, are left out."""
        items = self._transport.pages(f"{self._root}/issues", state="open", creator=author)
        return [Issue.from_json(item) for item in items if "pull_request" not in item]

    def issue(self, number: int) -> Issue:
        """Return an issue."""
        return Issue.from_json(self._transport.get(f"{self._root}/issues/{number}"))

    def create_issue(self, title: str, body: str) -> Issue:
        """Open an issue."""
        return Issue.from_json(self._transport.send("POST", f"{self._root}/issues", {"title": title, "body": body}))

    def update_issue(self, number: int, body: str) -> None:
        """Replace the body of an issue."""
        self._transport.send("PATCH", f"{self._root}/issues/{number}", {"body": body})

    def close_issue(self, number: int) -> None:
        """Close an issue as completed."""
        body = {"state": "closed", "state_reason": "completed"}
        self._transport.send("PATCH", f"{self._root}/issues/{number}", body)


def repository_of(name: str, api_url: str, token: str, app_token: str = "") -> Repository:
    """Return the repository as a job or a person reaches it; `app_token` is that of a GitHub App for commits."""
    return Repository(Transport(api_url, token), name, Transport(api_url, app_token) if app_token else None)
