"""Deployed environments and bases: their place, their stacks' resources, and their services."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from functools import cached_property
from typing import TYPE_CHECKING, TypeVar

from constructs_lib.config.model import AdHocAppConfig
from gitops.access import programs
from gitops.aws import target as targets
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.ecs import Ecs
from gitops.aws.regions import require_account
from gitops.aws.session import Session
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.config.environments import AccountRegion, Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedResource, DeployedStack
    from gitops.aws.ecs import Service, Task
    from gitops.aws.target import Target, TargetName

_T = TypeVar("_T")


@dataclass(frozen=True)
class Deployed:
    """An environment that is deployed, with the sessions and doors to it."""

    target: Target
    session: Session
    environment: Environment
    stack: DeployedStack

    @property
    def where(self) -> AccountRegion:
        """The account and region of the environment."""
        return self.environment.place

    @cached_property
    def resources(self) -> list[DeployedResource]:
        """The resources of the stack."""
        return CloudFormation(self.session, self.where).resources(self.stack.stack_id)

    def physical_ids(self, resource_type: str) -> list[str]:
        """Return the names or ARNs of the stack's resources of one type."""
        return [r.physical_id for r in self.resources if r.type == resource_type and r.physical_id]

    def output(self, name: str) -> str:
        """Return an output of the stack. Raises UserError when it has none of that name."""
        try:
            return self.stack.outputs[name]
        except KeyError:
            raise UserError(
                f"the stack {self.stack.name} has no output {name}; `gitops deploy {self.environment.name}` adds it"
            ) from None


def find_app(environment: Environment, requested: TargetName | None) -> Deployed:
    """Return an app as it is deployed.

    Raises:
        UserError: it is not an app, or it is not deployed.
        AwsError: AWS cannot be reached or refuses.
    """
    if environment.base is None:
        raise UserError(f"{environment.name} runs no services; name an app on it, {environment.name.folder}/NAME")
    return _find(environment, requested)


@dataclass(frozen=True, kw_only=True)
class Logged:
    """An app that logs or has logged, and where. `stack` is None when it is not deployed."""

    name: EnvironmentName
    target: Target
    session: Session
    where: AccountRegion
    stack: DeployedStack | None


def find_logged(declared: Environments, name: EnvironmentName, requested: TargetName | None) -> Logged:
    """Return an app that is declared, or was on a base that is.

    Raises:
        UserError: it is not an app, or neither it nor its base is declared.
        DeclarationError: its declaration is wrong, or its base's.
        AwsError: AWS cannot be reached or refuses.
    """
    if name.is_account or name.is_base:
        raise UserError(f"{name} runs no services; name an app on it, {name.folder}/NAME")
    (owner,) = declared.require([name if name in declared.names else name.base])
    target = targets.resolve(requested)
    session = Session(target)
    require_account(session.introduce(owner.place), [owner])
    stack = CloudFormation(session, owner.place).stack(name.stack)
    return Logged(name=name, target=target, session=session, where=owner.place, stack=stack)


def find_base(environment: Environment, requested: TargetName | None) -> Deployed:
    """Return a base as it is deployed. Raises as find_app does."""
    if environment.base is not None:
        raise UserError(f"{environment.name} is not a base; its base is {environment.name.folder}")
    return _find(environment, requested)


def base_of(app: Deployed) -> Deployed:
    """Return the base that an app stands on. Raises as find_app does."""
    base = app.environment.base
    if base is None:
        raise ValueError(f"{app.environment.name} is not an app")
    return _look_up(base, app.target, app.session)


def _find(environment: Environment, requested: TargetName | None) -> Deployed:
    target = targets.resolve(requested)
    session = Session(target)
    require_account(session.introduce(environment.place), [environment])
    return _look_up(environment, target, session)


def _look_up(environment: Environment, target: Target, session: Session) -> Deployed:
    where = environment.place
    stack = CloudFormation(session, where).stack(environment.name.stack)
    if stack is None:
        raise UserError(f"{environment.name} is not deployed in {where}. Deploy it: gitops deploy {environment.name}")
    return Deployed(target, session, environment, stack)


Picked = TypeVar("Picked")

CLUSTER = "AWS::ECS::Cluster"
SERVICE = "AWS::ECS::Service"
TASK_DEFINITION = "AWS::ECS::TaskDefinition"


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


def pick(name: EnvironmentName, services: Mapping[str, _T], wanted: str) -> _T:
    """Return what belongs to the service `wanted`. Raises UserError, which lists the services, when there is none."""
    if wanted in services:
        return services[wanted]
    close = get_close_matches(wanted, services, n=1)
    guess = f" Did you mean --service {close[0]}?" if close else ""
    listed = ", ".join(services)
    raise UserError(f"{name} has no service {wanted}; it has {listed}.{guess}")


def task_open_to_exec(app: Deployed, service: Service, ecs: Ecs) -> Task:
    """Return the running task of a service that started last and takes commands.

    Raises:
        UserError: no task takes commands; the message says why.
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
