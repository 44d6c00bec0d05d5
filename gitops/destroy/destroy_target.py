"""What is about to be destroyed: where it stands, and what forbids that it goes."""

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
class Standing:
    """An environment that may be destroyed, nothing standing on it: its declaration and its stack, if there are any.

    `places` are those that were searched for the stack; `interval` is in seconds, between questions to CloudFormation.
    """

    name: EnvironmentName
    declared: Environment | None
    stack: DeployedStack | None
    cloudformation: CloudFormation | None
    places: Collection[AccountRegion]
    interval: float


def find(*, folder: Path, name: EnvironmentName, region: str | None, requested_target: TargetName | None) -> Standing:
    """Look for an environment among the declarations in `folder` and in AWS. `region` is one more to look in.

    Raises:
        UserError: it is an account, others stand on it, or it cannot be told where it is.
        AwsError: AWS cannot be listed completely.
    """
    if name.is_account:
        raise UserError(
            f"{name} is what all environments of the account stand on; gitops does not destroy it. An administrator "
            f"deletes the stack {name.stack} when nothing is left in the account"
        )
    declared = load(folder)
    aws = targets.resolve(requested_target)
    session = Session(aws)
    places = _places(session, declared, name, region)
    regions = Regions(session, places)
    stacks = regions.stacks().values()
    stack = destruction_plan.find_stack(name, stacks)
    _refuse_while_depended_upon(name, stack, declared, stacks)
    return Standing(
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
    """Return every place that the environment can be in.

    Raises:
        UserError: the credentials in use do not reach all of them, so that "not found" would mean nothing.
    """
    owner = declared.by_name.get(wanted) or declared.by_name.get(wanted.base)
    places = {place for place in declared.places() if owner is None or place.account == owner.account_id}
    if region is not None:
        places |= {AccountRegion(place.account, region) for place in places}
    if not places:
        raise UserError("no account is declared, so there is nowhere to look for it")
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
    standing = destruction_plan.dependents(name, account_id, declared, stacks)
    if standing:
        listed = "\n".join(f"  {other} ({where})" for other, where in standing.items())
        raise UserError(
            f"{name} is not destroyed while others stand on it:\n{listed}\n"
            "Remove their files and destroy them first: gitops destroy NAME"
        )
