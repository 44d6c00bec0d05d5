"""Looking for environments that have had their time: in the declarations, in AWS, in git's history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.errors import UserError
from gitops.reap.observation import AD_HOC_APP, Announcement, Due, Left, Observation, judge_declared, strangers

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from constructs_lib.config.environments import Environments
    from constructs_lib.config.naming import EnvironmentName
    from gitops.aws.cloudformation import DeployedStack
    from gitops.git import History


def require_declarations(declared: Environments) -> None:
    """Raise UserError when nothing is declared: that is an accident rather than the wish to destroy everything."""
    if all(environment.name.is_account for environment in declared):
        raise UserError(
            "no environment is declared at all, which looks like an accident; nothing was touched. Look at the "
            "checkout: are its files there?"
        )


def observe(
    account: str, declared: Environments, stacks: Collection[DeployedStack], history: History, now: datetime
) -> Observation:
    """Return what is to be done in an account, by all of its stacks.

    Absence alone says nothing: what is deployed and not declared is due only when a commit removed its file.
    """
    here = [environment for environment in declared if environment.account == account]
    found: list[Due | Announcement | Left] = list(judge_declared(here, now))
    found += [
        stranger if isinstance(stranger, Left) else _by_history(*stranger, history)
        for stranger in strangers(declared, stacks)
    ]
    return Observation(
        account=account,
        moment=now,
        due=tuple(item for item in found if isinstance(item, Due)),
        announcements=tuple(item for item in found if isinstance(item, Announcement)),
        left=tuple(item for item in found if isinstance(item, Left)),
    )


def _by_history(name: EnvironmentName, stack: DeployedStack, history: History) -> Due | Left:
    """Judge an environment that is deployed and not declared by what its file said when it was removed."""
    commit = history.removed(name)
    if commit is None:
        return Left(environment=str(name), why="is not declared, and no commit has removed its file")
    try:
        data = loader.parse(history.before(commit, name), str(name)).data
    except DeclarationError:
        return Left(environment=str(name), why=f"what its file said before {commit[:7]} removed it cannot be read")
    file = UncheckedDeclaration(data)
    if file.lock:
        return Left(environment=str(name), why=f"was {file.lock}, when {commit[:7]} removed its file")
    if file.kind != AD_HOC_APP:
        return Left(environment=str(name), why=f"was no {AD_HOC_APP} when {commit[:7]} removed its file")
    return Due(environment=str(name), region=stack.where.region, why=f"its file was removed by {commit[:7]}")
