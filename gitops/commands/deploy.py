"""`gitops deploy`: make AWS agree with declarations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitops.commands.selection import select
from gitops.deploy.decisions import Result
from gitops.deploy.run import deploy_environments
from gitops.deploy.supersession import superseded
from gitops.github.actions import Run, without_workflow_commands
from gitops.output import table
from gitops.output.progress import say
from gitops.report.deployments import GitHubDeployments
from gitops.report.reported import reported

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.target import TargetName

HEADINGS = ("ENVIRONMENT", "KIND", "RESULT", "RESOURCES", "SECONDS", "URL")


def deploy(
    *,
    folder: Path,
    names: Sequence[str],
    github: bool,
    unless_superseded_by: Path | None,
    results: Path | None,
    requested_target: TargetName | None,
    today: date,
) -> int:
    """Deploy the environments `names`, or all that are declared when there are none.

    `github` shows them as deployments there; `results` is a folder for a file each. What the checkout
    `unless_superseded_by` has otherwise is left to the run that deploys it. Returns 1 when one of them failed or is
    locked; the others are deployed all the same.
    """
    environments = select(folder, names, today)
    if not environments:
        say(f"no environment is declared in {folder}: nothing to deploy")
        return 0
    deployments = _deployments_on_github() if github else None
    newer = superseded(folder, environments, unless_superseded_by) if unless_superseded_by else {}
    own = [environment for environment in environments if environment.name not in newer]
    with reported(own, deployments=deployments, folder=results) as done:
        done.extend(_left_alone(environment, newer) for environment in environments if environment.name in newer)
        if own:
            everything = not names and not newer
            done.extend(
                deploy_environments(folder, own, everything=everything, requested_target=requested_target, today=today)
            )
    print(table.render(HEADINGS, map(_row, done)))
    return conclude(done)


def _deployments_on_github() -> GitHubDeployments:
    run = Run.from_environ()
    return GitHubDeployments(run.connect(), sha=run.sha, run_url=run.url)


def _left_alone(environment: Environment, newer: Mapping[EnvironmentName, str]) -> Result:
    return Result(
        environment=environment,
        outcome="superseded",
        resources=0,
        seconds=0.0,
        reason=f"{newer[environment.name]}; the run for that deploys or destroys it",
    )


def _row(result: Result) -> tuple[str, ...]:
    return (
        str(result.environment.name),
        result.environment.kind,
        result.outcome,
        str(result.resources),
        f"{result.seconds:.1f}",
        result.url,
    )


def conclude(results: Iterable[Result]) -> int:
    """Say on standard error how it went as a whole and why what failed did; return the exit code."""
    counts = Counter(result.outcome for result in results)
    if set(counts) == {"unchanged"}:
        say("nothing changed")
    for result in results:
        if result.reason:
            say(f"\n{result.environment.name} {result.outcome}:")
            say(without_workflow_commands("\n".join(f"  {line}" for line in result.reason.splitlines())))
    return 0 if all(result.succeeded for result in results) else 1
