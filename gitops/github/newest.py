"""Declarations as the default branch has them now. A job can have waited for reviewers or in a queue for days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config import loader
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.unchecked import UncheckedDeclaration
from gitops.errors import LockedError, UserError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from constructs_lib.config.model import LockConfig
    from constructs_lib.config.naming import EnvironmentName
    from gitops.github.repository import Repository


def declaration_path(folder: Path, name: EnvironmentName) -> str:
    """Return the path of a declaration in the repository, at whose top the folder of declarations is."""
    return f"{folder.resolve().name}/{name}.yaml"


def newest_data(repository: Repository, path: str) -> Mapping[str, object] | None:
    """Return the data of a declaration's file on the default branch, unchecked, or None when it is not there.

    Raises:
        UserError: the file cannot be read as YAML.
        GitHubError: GitHub does not answer.
    """
    file = repository.file(path, repository.default_branch())
    if file is None:
        return None
    try:
        return loader.parse(file.text.encode(), path).data
    except DeclarationError as error:
        raise UserError(
            f"{path} on the default branch cannot be read: {error}\nNothing was destroyed or changed"
        ) from error


def newest_lock(repository: Repository, folder: Path, environment: Environment) -> LockConfig | None:
    """Return the lock of an environment on the default branch; that of its own file when it has none there.

    Raises:
        UserError: it cannot be known whether the environment is locked.
    """
    data = newest_data(repository, declaration_path(folder, environment.name))
    return environment.lock if data is None else UncheckedDeclaration(data).lock


def require_unlocked(repository: Repository, folder: Path, environment: Environment) -> None:
    """Raise LockedError when an environment is locked on the default branch, and UserError when that is not known."""
    if lock := newest_lock(repository, folder, environment):
        raise LockedError(f"{environment.name} is {lock}. Nothing was changed. `/unlock {environment.name}` unlocks it")
