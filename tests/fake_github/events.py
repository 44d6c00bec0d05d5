"""The events that GitHub would send: real ones of its documentation, with what the fake knows put in.

https://docs.github.com/en/webhooks/webhook-events-and-payloads
"""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.fake_github.state import Comment, Issue, PullRequest
    from tests.fake_github.world import World

EXAMPLES = Path(__file__).parents[2] / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"


class Events:
    """The payloads of events in the fake's repository."""

    def __init__(self, world: World) -> None:
        self._world = world

    def issue_comment(self, action: str, comment: Comment, before: str | None = None) -> dict[str, Any]:
        answers = self._world.answers
        event = _example("issue_comment", action)
        event["issue"] |= answers.issue(self._world.issue(comment.number))
        event["comment"] |= answers.comment(comment)
        if before is not None:
            event["changes"] = {"body": {"from": before}}
        return self._completed(event, comment.author)

    def issue(self, action: str, issue: Issue, sender: str, before: str | None = None) -> dict[str, Any]:
        event = _example("issues", action)
        event["issue"] |= self._world.answers.issue(issue)
        if before is not None:
            event["changes"] = {"body": {"from": before}}
        return self._completed(event, sender)

    def pull_request(self, action: str, pull: PullRequest) -> dict[str, Any]:
        event = _example("pull_request", action)
        event["number"] = pull.number
        event["pull_request"] |= self._world.answers.pull_request(pull)
        if action == "synchronize":
            event["after"] = pull.head_sha
            event["before"] = self._world.git.tree_and_parents(pull.head_sha)[1][0]
        return self._completed(event, pull.author)

    def pull_request_review(self, pull: PullRequest, login: str, verdict: str) -> dict[str, Any]:
        """Return the event of a new review. Its pull request is that of the event `pull_request`, less some fields."""
        event = _example("pull_request_review", "submitted")
        fields = self._world.answers.pull_request(pull)
        event["pull_request"] |= {name: value for name, value in fields.items() if name in event["pull_request"]}
        user = self._world.answers.user(login)
        event["review"] |= {"user": user, "state": verdict.lower(), "commit_id": pull.head_sha}
        return self._completed(event, login)

    def push(self, before: str, after: str, branch: str) -> dict[str, Any]:
        event = _example("push", None)
        author = self._world.state.repository.partition("/")[0]
        commits = [self._commit(sha) for sha in reversed(self._world.git.commits(before, after))]
        event |= {
            "ref": f"refs/heads/{branch}",
            "before": before,
            "after": after,
            "created": False,
            "deleted": False,
            "forced": False,
            "base_ref": None,
            "compare": f"https://github.com/{self._world.state.repository}/compare/{before[:12]}...{after[:12]}",
            "commits": commits,
            "head_commit": self._commit(after),
        }
        return self._completed(event, author)

    def workflow_dispatch(self, workflow: str, inputs: Mapping[str, str], sender: str) -> dict[str, Any]:
        event = _example("workflow_dispatch", None)
        event["inputs"] = dict(inputs)
        event["ref"] = f"refs/heads/{self._world.state.default_branch}"
        event["workflow"] = f".github/workflows/{workflow}.yml"
        return self._completed(event, sender)

    @staticmethod
    def schedule(cron: str) -> dict[str, Any]:
        """Return its schedule alone: GitHub documents no payload, and some runs have had no repository in it.

        https://docs.github.com/en/actions/reference/workflows-and-actions/events-that-trigger-workflows#schedule
        https://github.com/zephyrproject-rtos/zephyr/pull/49041
        """
        return {"schedule": cron}

    def _completed(self, event: dict[str, Any], sender: str) -> dict[str, Any]:
        event.pop("installation", None)
        event.pop("organization", None)
        event["repository"] = event.get("repository", {}) | self._world.answers.repository()
        event["sender"] = self._world.answers.user(sender)
        return event

    def _commit(self, sha: str) -> dict[str, Any]:
        tree, _ = self._world.git.tree_and_parents(sha)
        example: dict[str, Any] = _example("push", None)["head_commit"]
        return {**example, "id": sha, "tree_id": tree, "message": self._world.git.message(sha)}


@cache
def _examples() -> Any:
    return json.loads(EXAMPLES.read_bytes())


def _example(name: str, action: str | None) -> dict[str, Any]:
    """Return a copy of a real event with the action, the fullest of them."""
    events = next(entry["examples"] for entry in _examples() if entry["name"] == name)
    found = [event for event in events if event.get("action") == action] or events
    copied: dict[str, Any] = copy.deepcopy(max(found, key=lambda event: len(json.dumps(event))))
    if action is not None:
        copied["action"] = action
    return copied
