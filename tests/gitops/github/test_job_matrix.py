"""What jobs of a matrix know of their environments."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.naming import EnvironmentName
from gitops.github import job_matrix
from gitops.github.job_matrix import JobEnvironment, approval_of

if TYPE_CHECKING:
    from pathlib import Path

ACCOUNT = (
    'kind: account\nid: "111111111111"\nregion: {region}\n'
    "github: {{repository: example/environments, owner_id: 583231, repository_id: 1296269}}\n"
    "repositories: [microblog]\n"
)
BASE = (
    "kind: ad-hoc-base\naccount: {account}\ndomain: {name}.example.com\nhosted_zone_id: Z0123456789{zone}\n"
    "network: {{cidr: {cidr}}}\n"
    'app_defaults: {{owner: octocat, repository: microblog, services: {{web: {{port: 8000, paths: ["/*"]}}}}}}\n'
)
APP = "kind: ad-hoc-app\nimage: v1.4.2\nexpires: 2100-01-01\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two accounts with a base each, and an app on the first."""
    texts = {
        "accounts/main.yaml": ACCOUNT.format(region="us-east-1"),
        "accounts/second-one.yaml": ACCOUNT.format(region="eu-central-1").replace("1" * 12, "2" * 12),
        "dev/base.yaml": BASE.format(account="main", name="dev", zone="DEV", cidr="10.20.0.0/16"),
        "dev/alpha.yaml": APP,
        "qa/base.yaml": BASE.format(account="second-one", name="qa", zone="QA", cidr="10.30.0.0/16"),
    }
    for name, text in texts.items():
        file = tmp_path / "environments" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return tmp_path / "environments"


MAIN = {"account": "main", "role_variable": "AWS_ROLE_ARN_MAIN", "region": "us-east-1"}
SECOND = {"account": "second-one", "role_variable": "AWS_ROLE_ARN_SECOND_ONE", "region": "eu-central-1"}


@pytest.mark.parametrize(
    ("name", "slug", "account"),
    [
        ("dev/alpha", "dev-alpha", MAIN),
        ("dev/base", "dev-base", MAIN),
        ("qa/base", "qa-base", SECOND),
        ("accounts/main", "accounts-main", MAIN),
        ("accounts/second-one", "accounts-second-one", SECOND),
    ],
)
def test_an_environment_is_in_the_account_of_its_base(
    folder: Path, name: str, slug: str, account: dict[str, str]
) -> None:
    declared = load(folder)
    environment = next(found for found in declared if str(found.name) == name)
    assert environment.account == account["account"]
    assert job_matrix.entry(environment, declared) == {"environment": name, "slug": slug, **account}


def test_an_environment_that_is_declared_no_longer_has_an_entry_too(folder: Path) -> None:
    declared = load(folder)
    entry = job_matrix.entry_in(EnvironmentName("dev", "gone"), "main", declared.accounts["main"])
    assert entry == {"environment": "dev/gone", "slug": "dev-gone", **MAIN}
    assert entry.keys() == JobEnvironment.__annotations__.keys()


def test_an_account_has_an_entry_of_its_own(folder: Path) -> None:
    accounts = load(folder).accounts
    assert [job_matrix.account_entry(name, accounts[name]) for name in sorted(accounts)] == [MAIN, SECOND]


@pytest.mark.parametrize("kind", ["prod-app", "prod-base", "ad-hoc-base", "account", "", "ad-hoc"])
def test_reviewers_approve_the_destruction_of_all_but_ad_hoc_apps(kind: str) -> None:
    assert approval_of(kind) == "destroy-approval"
    assert approval_of("ad-hoc-app") == "ad-hoc-destroy-approval"
