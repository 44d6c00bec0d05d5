"""CloudFormation in several accounts and regions as one."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion
from gitops.aws import stack_status
from gitops.aws.cloudformation import CloudFormation, DeployedStack
from gitops.aws.session import CONNECTIONS, AwsError, Session
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from constructs_lib.config.environments import Environment


Existing = Mapping[tuple[AccountRegion, str], DeployedStack]
"""Stacks by where they are and their name."""


class Regions:
    """CloudFormation in each account and region that a command has to do with.

    `former` are places in which something may have been left: one that cannot be listed is said, and stops nothing.
    """

    def __init__(
        self, session: Session, places: Collection[AccountRegion], former: Collection[AccountRegion] = ()
    ) -> None:
        self._by_place = {place: CloudFormation(session, place) for place in sorted({*places, *former})}
        self._former = set(former) - set(places)
        self.unseen: dict[AccountRegion, str] = {}
        """The former places that could not be listed, and why."""

    def __getitem__(self, place: AccountRegion) -> CloudFormation:
        return self._by_place[place]

    def stacks(self) -> Existing:
        """Return every stack; those that only have a change set do not exist yet.

        All or nothing: an AwsError in one region is raised, except in former places, which `unseen` then has.
        """
        with ThreadPoolExecutor(max_workers=CONNECTIONS) as pool:
            listings = pool.map(self._list, self._by_place)
            return {
                (stack.where, stack.name): stack
                for listing in listings
                for stack in listing
                if stack.status != stack_status.REVIEW
            }

    def _list(self, place: AccountRegion) -> list[DeployedStack]:
        try:
            return self[place].stacks()
        except AwsError as error:
            if place not in self._former:
                raise
            say(f"{place}, where something was declared before, could not be listed: {error}")
            self.unseen[place] = str(error)
            return []

    def templates(self, stacks: Iterable[DeployedStack]) -> dict[str, object]:
        """Return the templates of stacks as they were last given to CloudFormation, by stack name."""
        wanted = list(stacks)
        with ThreadPoolExecutor(max_workers=CONNECTIONS) as pool:
            templates = pool.map(lambda stack: self[stack.where].template(stack.name), wanted)
            return dict(zip((stack.name for stack in wanted), templates, strict=True))


def require_account(account: str | None, environments: Iterable[Environment]) -> None:
    """Raise UserError when an environment belongs to another account than `account`, that of the credentials.

    None is the embedded AWS, where we can be any account.
    """
    elsewhere = [e for e in environments if account is not None and e.account_id != account]
    if elsewhere:
        listed = "\n".join(f"  {e.name} is declared in account {e.account_id}" for e in elsewhere)
        raise UserError(
            f"these credentials are for AWS account {account}; nothing was changed:\n{listed}\n"
            "Use credentials for that account (AWS_PROFILE), or name environments of this one."
        )
