"""The environment to destroy: its declaration, its stack, and the reasons not to destroy it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion, read
from gitops.aws import target as targets
from gitops.aws.logs import CloudWatchLogs
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.deploy.rounds import poll_interval
from gitops.destroy import decisions as destruction_plan
from gitops.errors import UserError
from gitops.git.former_places import former_places

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from constructs_lib.config.source import Source
    from gitops.aws.cloudformation import CloudFormation, DeployedStack
    from gitops.aws.target import TargetName


@dataclass(frozen=True, kw_only=True)
class DestroyTarget:
    """An environment that no other depends on: its file and its stack, if it has them.

    `source` is its file in the checkout, right or wrong. `places` were searched for the stack; `interval` is in
    seconds, between two requests to CloudFormation. `seeds` are environments whose files name it as the source of their
    data.
    """

    name: EnvironmentName
    source: Source | None
    stack: DeployedStack | None
    cloudformation: CloudFormation | None
    logs: CloudWatchLogs | None
    places: Collection[AccountRegion]
    interval: float
    seeds: Collection[EnvironmentName] = ()
    left_behind: bool = False
    """Whether it is declared in another place than that of its stack, and goes on there."""


def find_destroy_target(
    *, folder: Path, name: EnvironmentName, region: str | None, requested_target: TargetName | None
) -> DestroyTarget:
    """Look for an environment among the declarations in `folder` and in AWS: where any is declared, or was.

    With `region`, its stack in that region is meant, be it declared there or not. Declarations that are wrong, its own
    or others, do not matter.

    Raises:
        UserError: it is an account, other environments depend on it, its account is not known, or its file cannot be
            read, so that a lock in it is not seen.
        AwsError: AWS cannot be listed completely.
    """
    if name.is_account:
        raise UserError(
            f"gitops does not destroy {name}: all environments of the account depend on it. An administrator deletes "
            f"the stack {name.stack} when the account has no other stacks"
        )
    declared = read(folder)
    if name in declared.names and name not in declared.sources:
        listed = "\n".join(f"  {problem}" for problem in declared.wrong[name])
        raise UserError(
            f"the file of {name} cannot be read, so it is not known whether it is locked. Nothing was destroyed. "
            f"Correct the file or remove it:\n{listed}"
        )
    aws = targets.resolve(requested_target)
    session = Session(aws)
    places, elsewhere = _places(session, declared, name, region)
    regions = Regions(session, places, former_places(folder, {place.account for place in places}))
    stacks = [stack for stack in regions.stacks().values() if region in {None, stack.where.region}]
    declared_at = declared.place_of(name)
    stack = destruction_plan.find_stack(name, stacks, declared_at)
    if stack is None and elsewhere:
        raise UserError(elsewhere)
    left_behind = region is not None and stack is not None and declared_at not in {None, stack.where}
    if stack and left_behind:
        _refuse_while_depended_upon(name, (), [other for other in stacks if other.where == stack.where])
    else:
        _refuse_while_depended_upon(name, declared.names, stacks)
    return DestroyTarget(
        name=name,
        source=declared.sources.get(name),
        stack=stack,
        cloudformation=regions[stack.where] if stack else None,
        logs=CloudWatchLogs(session, stack.where) if stack else None,
        places=places,
        interval=poll_interval(aws),
        seeds=() if left_behind else declared.seeded_from(name),
        left_behind=left_behind,
    )


def _places(
    session: Session, declared: Environments, wanted: EnvironmentName, region: str | None
) -> tuple[set[AccountRegion], str]:
    """Return every account and region that the environment can be in and that the credentials reach.

    The text says why its absence there would prove nothing; it is empty where that would prove that there is none.

    Raises:
        UserError: the credentials are for another account than the environment's, or no account is declared.
    """
    owner = declared.place_of(wanted) or declared.place_of(wanted.base)
    places = {place for place in declared.places() if owner is None or place.account == owner.account}
    if region is not None:
        places |= {AccountRegion(place.account, region) for place in places}
    if not places:
        raise UserError(f"{wanted} cannot be looked for: no account is declared")
    account = session.introduce(min(places))
    if owner and account not in {None, owner.account}:
        raise UserError(
            f"these credentials are for AWS account {account}; nothing was changed:\n"
            f"  {wanted} is declared in account {owner.account}\n"
            "Use credentials for that account (AWS_PROFILE)."
        )
    elsewhere = sorted({place.account for place in places if account not in {None, place.account}})
    if not elsewhere:
        return places, ""
    return {place for place in places if place.account == account}, (
        f"no readable file says where {wanted} or its base is, so it may be in any account that is declared; these "
        f"credentials are for {account} alone, where it is not, and not for {', '.join(elsewhere)}. Nothing was "
        "destroyed. Put the base's file back, destroy, and remove it then."
    )


def _refuse_while_depended_upon(
    name: EnvironmentName, declared: Iterable[EnvironmentName], stacks: Iterable[DeployedStack]
) -> None:
    dependents = destruction_plan.dependents(name, declared, stacks)
    if dependents:
        listed = "\n".join(f"  {other} ({where})" for other, where in dependents.items())
        raise UserError(
            f"{name} is not destroyed while other environments depend on it:\n{listed}\n"
            "Remove their files and destroy them first: gitops destroy NAME"
        )
