"""`gitops deploy`: make AWS agree with declarations."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitops import target
from gitops.aws import AwsError, Session
from gitops.commands.selection import select
from gitops.cost.budget import require_within_budgets
from gitops.deployment import stack_status
from gitops.deployment.deployment import Deployment
from gitops.preflight.gate import Gate
from gitops.regions import Regions, place_of, require_account
from gitops.synthesis import synthesis
from gitops.terminal import table
from gitops.terminal.progress import reporting, say

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from gitops.deployment.deployment_plan import Result
    from gitops.target import TargetName

HEADINGS = ("ENVIRONMENT", "KIND", "RESULT", "RESOURCES", "SECONDS", "URL")


def deploy(*, folder: Path, names: Sequence[str], requested_target: TargetName | None, today: date) -> int:
    """Deploy the environments `names`, or all that are declared when there are none.

    Returns 1 when one of them failed; the others are deployed all the same.
    """
    environments = select(folder, names, today)
    if not environments:
        say(f"no environment is declared in {folder}: nothing to deploy")
        return 0
    results = deploy_environments(
        folder, environments, everything=not names, requested_target=requested_target, today=today
    )
    print(table.render(HEADINGS, map(_row, results)))
    return conclude(results)


def deploy_environments(
    folder: Path,
    environments: Sequence[Environment],
    *,
    everything: bool,
    requested_target: TargetName | None,
    today: date,
) -> list[Result]:
    """Deploy `environments`, which are all that are declared if `everything` says so."""
    aws = target.resolve(requested_target)
    session = Session(aws)
    places = {place_of(part) for environment in environments for part in (environment, environment.base) if part}
    require_account(session.introduce(min(places)), environments)
    assembly = synthesis.synthesise(folder, None if everything else [e.name for e in environments])
    require_within_budgets(environments, assembly)
    regions = Regions(session, places)
    with reporting() as report:
        deployment = Deployment(
            target=aws,
            regions=regions,
            assembly=assembly,
            environments=environments,
            gate=Gate(target=aws, session=session, regions=regions, assembly=assembly),
            today=today,
            report=report,
        )
        try:
            return deployment.run()
        except KeyboardInterrupt:
            _say_what_goes_on(deployment)
            raise


def _say_what_goes_on(deployment: Deployment) -> None:
    say("interrupted; no further environment is started")
    try:
        moving = deployment.moving()
    except AwsError as error:
        say(f"what CloudFormation still works on is not known: {error}")
        return
    for stack in moving:
        say(f"  CloudFormation goes on with {stack.environment} by itself ({stack_status.in_words(stack.status)})")
    say("`gitops status` shows how it ends; the same command again waits for that and does the rest")


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
        if not result.succeeded:
            say(f"\n{result.environment.name} {result.outcome}:")
            say("\n".join(f"  {line}" for line in result.reason.splitlines()))
    return 0 if all(result.succeeded for result in results) else 1
