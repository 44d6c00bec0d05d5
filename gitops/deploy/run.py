"""One run of a deployment, from declarations to results: synthesis, budgets, checks, then wave after wave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.aws import stack_status, target
from gitops.aws.regions import Regions, require_account
from gitops.aws.session import AwsError, Session
from gitops.cdk import synthesis
from gitops.cost.budget import require_within_budgets
from gitops.deploy.deployment import Deployment
from gitops.deploy.preflight.gate import Gate
from gitops.git.former_places import former_places
from gitops.output.progress import reporting, say

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.model import LockConfig
    from gitops.aws.target import TargetName
    from gitops.deploy.decisions import Result
    from gitops.deploy.deployment import LockOf


def declared_lock(environment: Environment) -> LockConfig | None:
    """Return the lock of an environment's own file."""
    return environment.lock


def deploy_environments(
    folder: Path,
    environments: Sequence[Environment],
    *,
    everything: bool,
    requested_target: TargetName | None,
    today: date,
    lock_of: LockOf = declared_lock,
) -> list[Result]:
    """Deploy `environments` of `folder` and return a result for each; `everything` says that they are all there are.

    `lock_of` is asked for the lock of an environment just before AWS is changed.

    Raises:
        UserError: a declaration exceeds its budget, or something that a deployment needs is missing: nothing was
            deployed.
        AwsError: AWS cannot be reached, or the credentials are for another account.
    """
    aws = target.resolve(requested_target)
    session = Session(aws)
    places = {part.place for environment in environments for part in (environment, environment.base) if part}
    require_account(session.introduce(min(places)), environments)
    assembly = synthesis.synthesise(folder, None if everything else [e.name for e in environments])
    require_within_budgets(environments, assembly)
    regions = Regions(session, places, former_places(folder, {place.account for place in places}))
    with reporting() as report:
        deployment = Deployment(
            target=aws,
            regions=regions,
            assembly=assembly,
            environments=environments,
            gate=Gate(session=session, regions=regions, assembly=assembly),
            lock_of=lock_of,
            today=today,
            report=report,
            session=session,
        )
        try:
            return deployment.run()
        except KeyboardInterrupt:
            _say_what_continues(deployment)
            raise


def _say_what_continues(deployment: Deployment) -> None:
    say("interrupted; no further environment is started")
    try:
        moving = deployment.moving()
    except AwsError as error:
        say(f"could not ask CloudFormation which stacks it still works on: {error}")
        return
    for stack in moving:
        say(f"  CloudFormation goes on with {stack.environment} by itself ({stack_status.in_words(stack.status)})")
    say("`gitops status` shows the result; run the same command again to wait for it and deploy the rest")
