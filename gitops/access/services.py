"""The services of a deployed environment."""

from __future__ import annotations

from difflib import get_close_matches
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig
from gitops.access import programs
from gitops.aws.ecs import Ecs
from gitops.errors import UserError

if TYPE_CHECKING:
    from gitops.access.deployed import Deployed
    from gitops.aws.ecs import Service, Task

CLUSTER = "AWS::ECS::Cluster"
SERVICE = "AWS::ECS::Service"


def services_of(app: Deployed, ecs: Ecs) -> dict[str, Service]:
    """Return the services of an app by the names that they are declared under.

    Raises:
        UserError: its stack has none.
    """
    services = {
        service.name: service
        for cluster in app.physical_ids(CLUSTER)
        for service in ecs.services(cluster, app.physical_ids(SERVICE))
    }
    if not services:
        name = app.environment.name
        raise UserError(f"{name} has no services. Did its deployment fail? `gitops status` tells; then deploy it again")
    return dict(sorted(services.items()))


def pick(app: Deployed, services: dict[str, Service], wanted: str) -> Service:
    """Return the service `wanted`. Raises UserError, with those there are, when there is none of that name."""
    if wanted in services:
        return services[wanted]
    close = get_close_matches(wanted, services, n=1)
    guess = f" Did you mean --service {close[0]}?" if close else ""
    listed = ", ".join(services)
    raise UserError(f"{app.environment.name} has no service {wanted}; it has {listed}.{guess}")


def task_open_to_exec(app: Deployed, service: Service, ecs: Ecs) -> Task:
    """Return the running task of a service that started last and takes commands.

    Raises:
        UserError: there is none; the message says why.
    """
    name = f"{service.name} of {app.environment.name}"
    tasks = ecs.running_tasks(service)
    if not tasks and service.desired == 0:
        raise UserError(f"{name} is asleep: no task of it is wanted{_schedule(app)}")
    if not tasks:
        event = f" The last event: {service.last_event}" if service.last_event else ""
        raise UserError(f"no task of {name} runs, though {service.desired} should.{event}")
    for task in reversed(tasks):
        if task.open_to_exec:
            return task
    renew = ["ecs", "update-service", "--force-new-deployment", "--region", app.where.region]
    renew += ["--cluster", service.cluster, "--service", service.ecs_name]
    raise UserError(
        f"ECS Exec is not enabled on the tasks of {name}: they started before it was. To have new ones: "
        f"{programs.shown(app.target, app.where, [programs.AWS_CLI, *renew])}"
    )


def _schedule(app: Deployed) -> str:
    config = app.environment.config
    schedule = config.schedule if isinstance(config, AdHocAppConfig) else None
    return f"; it is awake {schedule.awake} ({schedule.timezone})" if schedule else ""
