"""Which images really run, against those that are declared."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from constructs_lib.config.model import AppConfig
from gitops.access.deployed import CLUSTER, SERVICE
from gitops.drift.observation import Finding, Partial

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from constructs_lib.config.environments import Environment
    from gitops.aws.cloudformation import CloudFormation, DeployedStack
    from gitops.aws.ecs import Ecs

AT_ONCE = 8
"""Environments that are looked at side by side."""


def find(
    deployed: Sequence[tuple[Environment, DeployedStack]],
    cloudformation: Callable[[DeployedStack], CloudFormation],
    ecs: Callable[[DeployedStack], Ecs],
) -> Partial:
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
        Finding(environment=str(environment.name), what="image differs", details=tuple(lines))
        for (environment, _), lines in found
        if lines
    )
    return Partial(findings=tuple(findings))


def _of_app(environment: Environment, stack: DeployedStack, cloudformation: CloudFormation, ecs: Ecs) -> Iterator[str]:
    config = environment.config
    if not isinstance(config, AppConfig):
        return
    resources = [item for item in cloudformation.resources(stack.stack_id) if item.physical_id]
    arns = [item.physical_id for item in resources if item.type == SERVICE]
    for cluster in (item.physical_id for item in resources if item.type == CLUSTER):
        for service in ecs.services(cluster, arns) if arns else []:
            declared = config.services.get(service.name)
            if declared is None:
                yield f"{service.name}: a service that is not declared"
                continue
            wanted = _ending(declared.repository or config.repository, config.image)
            container = ecs.container(service.task_definition)
            if not container.image.endswith(wanted):
                yield f"{service.name}: its task definition has {container.image}, declared is {wanted[1:]}"
            running = {task.images.get(container.name, "") for task in ecs.running_tasks(service)}
            for image in sorted(image for image in running if image and not image.endswith(wanted)):
                yield f"{service.name}: tasks of it run {image}, declared is {wanted[1:]}"


def _ending(repository: str, image: str) -> str:
    """Return how the name of an image in ECR ends: a digest is written after an @, a tag after a colon."""
    return f"/{repository}{'@' if image.startswith('sha256:') else ':'}{image}"
