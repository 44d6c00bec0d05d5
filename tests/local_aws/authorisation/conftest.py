"""The policy engine, one for each test process."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from local_aws.authorisation.engine import Engine

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine() as started:
        yield started
