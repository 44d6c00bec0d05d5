"""How the services of deployed apps run: the part of `gitops status` and `/status` that ECS knows."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from constructs_lib.config.model import KINDS_OF_APPS
from gitops.access.deployed import CLUSTER, SERVICE
from gitops.access.simulated import is_simulated, simulated_services
from gitops.aws import embedded, stack_status
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.ecs import Ecs
from gitops.aws.session import CONNECTIONS, AwsError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from constructs_lib.config.environments import AccountRegion, Environments
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.ecs import Service
    from gitops.aws.session import Session
    from gitops.aws.target import Target

SINCE = timedelta(hours=24)
"""How long ago a failure may be that is told."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Running:
    """The services of one app.

    `tasks` are those that run and those that should, or `asleep`; empty without services. `troubles` are in words of
    AWS, one for each service that has any. `simulated` are the services whose tasks run no program, and
    `answers` says whether a program answers at its URL.
    """

    tasks: str = ""
    troubles: tuple[str, ...] = ()
    simulated: tuple[str, ...] = ()
    answers: bool = True


NOT_RUNNING = Running()


def look(
    session: Session, target: Target, declared: Environments, stacks: Iterable[DeployedStack], now: datetime
) -> dict[tuple[AccountRegion, str], Running]:
    """Return how the services of each deployed app run, by place and name of the app.

    What AWS does not tell of one app is among its troubles. Raises UserError when the embedded AWS has stopped.
    """
    apps = [stack for stack in stacks if stack.kind in KINDS_OF_APPS and stack_status.has_services(stack.status)]
    with ThreadPoolExecutor(max_workers=CONNECTIONS) as pool:
        found = list(pool.map(lambda stack: _look_at(session, stack, now - SINCE), apps))
    images = embedded.images() if target.embedded and apps else None
    running = {(stack.where, stack.environment or ""): one for stack, one in zip(apps, found, strict=True)}
    return running if images is None else _marked(running, declared, images)


def _look_at(session: Session, stack: DeployedStack, since: datetime) -> Running:
    try:
        resources = CloudFormation(session, stack.where).resources(stack.stack_id)
        arns = [one.physical_id for one in resources if one.type == SERVICE and one.physical_id]
        clusters = [one.physical_id for one in resources if one.type == CLUSTER and one.physical_id]
        ecs = Ecs(session, stack.where)
        services = [service for cluster in clusters if arns for service in ecs.services(cluster, arns)]
    except AwsError as error:
        return Running(tasks="unknown", troubles=(f"its services are not known: {error}",))
    return summary(services, since)


def summary(services: Collection[Service], since: datetime) -> Running:
    """Return how services run, with what has failed `since` a moment."""
    if not services:
        return Running()
    desired = sum(service.desired for service in services)
    tasks = f"{sum(service.running for service in services)}/{desired}" if desired else "asleep"
    in_order = sorted(services, key=lambda service: service.name)
    return Running(tasks=tasks, troubles=tuple(filter(None, (_trouble(service, since) for service in in_order))))


def _trouble(service: Service, since: datetime) -> str:
    """Return what is wrong with a service, or nothing."""
    told = []
    if service.running < service.desired:
        told.append(f"{service.running} of {service.desired} tasks run")
    if service.failed:
        told.append(f"{service.failed} tasks of its newest deployment failed")
    if failures := service.failures(since):
        last = failures[0]
        at = last.created.astimezone(UTC).strftime("%Y-%m-%d %H:%M")
        told.append(f"{len(failures)} failures in the last 24 hours, the last at {at} UTC: {last.message}")
    return f"{service.name}: {'; '.join(told)}" if told else ""


def _marked(
    running: Mapping[tuple[AccountRegion, str], Running], declared: Environments, images: Collection[str]
) -> dict[tuple[AccountRegion, str], Running]:
    """Return the same with the services that are simulated, by the images that apps declare."""
    marked = dict(running)
    for environment in declared.well_formed.values():
        key = (environment.place, str(environment.name))
        if key in marked:
            marked[key] = replace(
                marked[key],
                simulated=simulated_services(environment, images),
                answers=not is_simulated(environment, images),
            )
    return marked
