"""An account of its own in the embedded AWS for each test of a check."""

from itertools import count
from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws.session import Session
from gitops.aws.target import Target
from local_aws.lifecycle import EmbeddedAws

ACCOUNT_NUMBERS = count(500000000000)


@pytest.fixture
def session(embedded_state: tuple[Path, EmbeddedAws]) -> Session:
    return Session(Target(embedded_state[1]))


@pytest.fixture
def where() -> AccountRegion:
    return AccountRegion(str(next(ACCOUNT_NUMBERS)), "eu-central-1")
