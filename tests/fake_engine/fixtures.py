"""The fixture `fake_engine`: import it into a conftest.py."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.fake_engine.engine import FakeEngine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def fake_engine() -> Iterator[FakeEngine]:
    """A Docker engine of the test's own. The test fails for a request or an answer against the API's description."""
    with FakeEngine() as engine:
        yield engine
    assert engine.violations == []
