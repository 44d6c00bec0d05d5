"""The fixture `fake_github`: import it into a conftest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_github.fake import FakeGitHub

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def fake_github(tmp_path: Path) -> Iterator[FakeGitHub]:
    """A GitHub of the test's own.

    The test fails at its end for a request or an answer against GitHub's description, and for a job without permission.
    """
    with FakeGitHub(tmp_path / "github") as github:
        yield github
    assert not github.violations, "\n".join(github.violations)
    assert not github.refused, "\n".join(github.refused)
