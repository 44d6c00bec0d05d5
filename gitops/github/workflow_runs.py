"""Runs of workflows, and what became of their jobs.

https://docs.github.com/en/rest/actions/workflow-runs, which needs `actions: read`
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from gitops.github.transport import Transport

_MOST = 100
"""Runs that are looked at: one page of the newest."""


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkflowRun:
    """A run. `conclusion` is empty until it ends, and while it waits for an approval."""

    id: int
    sha: str
    conclusion: str

    @classmethod
    def from_json(cls, data: Any) -> WorkflowRun:  # noqa: ANN401 - JSON
        """Return the run that an answer describes."""
        return cls(id=data["id"], sha=data["head_sha"], conclusion=data["conclusion"] or "")


class WorkflowRuns:
    """The runs of the repository `name`. Every method raises GitHubError."""

    def __init__(self, transport: Transport, name: str) -> None:
        self._transport = transport
        self._root = f"repos/{name}/actions"

    def of_pushes(self, workflow: str, branch: str) -> list[WorkflowRun]:
        """Return the newest runs that pushes to a branch have started, newest first; `workflow` is a file's name."""
        path = f"{self._root}/workflows/{workflow}/runs"
        answer = self._transport.get(path, branch=branch, event="push", per_page=_MOST)
        return [WorkflowRun.from_json(item) for item in answer["workflow_runs"]]

    def has_succeeded(self, run: WorkflowRun, job: str) -> bool:
        """Return whether a job of a name has ended well in any attempt of a run."""
        jobs = self._transport.pages(f"{self._root}/runs/{run.id}/jobs", "jobs", filter="all")
        return any(found["name"] == job and found["conclusion"] == "success" for found in jobs)
