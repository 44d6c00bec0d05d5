"""The environment to destroy: its declaration, its stack, and the reasons not to destroy it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion, load
from gitops.aws import target as targets
from gitops.aws.regions import Regions, require_account
from gitops.aws.session import Session
from gitops.deploy.rounds import poll_interval
from gitops.destroy import decisions as destruction_plan
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from pathlib import Path

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import CloudFormation, DeployedStack
    from gitops.aws.target import TargetName


@dataclass(frozen=True, kw_only=True)
class DestroyTarget:
    """An environment that no other depends on: its declaration and its stack, if it has them.

    `places` were searched for the stack; `interval` is in seconds, between two requests to CloudFormation.
    """

    name: EnvironmentName
    declared: Environment | None
    stack: DeployedStack | None
    cloudformation: CloudFormation | None
    places: Collection[AccountRegion]
    interval: float


def find_destroy_target(
    *, folder: Path, name: EnvironmentName, region: str | None, requested_target: TargetName | None
) -> DestroyTarget:
    """Look for an environment among the declarations in `folder` and in AWS. `region` is searched too.

    Raises:
        UserError: it is an account, other environments depend on it, or its account is not known.
        AwsError: AWS cannot be listed completely.
    """
    if name.is_account:
        raise UserError(
            f"gitops does not destroy {name}: all environments of the account depend on it. An administrator deletes "
            f"the stack {name.stack} when the account has no other stacks"
        )
    declared = load(folder)
    aws = targets.resolve(requested_target)
    session = Session(aws)
    places = _places(session, declared, name, region)
    regions = Regions(session, places)
    stacks = regions.stacks().values()
    stack = destruction_plan.find_stack(name, stacks)
    _refuse_while_depended_upon(name, stack, declared, stacks)
    return DestroyTarget(
        name=name,
        declared=declared.by_name.get(name),
        stack=stack,
        cloudformation=regions[stack.where] if stack else None,
        places=places,
        interval=poll_interval(aws),
    )


def _places(
    session: Session, declared: Environments, wanted: EnvironmentName, region: str | None
) -> set[AccountRegion]:
    """Return every account and region that the environment can be in.

    Raises:
        UserError: the credentials in use do not reach all of them, so that "not found" would prove nothing.
    """
    owner = declared.by_name.get(wanted) or declared.by_name.get(wanted.base)
    places = {place for place in declared.places() if owner is None or place.account == owner.account_id}
    if region is not None:
        places |= {AccountRegion(place.account, region) for place in places}
    if not places:
        raise UserError(f"{wanted} cannot be looked for: no account is declared")
    account = session.introduce(min(places))
    require_account(account, [owner] if owner else [])
    elsewhere = sorted({place.account for place in places if account not in {None, place.account}})
    if elsewhere:
        raise UserError(
            f"neither {wanted} nor its base is declared, so it may be in any account that is; these credentials are "
            f"for {account} alone, not for {', '.join(elsewhere)}. Nothing was destroyed. Put the base's file back, "
            "destroy, and remove it then."
        )
    return places


def _refuse_while_depended_upon(
    name: EnvironmentName, stack: DeployedStack | None, declared: Environments, stacks: Iterable[DeployedStack]
) -> None:
    account_id = stack.where.account if stack else declared[name].account_id if name in declared else None
    dependents = destruction_plan.dependents(name, account_id, declared, stacks)
    if dependents:
        listed = "\n".join(f"  {other} ({where})" for other, where in dependents.items())
        raise UserError(
            f"{name} is not destroyed while other environments depend on it:\n{listed}\n"
            "Remove their files and destroy them first: gitops destroy NAME"
        )
