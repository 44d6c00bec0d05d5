"""Operations about runs of workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.fake_github.world import NOT_FOUND, Answer, Refusal

if TYPE_CHECKING:
    from tests.fake_github.state import WorkflowRun
    from tests.fake_github.world import Request, World


def list_runs_of_workflow(world: World, request: Request) -> Answer:
    """List runs, newest first."""
    wanted = {"branch": "branch", "event": "event"}
    runs = [
        run
        for run in sorted(world.state.runs, key=lambda run: -run.id)
        if run.workflow == request.names[0]
        and all(request.query.get(name, getattr(run, key)) == getattr(run, key) for name, key in wanted.items())
    ]
    size = int(request.query.get("per_page", 30))
    shown = [world.code_answers.workflow_run(run) for run in runs[:size]]
    return Answer(status=200, body={"total_count": len(runs), "workflow_runs": shown})


def list_jobs_of_run(world: World, request: Request) -> Answer:
    run = next((run for run in world.state.runs if run.id == request.number), None)
    if run is None:
        raise Refusal(*NOT_FOUND)
    shown = [_job(world, run, name, result) for name, result in run.jobs.items()]
    return Answer(status=200, body={"total_count": len(shown), "jobs": shown})


def _job(world: World, run: WorkflowRun, name: str, result: str) -> dict[str, Any]:
    ended = {"status": "completed", "conclusion": result} if result else {"status": "in_progress", "conclusion": None}
    return {**world.code_answers.job(), "run_id": run.id, "head_sha": run.sha, "name": name, **ended}


OPERATIONS = {
    ("GET", "/actions/workflows/{workflow_id}/runs"): list_runs_of_workflow,
    ("GET", "/actions/runs/{run_id}/jobs"): list_jobs_of_run,
}
