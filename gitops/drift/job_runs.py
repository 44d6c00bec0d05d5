"""The jobs of deployed apps and their last runs: `gitops status --jobs`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING

from constructs_lib.config.model import AppConfig
from constructs_lib.config.naming import JOB_TAG, SKIPPED
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.step_functions import StepFunctions
from gitops.output.report import Report, Table, code, word

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.config.environments import Environment, Environments
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.session import Session
    from gitops.aws.step_functions import Execution
    from gitops.output.report import Inline

HEADINGS = ("environment", "job", "schedule", "started (UTC)", "seconds", "result")

_STATE_MACHINE = "AWS::StepFunctions::StateMachine"


def job_report(session: Session, declared: Environments, stacks: Iterable[DeployedStack]) -> Report:
    """Return the report of the jobs of all apps that are deployed where they are declared.

    Raises AwsError when AWS cannot be reached or refuses.
    """
    deployed = {(stack.where, stack.environment): stack for stack in stacks}
    rows = [
        row
        for environment in declared.well_formed.values()
        if isinstance(environment.config, AppConfig) and environment.config.jobs
        if (stack := deployed.get((environment.place, str(environment.name))))
        for row in _rows(session, environment, environment.config, stack)
    ]
    return Report(
        title=f"{len(rows)} job{'' if len(rows) == 1 else 's'}", table=Table(headings=HEADINGS, rows=rows), notes=[]
    )


def _rows(
    session: Session, environment: Environment, config: AppConfig, stack: DeployedStack
) -> Iterator[tuple[Inline, ...]]:
    states = StepFunctions(session, environment.place)
    machines = {
        states.tag(resource.physical_id, JOB_TAG): resource.physical_id
        for resource in CloudFormation(session, environment.place).resources(stack.stack_id)
        if resource.type == _STATE_MACHINE and resource.physical_id
    }
    for job, declared in config.jobs.items():
        name, schedule = code(str(environment.name)), f"{declared.schedule} ({declared.timezone})"
        if job not in machines:
            yield name, job, schedule, "", "", word("not deployed")
            continue
        yield name, job, schedule, *_run(states, states.last_execution(machines[job]))


def _run(states: StepFunctions, execution: Execution | None) -> tuple[Inline, ...]:
    if execution is None:
        return "", "", word("has not run")
    seconds = f"{(execution.ended - execution.started).total_seconds():.0f}" if execution.ended else ""
    started = execution.started.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
    result = execution.status.lower().replace("_", " ")
    # A run that was skipped has succeeded for AWS, so that it is no alarm.
    skipped = states.output(execution.arn, SKIPPED) if execution.status == "SUCCEEDED" else ""
    return word(started), seconds, word(f"skipped: {skipped}" if skipped else result)
