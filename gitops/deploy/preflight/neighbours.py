"""Whether what an app claims on its base is free: beside what is deployed there, declared or not.

The declarations are compared with each other where they are read; a stack can be left of a declaration that is gone, or
of an earlier version of one.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig, AdHocBaseConfig
from constructs_lib.config.naming import URL_OUTPUT, BaseOutput, EnvironmentName
from gitops.aws import stack_status
from gitops.aws.load_balancing import LoadBalancing
from gitops.deploy.preflight.check import PreflightCheck
from gitops.deploy.preflight.quotas import LISTENER_RULE, resources_of

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence

    from constructs_lib.config.environments import Environment
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session
    from gitops.deploy.preflight.check import DeploymentCandidate


def neighbour_checks(
    session: Session,
    regions: Regions,
    apps: Sequence[tuple[Environment, DeploymentCandidate]],
    existing: Existing,
) -> Iterator[PreflightCheck]:
    """Yield the checks of what `apps` claim beside the stacks that exist; without a base there is no claim."""
    apps = [(environment, candidate) for environment, candidate in apps if environment.base]
    coming = {environment.name for environment, _ in apps}
    for environment, candidate in apps:
        name = environment.name
        others = [stack for stack in existing.values() if stack.environment and stack.environment != str(name)]
        on_base = [stack for stack in others if _is_app_on(stack, name.base)]
        balancer = LoadBalancing(session, environment.place)
        base = existing.get((environment.place, name.base.stack))
        yield PreflightCheck(f"host name of {name}", [name], partial(host_problem, candidate.stack.url, others))
        yield PreflightCheck(
            f"priorities of listener rules of {name}",
            [name],
            partial(_priority_problem, candidate, regions, balancer, base),
        )
        if _seed(environment) and not _has_run(candidate.deployed):
            yield PreflightCheck(
                f"source of the data of {name}", [name], partial(seed_problem, environment, coming, others)
            )
        if candidate.deployed is None:
            count = partial(count_problem, environment, coming, on_base)
            yield PreflightCheck(f"number of environments on {name.base}", [name], count)


def host_problem(url: str, others: Collection[DeployedStack]) -> str:
    """Return which other environment answers at the URL of an app."""
    taken = next((stack for stack in others if url and stack.outputs.get(URL_OUTPUT) == url), None)
    return f"{taken.environment} is deployed and answers at {url}; {_REMEDY}" if taken else ""


def count_problem(
    environment: Environment, coming: Collection[EnvironmentName], on_base: Collection[DeployedStack]
) -> str:
    """Return whether a new app is one too many for the policy of its base, by what is deployed and comes with it."""
    base = environment.base.config if environment.base else None
    if not isinstance(base, AdHocBaseConfig):
        return ""
    deployed = {_name(stack) for stack in on_base}
    new = sorted(name for name in coming if name.folder == environment.name.folder and name not in deployed)
    count = len(deployed) + new.index(environment.name) + 1
    most = base.policy.max_environments
    if count <= most:
        return ""
    return (
        f"{len(deployed)} environments are deployed on {environment.name.base}, and {most} are allowed "
        "(policy.max_environments): destroy one first, or raise the limit"
    )


def seed_problem(
    environment: Environment, coming: Collection[EnvironmentName], others: Collection[DeployedStack]
) -> str:
    """Return whether the environment whose database a new one copies is missing. One that comes with it counts."""
    source = _seed(environment)
    if source is None or source in coming or any(stack.environment == str(source) for stack in others):
        return ""
    return f"{source}, whose database it would copy, is not deployed: deploy that first, or remove `database.seed_from`"


def taken_priorities(wanted: Collection[int], own: Collection[int], there: Collection[int]) -> str:
    """Return which of the priorities that an app wants are those of other rules; `own` are those of its stack now."""
    taken = sorted((set(wanted) - set(own)) & set(there))
    listed = ", ".join(map(str, taken))
    return f"the listener has rules of other environments with the priority {listed}; {_REMEDY}" if taken else ""


_REMEDY = "rename this file, or destroy that environment first"


def _priority_problem(
    candidate: DeploymentCandidate, regions: Regions, balancer: LoadBalancing, base: DeployedStack | None
) -> str:
    listener = base.outputs.get(BaseOutput.LISTENER_ARN) if base else None
    wanted = _priorities(candidate.stack.template)
    if not listener or not wanted:
        return ""
    stack = candidate.deployed
    own = _priorities(regions[stack.where].template(stack.stack_id)) if stack else set()
    return taken_priorities(wanted, own, balancer.rules(listener)) if wanted - own else ""


def _priorities(template: object) -> set[int]:
    return {int(rule["Priority"]) for rule in resources_of(template, LISTENER_RULE)}


def _seed(environment: Environment) -> EnvironmentName | None:
    config = environment.config
    seed = config.database.seed_from if isinstance(config, AdHocAppConfig) else None
    return EnvironmentName(environment.name.folder, seed) if seed else None


def _has_run(stack: DeployedStack | None) -> bool:
    return stack is not None and stack_status.is_operational(stack.status)


def _name(stack: DeployedStack) -> EnvironmentName:
    folder, _, file = str(stack.environment).partition("/")
    return EnvironmentName(folder, file)


def _is_app_on(stack: DeployedStack, base: EnvironmentName) -> bool:
    name = _name(stack)
    return name.base == base and not name.is_base
