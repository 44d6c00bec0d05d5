"""Which repository on GitHub a person's command talks to."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from gitops.errors import UserError
from gitops.github.connection import connect
from tests.gitops.checkouts import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = 'kind: account\nid: "{id}"\nregion: us-east-1\nrepositories: [microblog]\n'
GITHUB = "github: {{repository: {name}}}\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GITHUB_TOKEN", "a token")
    monkeypatch.delenv("GITHUB_REPOSITORY", raising=False)
    folder = tmp_path / "environments"
    (folder / "accounts").mkdir(parents=True)
    shutil.copy(REPOSITORY / "environments/schema.json", folder)
    return folder


def declare(folder: Path, *repositories: str | None) -> None:
    for number, name in enumerate(repositories, 1):
        text = ACCOUNT.format(id=str(number) * 12) + (GITHUB.format(name=name) if name else "")
        (folder / f"accounts/account-{number}.yaml").write_text(text)


def test_it_is_the_one_that_the_accounts_declare(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(folder, "example/environments", None, "example/environments")
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/application")

    assert connect(folder).name == "example/environments"


def test_a_job_says_which_of_several_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(folder, "example/environments", "example/others")

    with pytest.raises(UserError, match="accounts declare: example/environments, example/others"):
        connect(folder)
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/application")
    with pytest.raises(UserError, match="is not known"):
        connect(folder)
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/others")
    assert connect(folder).name == "example/others"


def test_without_a_declared_one_a_job_s_own_is_meant(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(folder, None)

    with pytest.raises(UserError, match="accounts declare: none"):
        connect(folder)
    monkeypatch.setenv("GITHUB_REPOSITORY", "example/environments")
    assert connect(folder).name == "example/environments"


def test_there_has_to_be_a_token(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(folder, "example/environments")
    monkeypatch.delenv("GITHUB_TOKEN")

    with pytest.raises(UserError, match="GITHUB_TOKEN is not set"):
        connect(folder)
