"""Which repository on GitHub a person's command talks to."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import httpx
import pytest

from gitops.errors import UserError
from gitops.github.connection import connect, identify
from gitops.github.model import RepositoryIdentity
from tests.gitops.checkouts import REPOSITORY

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_github.fake import FakeGitHub

ACCOUNT = 'kind: account\nid: "{id}"\nregion: us-east-1\nrepositories: [microblog]\n'
GITHUB = "github: {{repository: {name}, owner_id: 583231, repository_id: 1296269}}\n"


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


def test_a_repository_is_identified_as_github_writes_it(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", fake_github.url)
    monkeypatch.setenv("GITHUB_TOKEN", fake_github.all_permissions_token)

    expected = RepositoryIdentity(name="example/environments", id=1296269, owner_id=583231)
    assert identify("Example/Environments") == expected


def test_a_repository_that_github_does_not_show_is_said(
    fake_github: FakeGitHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_API_URL", fake_github.url)
    monkeypatch.setenv("GITHUB_TOKEN", fake_github.all_permissions_token)

    with pytest.raises(UserError, match=r"^GitHub shows no repository example/other$"):
        identify("example/other")


def test_a_public_repository_is_identified_without_a_token(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        found = {"full_name": "example/environments", "id": 7, "owner": {"id": 8}}
        return httpx.Response(200, json=found) if request.url.path.endswith("/environments") else httpx.Response(404)

    client = httpx.Client
    monkeypatch.setattr(httpx, "Client", lambda **options: client(transport=httpx.MockTransport(answer), **options))
    monkeypatch.delenv("GITHUB_TOKEN", raising=False)
    monkeypatch.delenv("GITHUB_API_URL", raising=False)

    assert identify("example/environments") == RepositoryIdentity(name="example/environments", id=7, owner_id=8)
    with pytest.raises(UserError, match=r"If it is private: export GITHUB_TOKEN"):
        identify("example/private")
    assert [str(request.url) for request in asked] == [
        "https://api.github.com/repos/example/environments",
        "https://api.github.com/repos/example/private",
    ]
    assert not any("Authorization" in request.headers for request in asked)
