"""Where an image has to be pushed, and with which role."""

from __future__ import annotations

import pytest

from constructs_lib.config.model import AccountConfig, GitHubConfig
from gitops.errors import UserError
from gitops.promote.registries import registries_of

GITHUB = GitHubConfig(repository="example/environments", owner_id=583231, repository_id=1296269)


def account(number: str, region: str, *repositories: str, github: GitHubConfig | None = None) -> AccountConfig:
    return AccountConfig(id=number * 12, region=region, github=github, repositories=repositories)


def test_an_image_goes_to_every_account_and_region_that_declares_its_repository() -> None:
    declared = {
        "main": account("1", "us-east-1", "microblog", "other", github=GITHUB),
        "main-eu": account("1", "eu-central-1", "microblog"),
        "second": account("2", "us-east-1", "microblog", github=GITHUB),
        "third": account("3", "us-east-1", "other", github=GITHUB),
    }

    assert registries_of("microblog", declared) == [
        {"account": "main", "region": "us-east-1", "role_variable": "AWS_ROLE_ARN_MAIN"},
        {"account": "main-eu", "region": "eu-central-1", "role_variable": "AWS_ROLE_ARN_MAIN"},
        {"account": "second", "region": "us-east-1", "role_variable": "AWS_ROLE_ARN_SECOND"},
    ]
    assert registries_of("unknown", declared) == []


def test_an_account_without_roles_for_github_cannot_be_pushed_to() -> None:
    with pytest.raises(UserError, match="accounts/main has the repository microblog and no role to push to it"):
        registries_of("microblog", {"main": account("1", "us-east-1", "microblog")})
