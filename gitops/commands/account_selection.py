"""The accounts that a command line names, and whether the credentials are for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.aws.regions import require_account
from gitops.errors import UserError

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environments
    from gitops.aws.session import Session


def select_accounts(declared: Environments, name: str | None, session: Session) -> list[str]:
    """Return the account of a name, or without one all that the credentials reach; says on standard error which AWS.

    Raises:
        UserError: there is no account of that name, or the credentials are for another.
        AwsError: AWS cannot be reached.
    """
    if name is not None and name not in declared.accounts:
        raise UserError(f"the account {name} is not declared; declared are: {', '.join(declared.accounts) or 'none'}")
    wanted = [name] if name else list(declared.accounts)
    if not wanted:
        raise UserError("no account is declared")
    first = declared.accounts[wanted[0]]
    reached = session.introduce(AccountRegion(first.id, first.region))
    if name is None:
        wanted = [account for account in wanted if reached in {None, declared.accounts[account].id}]
    require_account(reached, [declared.well_formed[EnvironmentName(ACCOUNTS_FOLDER, name)] for name in wanted])
    return wanted
