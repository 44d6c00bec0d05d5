"""Every policy holds for every template, and is broken by the bad one."""

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.policy.policies import POLICIES, readers_of_secrets

Policy = Callable[[dict[str, Any]], Iterator[str]]
Readers = dict[str, set[str]]

AD_HOC_APP: Readers = {
    "DatabasePassword": {"ApplicationExecutionRole", "ApplicationTaskRole", "ReleaseDatabaseExecutionRole"},
    "SecretKey": {"ApplicationExecutionRole"},
    "its base's master password": {"ReleaseDatabaseExecutionRole"},
}
PROD_APP: Readers = {**AD_HOC_APP, "CacheUrlSecret": {"ApplicationExecutionRole"}}
SENTRY: Readers = {"shared/sentry": {"ApplicationExecutionRole"}}

READERS: dict[str, Readers] = {
    "sample: accounts-main": {},
    "sample: accounts-prod": {},
    "sample: dev-base": {"DatabaseInstanceSecret": set()},
    "sample: dev-alpha": AD_HOC_APP,
    "sample: dev-beta": {**AD_HOC_APP, **SENTRY},
    "sample: prod-base": {"DatabaseInstanceSecret": set(), "CachePassword": set()},
    "sample: prod-app": PROD_APP,
    "everything: accounts-main": {},
    "everything: accounts-main-eu-central-1": {},
    "everything: accounts-main-us-west-2": {},
    "everything: dev-base": {"DatabaseInstanceSecret": set()},
    "everything: dev-alpha": {**AD_HOC_APP, **SENTRY},
    "everything: prod-base": {"DatabaseInstanceSecret": set(), "CachePassword": set()},
    "everything: prod-app": PROD_APP,
}
"""Which roles of a stack may read which secret, in full. A secret that nobody reads has no role."""


@pytest.fixture
def bad_template() -> dict[str, Any]:
    """A template that breaks every policy, in every way that it can be broken."""
    template: dict[str, Any] = json.loads(Path(__file__).with_name("bad.template.json").read_text())
    return template


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
def test_every_template_keeps_the_policy(policy: Policy, templates: dict[str, dict[str, Any]]) -> None:
    assert templates
    assert {name: found for name, template in templates.items() if (found := list(policy(template)))} == {}


def test_every_secret_is_readable_by_exactly_the_roles_that_need_it(templates: dict[str, dict[str, Any]]) -> None:
    assert {name: in_short(readers_of_secrets(template)) for name, template in templates.items()} == READERS


def in_short(readers: Readers) -> Readers:
    """Return readers by short names: without the construct around them and the hash behind."""
    return {short(secret): {short(role) for role in roles} for secret, roles in readers.items()}


def short(name: str) -> str:
    if name == "BaseDatabaseMasterSecretArn":
        return "its base's master password"
    if pattern := re.search(r":secret:(.*)-\?{6}", name):
        return pattern[1]
    named = re.sub(r"^(AdHoc|Prod)(App|Base)(.*)[0-9A-F]{8}$", r"\3", name)
    return named.removeprefix("Application") if "Role" not in named else named


BROKEN: dict[str, set[str]] = {
    "no_wildcard_action": {
        "Role allows s3:*",
        "Policy allows s3:Put*",
        "Policy allows ecs:*",
        "Attached allows all but iam:*",
        "Everything allows *",
    },
    "actions_on_no_resource_are_allowed_on_all": {
        "Policy allows ec2:DescribeVpcs on ARNs, and it takes no resource",
        "Policy allows ec2:DescribeVPC, which IAM does not have",
    },
    "roles_are_passed_to_named_services": {"Policy passes roles to any service"},
    "no_public_ingress": {
        "Group is open to everybody at tcp 22 to 22",
        "Group is open to everybody at tcp 80 to 443",
        "Group is open to everybody at -1 None to None",
        "Rule is open to everybody at tcp 5432 to 5432",
    },
    "data_has_removal_policies": {
        "Secret (AWS::SecretsManager::Secret) has no UpdateReplacePolicy",
        "Bucket (AWS::S3::Bucket) has no DeletionPolicy",
        "Bucket (AWS::S3::Bucket) has no UpdateReplacePolicy",
    },
}


@pytest.mark.parametrize("policy", POLICIES, ids=lambda policy: policy.__name__)
def test_the_bad_template_breaks_the_policy_in_every_way(policy: Policy, bad_template: dict[str, Any]) -> None:
    assert set(policy(bad_template)) == BROKEN[policy.__name__]


def test_both_ways_to_pass_a_role_to_any_service_are_found(bad_template: dict[str, Any]) -> None:
    (policy,) = (policy for policy in POLICIES if "passed" in policy.__name__)
    assert len(list(policy(bad_template))) == 2


def test_readers_of_the_bad_template_are_found_however_they_are_allowed(bad_template: dict[str, Any]) -> None:
    assert readers_of_secrets(bad_template) == {
        "Secret": {"Role", "Other"},
        "Master": {"Role", "Other"},
        "BaseSecretArn": {"Role"},
    }
