"""The decisions of a deployment: what goes first, what needs nothing, what a round of the CDK CLI has achieved."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from gitops.aws import stack_status
from gitops.output.outcome import FAILURES

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.cdk.assembly import SynthesisedStack
    from gitops.output.outcome import DeploymentOutcome


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What became of one environment. `resources` are those of its template.

    `reason` says why an environment was not deployed, be it that a newer run does it: superseded.
    """

    environment: Environment
    outcome: DeploymentOutcome
    resources: int
    seconds: float
    url: str = ""
    reason: str = ""

    @property
    def succeeded(self) -> bool:
        """Whether the environment is now as it was declared, or another run has taken that over."""
        return self.outcome not in FAILURES


def waves(environments: Iterable[Environment]) -> list[list[Environment]]:
    """Return the environments in the order of deployment: accounts, bases, then the apps on them."""
    accounts: list[Environment] = []
    bases: list[Environment] = []
    apps: list[Environment] = []
    for environment in environments:
        wave = accounts if environment.name.is_account else bases if environment.base is None else apps
        wave.append(environment)
    return [wave for wave in (accounts, bases, apps) if wave]


def missing_bases(
    selected: Iterable[Environment], deployed: Mapping[EnvironmentName, DeployedStack]
) -> dict[EnvironmentName, list[EnvironmentName]]:
    """Return bases that are neither selected nor deployed, each with the selected apps that need it."""
    selection = list(selected)
    names = {environment.name for environment in selection}
    missing: dict[EnvironmentName, list[EnvironmentName]] = {}
    for environment in selection:
        base = environment.base.name if environment.base else None
        if base is None or base in names:
            continue
        stack = deployed.get(base)
        if stack is None or not (stack_status.is_operational(stack.status) or stack_status.is_moving(stack.status)):
            missing.setdefault(base, []).append(environment.name)
    return missing


def may_be_unchanged(wanted: SynthesisedStack, deployed: DeployedStack | None) -> bool:
    """Whether all but the template, which takes a request to get, says that there is nothing to do."""
    return (
        deployed is not None
        and stack_status.is_good(deployed.status)
        and deployed.tags == wanted.tags
        and deployed.protected == wanted.protected
    )


def judge(
    before: DeployedStack | None, after: DeployedStack | None, *, cli_succeeded: bool, cli_failed_here: bool = False
) -> DeploymentOutcome | None:
    """Return what a run of the CDK CLI has done to a stack, or None when the stack had not had its turn.

    The CLI starts no further stacks once one has failed, so a failed run says nothing about those it left alone.
    `cli_failed_here` is whether it says that it failed at this very stack: what changed it then was somebody else.
    """
    if after is None:
        return None
    if before is not None and _trace(before) == _trace(after):
        return "unchanged" if cli_succeeded else None
    if cli_failed_here or not stack_status.is_good(after.status):
        return "failed"
    return "updated" if before is not None and before.stack_id == after.stack_id else "created"


def next_groups(group: Sequence[SynthesisedStack], left: Sequence[SynthesisedStack]) -> list[list[SynthesisedStack]]:
    """Return how to try again what a run of `group` has `left`: together, or one by one when it did nothing.

    A stack that fails before CloudFormation knows of it leaves no trace; on its own it can be told apart.
    """
    if len(left) < len(group):
        return [list(left)] if left else []
    return [[item] for item in left] if len(group) > 1 else []


def _trace(stack: DeployedStack) -> tuple[object, ...]:
    """Return what any operation on a stack changes."""
    return stack.stack_id, stack.changed, stack.status, stack.protected
