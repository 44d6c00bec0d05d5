"""What the fake answers about files, branches and deployments, in GitHub's shapes."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING, Any

from tests.fake_github.examples import stamp

if TYPE_CHECKING:
    from tests.fake_github.examples import Examples
    from tests.fake_github.git import BareRepository, Blob
    from tests.fake_github.state import Deployment, DeploymentStatus, State


class CodeAnswers:
    """The JSON of files, branches and deployments."""

    def __init__(self, examples: Examples, state: State, git: BareRepository) -> None:
        self._examples, self._state, self._git = examples, state, git

    def ref(self, ref: str, sha: str) -> dict[str, Any]:
        target = {"type": "commit", "sha": sha, "url": f"{self._examples.root}/git/commits/{sha}"}
        return {"ref": ref, "node_id": f"REF_{ref}", "url": f"{self._examples.root}/git/{ref}", "object": target}

    def tree(self, sha: str) -> dict[str, Any]:
        url = f"{self._examples.root}/git/trees/{sha}"
        return {**self._examples.of("git-tree"), "sha": sha, "url": url, "tree": [], "truncated": False}

    def commit(self, sha: str) -> dict[str, Any]:
        example = self._examples.of("git-commit")
        tree, parents = self._git.tree_and_parents(sha)
        name, email = self._git.author(sha)
        author = example["author"] | {"name": name, "email": email}
        # GitHub signs what a job or an App commits by its API; people push without a signature here.
        by_bot = name.endswith("[bot]")
        signed = {"verified": by_bot, "reason": "valid" if by_bot else "unsigned"}
        return {
            **example,
            "author": author,
            "committer": author | {"name": "GitHub", "email": "noreply@github.com"} if by_bot else author,
            "verification": example["verification"] | signed,
            "sha": sha,
            "node_id": f"C_{sha}",
            "url": f"{self._examples.root}/git/commits/{sha}",
            "html_url": f"{self._examples.page}/commit/{sha}",
            "message": self._git.message(sha),
            "tree": {"sha": tree, "url": f"{self._examples.root}/git/trees/{tree}"},
            "parents": [{**example["parents"][0], "sha": parent} for parent in parents],
        }

    def file(self, path: str, blob: Blob) -> dict[str, Any]:
        # GitHub breaks the text into lines.
        content = base64.encodebytes(blob.content).decode()
        return {**self._content("file", path, blob.sha, len(blob.content)), "encoding": "base64", "content": content}

    def folder(self, path: str, entries: list[tuple[str, str, str]]) -> list[dict[str, Any]]:
        kinds = {"blob": "file", "tree": "dir", "commit": "submodule"}
        return [self._content(kinds[kind], f"{path}/{name}".lstrip("/"), sha, 0) for kind, sha, name in entries]

    def file_commit(self, sha: str, path: str, blob: Blob | None) -> dict[str, Any]:
        """Return the answer to a commit of one file; without a blob it was removed."""
        example = self._examples.of("file-commit")
        tree, parents = self._git.tree_and_parents(sha)
        commit = {
            **example["commit"],
            "sha": sha,
            "message": self._git.message(sha),
            "tree": {"sha": tree, "url": f"{self._examples.root}/git/trees/{tree}"},
            "parents": [{**example["commit"]["parents"][0], "sha": parent} for parent in parents],
        }
        content = None if blob is None else self._content("file", path, blob.sha, len(blob.content))
        return {"content": content, "commit": commit}

    def deployment(self, deployment: Deployment) -> dict[str, Any]:
        return {
            **self._examples.of("deployment-simple-example"),
            "url": f"{self._examples.root}/deployments/{deployment.id}",
            "statuses_url": f"{self._examples.root}/deployments/{deployment.id}/statuses",
            "id": deployment.id,
            "node_id": f"DE_{deployment.id}",
            "sha": deployment.sha,
            "ref": deployment.ref,
            "environment": deployment.environment,
            "original_environment": deployment.environment,
            "description": deployment.description,
            "creator": self._examples.user(deployment.creator),
            "created_at": stamp(deployment.created),
            "updated_at": stamp(deployment.created),
            "transient_environment": deployment.transient,
            "production_environment": deployment.production,
        }

    def deployment_status(self, deployment: Deployment, status: DeploymentStatus) -> dict[str, Any]:
        deployment_url = f"{self._examples.root}/deployments/{deployment.id}"
        return {
            **self._examples.of("deployment-status"),
            "url": f"{deployment_url}/statuses/{status.id}",
            "deployment_url": deployment_url,
            "id": status.id,
            "node_id": f"DES_{status.id}",
            "state": status.state,
            "creator": self._examples.user(status.creator),
            "description": status.description,
            "environment": deployment.environment,
            "environment_url": status.environment_url,
            "log_url": status.log_url,
            "target_url": status.log_url,
            "created_at": stamp(status.created),
            "updated_at": stamp(status.created),
        }

    def _content(self, kind: str, path: str, sha: str, size: int) -> dict[str, Any]:
        urls = {
            "url": f"{self._examples.root}/contents/{path}",
            "git_url": f"{self._examples.root}/git/blobs/{sha}",
            "html_url": f"{self._examples.page}/blob/{self._state.default_branch}/{path}",
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
