"""`gitops destroy`: delete an environment's stack, whether its declaration still exists or not."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from constructs_lib.config.environments import load
from gitops import target
from gitops.aws import Session
from gitops.commands.selection import parse_names
from gitops.deployment.rounds import poll_interval
from gitops.destruction import destruction, destruction_plan
from gitops.errors import UserError
from gitops.regions import Regions, known_places, require_account
from gitops.target import AccountRegion
from gitops.terminal.progress import reporting, say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.cloudformation import CloudFormation, DeployedStack, StackEvent
    from gitops.target import TargetName


def destroy(
    *,
    folder: Path,
    name: str,
    yes: bool,
    confirm: str | None,
    region: str | None,
    requested_target: TargetName | None,
) -> int:
    """Destroy the environment `name`, after consent: `yes`, and for what is protected its name in `confirm`.

    `region` is one more to look in, for an environment whose base is no longer declared. Returns 0 also when the
    environment is gone already.
    """
    (wanted,) = parse_names([name])
    if wanted.is_account:
        raise UserError(
            f"{wanted} is what all environments of the account stand on; gitops does not destroy it. An administrator "
            f"deletes the stack {wanted.stack} when nothing is left in the account"
        )
    if confirm is not None and parse_names([confirm]) != [wanted]:
        raise UserError(f"--confirm {confirm} does not name {wanted}; nothing was destroyed")
    declared = load(folder)
    aws = target.resolve(requested_target)
    session = Session(aws)
    places = _places(session, declared, wanted, region)
    regions = Regions(session, places)
    stacks = regions.stacks().values()
    stack = destruction_plan.find_stack(wanted, stacks)
    _refuse_while_depended_upon(wanted, stack, declared, stacks)
    if stack is None:
        say(f"{wanted} is not deployed in {' '.join(map(str, sorted(places)))}: nothing to destroy")
        return 0
    if stack.status != destruction.DELETING:
        _obtain_consent(wanted, stack, regions[stack.where], yes=yes, confirmed=confirm is not None)
    kept = _delete(wanted, stack, regions[stack.where], poll_interval(aws))
    for event in kept:
        print(f"kept: {event.type} {event.physical_id}")
    if wanted in declared:
        say(f"{declared[wanted].source.path} still declares it: `gitops deploy --all` would create it again")
    return 0


def _places(
    session: Session, declared: Environments, wanted: EnvironmentName, region: str | None
) -> set[AccountRegion]:
    """Return every place that the environment can be in.

    Raises:
        UserError: the credentials in use do not reach all of them, so that "not found" would mean nothing.
    """
    owner = declared.by_name.get(wanted) or declared.by_name.get(wanted.base)
    places = {place for place in known_places(declared) if owner is None or place.account == owner.account_id}
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


def _obtain_consent(
    name: EnvironmentName, stack: DeployedStack, cloudformation: CloudFormation, *, yes: bool, confirmed: bool
) -> None:
    """Print what will go and ask, unless `yes`. Raises UserError without consent."""
    resources = cloudformation.resources(stack.stack_id)
    print(f"{name}: the stack {stack.name} in {stack.where}, with")
    for resource_type, count in destruction_plan.counted(resources):
        print(f"  {count:4} {resource_type}")
    lost = destruction_plan.losses(resources, cloudformation.template(stack.stack_id))
    if lost:
        print("of which these hold data:")
        for line in lost:
            print(f"  {line}")
    sys.stdout.flush()
    why = destruction_plan.needs_confirmation(name, stack)
    if why and not confirmed:
        raise UserError(f"{name} {why}. Nothing was destroyed. To destroy it all the same, add: --confirm {name}")
    if yes:
        return
    if not sys.stdin.isatty():
        raise UserError("nobody can be asked here, and nothing was destroyed. To go ahead without a question: --yes")
    print(f"Destroy {name}? Type yes: ", end="", file=sys.stderr, flush=True)
    if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
        raise UserError("nothing was destroyed")


def _delete(
    name: EnvironmentName, stack: DeployedStack, cloudformation: CloudFormation, interval: float
) -> list[StackEvent]:
    with reporting() as report:
        try:
            kept = destruction.delete(cloudformation, stack, interval=interval, report=report)
        except KeyboardInterrupt:
            say(f"interrupted; CloudFormation goes on by itself. Run `gitops destroy {name}` again to see the end")
            raise
        report.finish(str(name), "destroyed")
    return kept
