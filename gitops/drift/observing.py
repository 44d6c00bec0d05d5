"""Looking at one account: its declarations, their templates, its stacks, what runs."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from gitops.aws.drift_detection import DriftDetection
from gitops.aws.ecs import Ecs
from gitops.aws.regions import Regions
from gitops.deploy.rounds import poll_interval
from gitops.drift import changes_by_hand, images, stacks
from gitops.drift.observation import Finding, Observation, Partial, together

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environments
    from gitops.aws.session import Session
    from gitops.aws.target import Target
    from gitops.cdk.assembly import Assembly


def observe(
    account: str, declared: Environments, *, assembly: Assembly, target: Target, session: Session
) -> Observation:
    """Return all that differs in an account. `assembly` has the templates of its environments.

    Raises:
        AwsError: AWS cannot be listed completely.
    """
    environments = [environment for environment in declared if environment.account == account]
    regions = Regions(session, declared.places(account))
    comparable, unpaired = stacks.pair(environments, regions.stacks().values())
    templates = regions.templates(stack for _, stack in comparable)
    differing = (
        Finding(environment=str(environment.name), what="template differs", details=lines)
        for environment, stack in comparable
        if (lines := stacks.differences(assembly.stacks[stack.name], stack, templates[stack.name]))
    )
    detection = cache(lambda where: DriftDetection(session, where))
    ecs = cache(lambda where: Ecs(session, where))
    by_hand = changes_by_hand.find(
        [stack for _, stack in comparable],
        lambda stack: regions[stack.where],
        lambda stack: detection(stack.where),
        interval=poll_interval(target),
    )
    running = images.find(comparable, lambda stack: regions[stack.where], lambda stack: ecs(stack.where))
    return together(account, [unpaired, Partial(findings=tuple(differing)), by_hand, running])
