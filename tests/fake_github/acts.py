"""What jobs do on GitHub that is an event, and whether GitHub starts workflows for it.

"When you use the repository's GITHUB_TOKEN to perform tasks, events triggered by the GITHUB_TOKEN will not create a new
workflow run, with the exception of workflow_dispatch and repository_dispatch":
https://docs.github.com/en/actions/how-tos/write-workflows/choose-when-workflows-run/trigger-a-workflow
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from tests.fake_github.tokens import Token

    Event = tuple[str, Mapping[str, Any]]

SKIP_CI = "[skip ci]"
"""https://docs.github.com/en/actions/how-tos/manage-workflow-runs/skip-workflow-runs"""

STARTED_BY_ANY_TOKEN = {"workflow_dispatch", "repository_dispatch"}

_ROOT = "/repos/{owner}/{repo}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Act:
    """An event that a call has made. `payload` has what filters of workflows look at, and no more."""

    job: str
    event: str
    payload: Mapping[str, Any]
    starts_workflows: bool

    def __str__(self) -> str:
        detail = self.payload.get("action") or self.payload.get("ref", "")
        return f"{self.job}: {self.event} {detail}"


def act_of(token: Token, method: str, pattern: str, names: Sequence[str], body: Mapping[str, Any]) -> Act | None:
    """Return the event that a call which succeeded has made; None for one that makes none.

    `names` are those of the path after owner and repository. A branch that a body does not name is the default branch.
    """
    event = _EVENTS.get((method, pattern.removeprefix(_ROOT)))
    if event is None:
        return None
    name, payload = event(names, body)
    skipped = name == "push" and SKIP_CI in body.get("message", "")
    starts = name in STARTED_BY_ANY_TOKEN or not (token.built_in or skipped)
    return Act(job=token.job, event=name, payload=payload, starts_workflows=starts)


def _commit(names: Sequence[str], body: Mapping[str, Any]) -> Event:
    return "push", {"ref": f"refs/heads/{body.get('branch', 'main')}", "paths": [names[0]]}


def _opened(_names: Sequence[str], body: Mapping[str, Any]) -> Event:
    return "pull_request", {"action": "opened", "pull_request": {"base": {"ref": body["base"]}}}


_EVENTS: Mapping[tuple[str, str], Callable[[Sequence[str], Mapping[str, Any]], Event]] = {
    ("PUT", "/contents/{path}"): _commit,
    ("DELETE", "/contents/{path}"): _commit,
    ("POST", "/git/refs"): lambda _, body: ("push", {"ref": body["ref"]}),
    ("PATCH", "/git/refs/{ref}"): lambda names, _: ("push", {"ref": f"refs/{names[0]}"}),
    ("POST", "/pulls"): _opened,
    ("POST", "/issues"): lambda *_: ("issues", {"action": "opened"}),
    ("POST", "/issues/{issue_number}/comments"): lambda *_: ("issue_comment", {"action": "created"}),
    ("PATCH", "/issues/comments/{comment_id}"): lambda *_: ("issue_comment", {"action": "edited"}),
    ("POST", "/deployments"): lambda *_: ("deployment", {}),
    ("POST", "/deployments/{deployment_id}/statuses"): lambda *_: ("deployment_status", {}),
}
"""The events of calls, by method and path below the repository: each from the names of the path and the body."""
