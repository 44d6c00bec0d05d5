"""An account of its own in the embedded AWS for each test of a check."""

from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws.iam import Iam
from gitops.aws.session import Session
from local_aws.lifecycle import EmbeddedAws
from tests import embedded
from tests.gitops.checkouts import target_of


@pytest.fixture
def session(embedded_state: tuple[Path, EmbeddedAws], where: AccountRegion) -> Session:
    """A session; ECS has been used in the account before."""
    made = Session(target_of(embedded_state[1]))
    Iam(made, where).make_service_linked_role("ecs.amazonaws.com")
    return made


@pytest.fixture
def where() -> AccountRegion:
    return AccountRegion(embedded.new_account(), "eu-central-1")
