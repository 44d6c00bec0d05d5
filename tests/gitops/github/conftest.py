"""The door to GitHub, opened to a GitHub of the test's own."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING

import pytest

from gitops.github import transport as transport_module
from gitops.github.repository import Repository
from gitops.github.transport import Transport

if TYPE_CHECKING:
    from tests.fake_github.fake import FakeGitHub


@pytest.fixture(autouse=True)
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that requests have waited before another try; no test really waits."""
    waited: list[float] = []
    monkeypatch.setattr(transport_module, "time", SimpleNamespace(sleep=waited.append))
    return waited


@pytest.fixture
def transport(fake_github: FakeGitHub) -> Transport:
    return Transport(fake_github.url, fake_github.all_permissions_token)


@pytest.fixture
def repository(fake_github: FakeGitHub, transport: Transport) -> Repository:
    return Repository(transport, fake_github.repository)


@pytest.fixture
def pull_request(fake_github: FakeGitHub) -> int:
    """The number of an open pull request that adds a file."""
    fake_github.commit({"environments/dev/alpha.yaml": "kind: ad-hoc-app\n"}, branch="alpha")
    return fake_github.open_pull_request(branch="alpha")
