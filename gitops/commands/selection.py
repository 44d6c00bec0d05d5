"""The environments that a command line names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.environments import AccountRegion, load, parse_name
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.aws.regions import require_account
from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment, Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.session import Session


def parse_names(texts: Iterable[str]) -> list[EnvironmentName]:
    """Return the names in `texts`, each once. Raises UserError for what cannot be a name."""
    try:
        return list(dict.fromkeys(parse_name(text) for text in texts))
    except ValueError as error:
        raise UserError(str(error)) from error


def select(folder: Path, texts: Iterable[str], today: date) -> list[Environment]:
    """Return the environments named in `texts`, or all that are declared in `folder` when none is.

    An error in a declaration that is neither named nor needed does not matter. Warnings go to standard error.

    Raises:
        DeclarationError: a declaration is wrong.
        UserError: what is named cannot be a name.
    """
    names = parse_names(texts)
    declared = load(folder, only=names or None, today=today)
    show_warnings(declared)
    return [declared[name] for name in names] or list(declared)


def show_warnings(declared: Environments) -> None:
    """Print what is doubtful about declarations on standard error."""
    for warning in declared.warnings:
        say(f"warning: {warning}")


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
    require_account(reached, [declared[EnvironmentName(ACCOUNTS_FOLDER, account)] for account in wanted])
    return wanted
