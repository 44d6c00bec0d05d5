"""Where an image has to be pushed: to every registry that environments can pull it from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gitops.errors import UserError
from gitops.github.job_matrix import JobAccount, account_entry

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.config.model import AccountConfig


def registries_of(repository: str, declared: Mapping[str, AccountConfig]) -> list[JobAccount]:
    """Return the accounts that declare an image repository, one for each of their regions.

    The role is that of the file that makes the account's roles, which may be the file of another region. Raises
    UserError when an account has no roles for GitHub.
    """
    entries = []
    for name, config in sorted(declared.items()):
        if repository not in config.repositories:
            continue
        owners = [other for other, candidate in declared.items() if candidate.id == config.id and candidate.github]
        if not owners:
            raise UserError(
                f"accounts/{name} has the repository {repository} and no role to push to it: write `github` into it"
            )
        owner = name if name in owners else min(owners)
        entry = account_entry(name, config)
        entries.append(JobAccount(**{**entry, "role_variable": account_entry(owner, declared[owner])["role_variable"]}))
    return entries
