"""GitHub as a person's command reaches it, on their machine or in a job."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import quote

from constructs_lib.config.environments import read
from constructs_lib.config.files import SUFFIX
from constructs_lib.config.naming import ACCOUNTS_FOLDER, EnvironmentName
from gitops.errors import UserError
from gitops.github.model import RepositoryIdentity
from gitops.github.repository import COMMIT_APP_TOKEN, repository_of
from gitops.github.settings import RepositorySettings
from gitops.github.transport import Transport

if TYPE_CHECKING:
    from pathlib import Path

    from gitops.github.repository import Repository

API_URL = "https://api.github.com"


def connect(folder: Path) -> Repository:
    """Return the repository that the accounts in `folder` declare, with the token in GITHUB_TOKEN.

    COMMIT_APP_TOKEN is that of a GitHub App that commits and opens pull requests; without it, GITHUB_TOKEN does so.

    Raises:
        UserError: the token is missing, or the repository is unknown.
    """
    app_token = os.environ.get(COMMIT_APP_TOKEN, "")
    return repository_of(_repository_name(folder), _api_url(), _token(), app_token)


def connect_settings(folder: Path, name: str | None = None) -> RepositorySettings:
    """Return the settings of the repository that the accounts in `folder` declare, or of the repository `name`.

    Raises as `connect` does.
    """
    return RepositorySettings(Transport(_api_url(), _token()), name or _repository_name(folder))


def _token() -> str:
    token = os.environ.get("GITHUB_TOKEN")
    if not token:
        raise UserError(
            'GITHUB_TOKEN is not set; gitops needs it to call GitHub: export GITHUB_TOKEN="$(gh auth token)"'
        )
    return token


def _api_url() -> str:
    return os.environ.get("GITHUB_API_URL", API_URL)


def identify(name: str) -> RepositoryIdentity:
    """Return what GitHub knows the repository `name`, `owner/name`, by. A public one needs no GITHUB_TOKEN.

    Raises:
        UserError: GitHub cannot be asked, or has no such repository for whoever asks.
    """
    token = os.environ.get("GITHUB_TOKEN")
    answer = Transport(_api_url(), token).find(f"repos/{quote(name)}")
    if answer is None:
        hint = "" if token else '. If it is private: export GITHUB_TOKEN="$(gh auth token)"'
        raise UserError(f"GitHub shows no repository {name}{hint}")
    return RepositoryIdentity.from_json(answer)


def _repository_name(folder: Path) -> str:
    files = (folder / ACCOUNTS_FOLDER).glob(f"*{SUFFIX}")
    declared = read(folder, only=[EnvironmentName.from_path(file) for file in files])
    names = {account.github.repository for account in declared.accounts.values() if account.github}
    if len(names) == 1:
        return names.pop()
    running = os.environ.get("GITHUB_REPOSITORY")
    if running and (not names or running in names):
        return running
    known = ", ".join(sorted(names)) or "none"
    raise UserError(
        f"which repository on GitHub has the declarations is not known; accounts declare: {known}. "
        "Write github.repository into environments/accounts/, or set GITHUB_REPOSITORY to one of them"
    )
