"""Every change of a template is seen: `make bless` accepts it, and the diff is reviewed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from gitops.aws.resource_types import resource_type
from gitops.plan.document import INLINE_TEMPLATE_BYTES

GOLDEN = Path(__file__).parents[1] / "golden"
STACKS = ("accounts-main", "accounts-prod", "dev-base", "dev-alpha", "dev-beta", "prod-base", "prod-app")

HOLDS_DATA = {
    "accounts-main": {
        "AccountRegistrymicroblogA8784114": "AWS::ECR::Repository",
        "AccountRegistrymicroblogfrontendDFA3C1A4": "AWS::ECR::Repository",
    },
    "accounts-prod": {"AccountRegistrymicroblogA8784114": "AWS::ECR::Repository"},
    "dev-base": {
        "AdHocBaseDatabaseInstanceA5473619": "AWS::RDS::DBInstance",
        "AdHocBaseDatabaseInstanceSecret6A2D40E6": "AWS::SecretsManager::Secret",
    },
    "dev-alpha": {
        "AdHocAppApplicationDatabasePassword096EB45C": "AWS::SecretsManager::Secret",
        "AdHocAppApplicationSecretKey80167C9B": "AWS::SecretsManager::Secret",
        "AdHocAppStorageBucketC100AE74": "AWS::S3::Bucket",
    },
    "prod-base": {
        "ProdBaseAccessLogsBucket565C6B9B": "AWS::S3::Bucket",
        "ProdBaseCachePassword83DA948E": "AWS::SecretsManager::Secret",
        "ProdBaseCacheReplicationGroup653CD7FD": "AWS::ElastiCache::ReplicationGroup",
        "ProdBaseDatabaseInstanceC3A9CEE0": "AWS::RDS::DBInstance",
        "ProdBaseDatabaseInstanceSecretF2893B96": "AWS::SecretsManager::Secret",
    },
    "prod-app": {
        "ProdAppApplicationDatabasePassword0D325D17": "AWS::SecretsManager::Secret",
        "ProdAppApplicationSecretKeyAC5385A5": "AWS::SecretsManager::Secret",
        "ProdAppCacheUrlSecretB1BBA2C2": "AWS::SecretsManager::Secret",
        "ProdAppStorageBucket5CE934DC": "AWS::S3::Bucket",
    },
}
"""Logical ids that never change, of all that holds data: a new id is a new resource, and the old one's data goes."""


@pytest.mark.parametrize("stack", STACKS)
def test_template_is_the_reviewed_one(stack: str, templates: dict[str, dict[str, Any]]) -> None:
    golden = GOLDEN / f"{stack}.template.json"
    text = json.dumps(templates[stack], indent=1, sort_keys=True) + "\n"
    if os.environ.get("BLESS"):
        golden.write_text(text)
    assert text == golden.read_text(), f"{golden.name} differs; if that is meant: make bless, and read the diff"


@pytest.mark.parametrize("stack", STACKS)
def test_template_is_small_enough_for_a_change_set_without_a_bucket(
    stack: str, templates: dict[str, dict[str, Any]]
) -> None:
    text = json.dumps(templates[stack], separators=(",", ":"))
    assert len(text.encode()) <= INLINE_TEMPLATE_BYTES


def test_every_stack_has_a_reviewed_template(templates: dict[str, dict[str, Any]]) -> None:
    assert sorted(templates) == sorted(STACKS)
    assert sorted(path.name for path in GOLDEN.glob("*.json")) == sorted(f"{stack}.template.json" for stack in STACKS)


@pytest.mark.parametrize("stack", HOLDS_DATA)
def test_what_holds_data_keeps_its_logical_id(stack: str, templates: dict[str, dict[str, Any]]) -> None:
    resources = templates[stack]["Resources"]
    found = {logical_id: r["Type"] for logical_id, r in resources.items() if resource_type(r["Type"]).needs_consent}
    assert found == HOLDS_DATA[stack]
