"""The decisions of a destruction: which stack is meant, what forbids it, what would be lost."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from gitops.aws.resource_types import deletion_outcome, resource_type
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from constructs_lib.config.environments import AccountRegion
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedResource, DeployedStack


def find_stack(
    name: EnvironmentName, stacks: Iterable[DeployedStack], declared_at: AccountRegion | None = None
) -> DeployedStack | None:
    """Return the one stack that is the environment `name`, known by its name and by its tag.

    Of several, it is the one in the place where the environment is declared.

    Raises:
        UserError: a stack has the name and is not tagged as this environment, or several are, none of them there.
    """
    namesakes = [stack for stack in stacks if stack.name == name.stack]
    ours = [stack for stack in namesakes if stack.environment == str(name)]
    strangers = [stack for stack in namesakes if stack.environment != str(name)]
    if strangers and not ours:
        listed = ", ".join(f"{stack.where} ({stack.environment or 'without the tag'})" for stack in strangers)
        raise UserError(f"the stack {name.stack} is not tagged as {name}, so it is left alone: {listed}")
    there = [stack for stack in ours if stack.where == declared_at]
    if len(ours) > 1 and not there:
        listed = ", ".join(str(stack.where) for stack in ours)
        raise UserError(
            f"{name} is deployed in {len(ours)} places: {listed}. Nothing was destroyed. Choose one: "
            f"gitops destroy {name} --region REGION"
        )
    return next(iter(there or ours), None)


def dependents(
    name: EnvironmentName, declared: Iterable[EnvironmentName], stacks: Iterable[DeployedStack]
) -> dict[str, str]:
    """Return what stands on an environment, with where it exists: declared, rightly or wrongly, deployed or both.

    On a base stand the apps of its folder, on an app nothing.
    """
    if not name.is_base:
        return {}
    in_git = {str(other) for other in declared if other.folder == name.folder and other != name}
    tagged = {str(stack.environment) for stack in stacks if stack.environment and stack.environment != str(name)}
    in_aws = {environment for environment in tagged if environment.startswith(f"{name.folder}/")}
    where = {(True, True): "declared and deployed", (True, False): "declared", (False, True): "deployed"}
    return {other: where[other in in_git, other in in_aws] for other in sorted(in_git | in_aws)}


def without_a_source(name: EnvironmentName, seeds: Iterable[EnvironmentName]) -> str:
    """Return what the removal of an environment means to those whose files name it as the source of their data."""
    listed = ", ".join(map(str, sorted(seeds)))
    return (
        f"{listed}: `seed_from` names {name}. Environments already seeded keep their database. Environments not "
        "deployed yet cannot be deployed until you remove that line"
    )


def losses(resources: Iterable[DeployedResource], template: object) -> list[str]:
    """Return the resources that hold data, a line each, and what becomes of them."""
    policies = _policies(template)
    lines = []
    for resource in resources:
        exists = resource.physical_id and resource.status != "DELETE_COMPLETE"
        if exists and resource_type(resource.type).holds_data:
            outcome = deletion_outcome(resource.type, policies.get(resource.logical_id))
            lines.append(f"{resource.type} {resource.physical_id}: {outcome}")
    return lines


def counted(resources: Iterable[DeployedResource]) -> list[tuple[str, int]]:
    """Return how many resources of each type exist, most first."""
    types = Counter(r.type for r in resources if r.physical_id and r.status != "DELETE_COMPLETE")
    return sorted(types.items(), key=lambda item: (-item[1], item[0]))


def _policies(template: object) -> Mapping[str, str]:
    resources = template.get("Resources", {}) if isinstance(template, dict) else {}
    return {name: body["DeletionPolicy"] for name, body in resources.items() if "DeletionPolicy" in body}
