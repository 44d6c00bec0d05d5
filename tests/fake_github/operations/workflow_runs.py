"""Operations about runs of workflows and their jobs. Tests set the runs: the fake runs nothing itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_github.world import NOT_FOUND, Answer, Refusal

if TYPE_CHECKING:
    from tests.fake_github.state import WorkflowRun
    from tests.fake_github.world import Request, World


def list_runs(world: World, request: Request) -> Answer:
    """List the runs of a workflow, by the name of its file; newest first."""
    status, branch, event = (request.query.get(name) for name in ("status", "branch", "event"))
    runs = [
        _run(world, run)
        for run in reversed(world.state.runs.values())
        if run.workflow == request.names[0]
        and status in {None, run.status}
        and branch in {None, run.branch}
        and event in {None, run.event}
    ]
    return Answer(status=200, body={"total_count": len(runs), "workflow_runs": runs})


def list_jobs(world: World, request: Request) -> Answer:
    run = world.state.runs.get(request.number)
    if run is None:
        raise Refusal(*NOT_FOUND)
    example = world.examples.of("job-paginated")["jobs"][0]
    jobs = [
        {
            **example,
            "id": run.id * 100 + position,
            "run_id": run.id,
            "created_at": example["started_at"],  # required, and not in GitHub's example
            "name": name,
            **_progress(status),
        }
        for position, (name, status) in enumerate(run.jobs.items())
    ]
    return Answer(status=200, body={"total_count": len(jobs), "jobs": jobs})


_STATUSES = {"waiting", "in_progress", "queued", "pending", "requested"}


def _progress(state: str) -> dict[str, str | None]:
    if state in _STATUSES:
        return {"status": state, "conclusion": None}
    return {"status": "completed", "conclusion": "success" if state == "completed" else state}


def _run(world: World, run: WorkflowRun) -> dict[str, Any]:
    return {
        **world.examples.of("workflow-run-paginated")["workflow_runs"][0],
        "id": run.id,
        "path": f".github/workflows/{run.workflow}",
        "html_url": f"{world.examples.page}/actions/runs/{run.id}",
        "event": run.event,
        "status": run.status,
        "conclusion": run.conclusion if run.status == "completed" else None,
        "head_branch": run.branch,
        "head_sha": run.sha,
    }
