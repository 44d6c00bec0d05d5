"""`gitops registries`: the accounts whose registry takes the images of an application, for a matrix of jobs."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from constructs_lib.config.environments import read
from gitops.errors import UserError
from gitops.github.actions import set_outputs
from gitops.promote.registries import registries_of

if TYPE_CHECKING:
    from pathlib import Path


def registries(*, folder: Path, repository: str) -> int:
    """Print the accounts that declare an image repository, as JSON, and set them as output `registries`. Returns 0.

    Raises:
        DeclarationError: the file of an account is not valid.
        UserError: no account has it, or one that has it cannot be pushed to from GitHub.
    """
    found = read(folder)
    found.require([name for name in found.names if name.is_account])
    declared = found.accounts
    entries = registries_of(repository, declared)
    if not entries:
        known = sorted({name for account in declared.values() for name in account.repositories})
        raise UserError(f"no account declares the repository {repository}; declared are: {', '.join(known) or 'none'}")
    set_outputs({"registries": entries})
    print(json.dumps(entries, indent=2))
    return 0
