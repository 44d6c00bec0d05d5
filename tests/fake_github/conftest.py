"""A GitHub, and a client of it that may do everything, for the tests of the fake itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx
import pytest

from tests.fake_github.fake import FakeGitHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def github(tmp_path: Path) -> Iterator[FakeGitHub]:
    """A GitHub that is asked nothing against its description; what jobs are refused is what is tested."""
    with FakeGitHub(tmp_path / "github") as fake:
        yield fake
    assert fake.violations == []


@pytest.fixture
def client(github: FakeGitHub) -> httpx.Client:
    """Asks with a token that has all permissions."""
    return httpx.Client(base_url=github.url, headers={"Authorization": f"Bearer {github.all_permissions_token}"})
