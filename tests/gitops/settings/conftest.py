"""Settings of a GitHub of the test's own, and a token that may not read all of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gitops.github.settings import RepositorySettings
from gitops.github.transport import Transport
from tests.fake_github.faults import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.fake_github.fake import FakeGitHub

ACCOUNTS = {"main": "111111111111", "prod": "222222222222"}
"""Ids of the declared accounts by name."""

OF_ADMINISTRATORS = ("/environments/*/variables", "/branches/*/protection", "/actions/permissions*")
"""What the token of a job cannot read, whatever permissions it has."""


@pytest.fixture
def settings(fake_github: FakeGitHub) -> RepositorySettings:
    """Settings as they must be, with the variables of both accounts."""
    for name in ("plan", "deploy", "production", "destroy", "publish"):
        fake_github.state.settings.environments[name].variables = {
            f"AWS_ROLE_ARN_{account.upper()}": f"arn:aws:iam::{account_id}:role/gitops/{name}"
            for account, account_id in ACCOUNTS.items()
        }
    return RepositorySettings(Transport(fake_github.url, fake_github.all_permissions_token), fake_github.repository)


@pytest.fixture
def with_token_of_job(fake_github: FakeGitHub) -> Callable[[], None]:
    """Ask with the token of a job from now on."""

    def ask() -> None:
        for path in OF_ADMINISTRATORS:
            fake_github.fault("GET", path, Outcome.FORBIDDEN)
        fake_github.state.settings.branch_bypassing = None

    return ask
