"""Drift of one account: its declarations against its stacks, their templates, their resources and running images."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig, AppConfig
from constructs_lib.config.naming import CACHE_SERVICE
from gitops.access.deployed import CLUSTER, SERVICE
from gitops.aws.drift_detection import DriftDetection
from gitops.aws.ecs import Ecs
from gitops.aws.regions import Regions
from gitops.deploy.rounds import poll_interval
from gitops.drift.changes_by_hand import find_changes_by_hand
from gitops.drift.findings import AccountDrift, DriftFinding, Findings, combine, pair_with_stacks, template_differences

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from constructs_lib.config.environments import AccountRegion, Environment, Environments
    from gitops.aws.cloudformation import CloudFormation, DeployedStack
    from gitops.aws.session import Session
    from gitops.aws.target import Target
    from gitops.cdk.assembly import Assembly

AT_ONCE = 8
"""Environments whose images are compared at the same time."""


def find_drift(
    account: str,
    declared: Environments,
    *,
    former: Collection[AccountRegion],
    assembly: Assembly,
    target: Target,
    session: Session,
) -> AccountDrift:
    """Return the drift of an account. `assembly` has the templates of its environments.

    Stacks in `former` places, of this account or others, are not declared there. What is declared wrongly is listed as
    not compared.

    Raises:
        AwsError: AWS cannot be listed completely.
    """
    environments = [environment for environment in declared if environment.account == account]
    places = declared.places(account)
    ours = {place.account for place in places}
    regions = Regions(session, places, {place for place in former if place.account in ours})
    stacks = [s for s in regions.stacks().values() if s.environment not in set(map(str, declared.wrong))]
    comparable, of_stacks = pair_with_stacks(environments, stacks)
    wrong = Findings(
        not_compared=tuple(
            f"{name}: its declaration is wrong: {'; '.join(map(str, problems))}"
            for name, problems in declared.wrong.items()
            if declared.account_of(name) in {account, None}
        )
    )
    templates = regions.templates(stack for _, stack in comparable)
    of_templates = (
        DriftFinding(environment=str(environment.name), difference="template differs", details=lines)
        for environment, stack in comparable
        if (lines := template_differences(assembly.stacks[stack.name], stack, templates[stack.name]))
    )
    detection = cache(lambda where: DriftDetection(session, where))
    ecs = cache(lambda where: Ecs(session, where))
    by_hand = find_changes_by_hand(
        [stack for _, stack in comparable],
        lambda stack: regions[stack.where],
        lambda stack: detection(stack.where),
        interval=poll_interval(target),
    )
    of_images = find_other_images(comparable, lambda stack: regions[stack.where], lambda stack: ecs(stack.where))
    unseen = Findings(
        not_compared=tuple(f"{place}: could not be listed: {why}" for place, why in regions.unseen.items())
    )
    return combine(account, [of_stacks, wrong, unseen, Findings(findings=tuple(of_templates)), by_hand, of_images])


def find_other_images(
    deployed: Sequence[tuple[Environment, DeployedStack]],
    cloudformation: Callable[[DeployedStack], CloudFormation],
    ecs: Callable[[DeployedStack], Ecs],
) -> Findings:
    """Return the applications whose services or running tasks have another image than their declarations.

    How many tasks there are is no drift: scaling, schedules, sleep and wake set that. Raises AwsError when AWS cannot
    be reached or refuses.
    """
    apps = [(environment, stack) for environment, stack in deployed if isinstance(environment.config, AppConfig)]

    def look(app: tuple[Environment, DeployedStack]) -> list[str]:
        environment, stack = app
        return list(_of_app(environment, stack, cloudformation(stack), ecs(stack)))

    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        found = list(zip(apps, pool.map(look, apps), strict=True))
    findings = (
        DriftFinding(environment=str(environment.name), difference="image differs", details=tuple(lines))
        for (environment, _), lines in found
        if lines
    )
    return Findings(findings=tuple(findings))


def _of_app(environment: Environment, stack: DeployedStack, cloudformation: CloudFormation, ecs: Ecs) -> Iterator[str]:
    config = environment.config
    if not isinstance(config, AppConfig):
        return
    resources = [item for item in cloudformation.resources(stack.stack_id) if item.physical_id]
    arns = [item.physical_id for item in resources if item.type == SERVICE]
    for cluster in (item.physical_id for item in resources if item.type == CLUSTER):
        for service in ecs.services(cluster, arns) if arns else []:
            declared = config.services.get(service.name)
            if service.name == CACHE_SERVICE and isinstance(config, AdHocAppConfig):
                continue  # its image is in the template, which is compared
            if declared is None:
                yield f"{service.name}: the service is not declared"
                continue
            wanted = f"/{config.image_of(declared)}"  # after the name of the registry
            container = ecs.container(service.task_definition)
            if not container.image.endswith(wanted):
                yield f"{service.name}: its task definition has {container.image}; declared is {wanted[1:]}"
            running = {task.images.get(container.name, "") for task in ecs.running_tasks(service)}
            for image in sorted(image for image in running if image and not image.endswith(wanted)):
                yield f"{service.name}: tasks run {image}; declared is {wanted[1:]}"
