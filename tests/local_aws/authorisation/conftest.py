"""The policy engine and an embedded AWS that uses it, one of each for each test process."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest

from local_aws import lifecycle
from local_aws.authorisation.engine import Engine
from local_aws.loopback import ANY_PORT
from local_aws.settings import PERMISSIONS
from tests.local_aws.accounts import Account

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    with Engine() as started:
        yield started


@pytest.fixture(scope="session")
def strict_aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[lifecycle.EmbeddedAws]:
    """An embedded AWS that enforces permissions."""
    state_dir = tmp_path_factory.mktemp("strict-aws")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(PERMISSIONS, "enforce")
        aws, _ = lifecycle.up(state_dir, port=ANY_PORT, account="111111111111")
    yield aws
    lifecycle.down(state_dir)


ACCOUNT_NUMBERS = count(300000000000)


@pytest.fixture
def account(strict_aws: lifecycle.EmbeddedAws) -> Account:
    """An account of its own in it, in which ECS has been used before."""
    made = Account(strict_aws, str(next(ACCOUNT_NUMBERS)))
    made.use_ecs()
    return made
