"""Every change of a template is seen: `make bless` accepts it, and the diff is reviewed."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parents[1] / "golden"
STACKS = ("dev-base", "dev-alpha", "dev-beta", "prod-base", "prod-app")

HOLDS_DATA = {
    "dev-base": {
        "AWS::EC2::VPC": "AdHocBaseNetworkVpc5CDCF8C3",
        "AWS::RDS::DBInstance": "AdHocBaseDatabaseInstanceA5473619",
        "AWS::S3::Bucket": "AdHocBaseAssetsBucket597B6F9F",
        "AWS::ElastiCache::ReplicationGroup": "AdHocBaseCacheReplicationGroupD8C8A471",
    },
    "prod-base": {
        "AWS::EC2::VPC": "ProdBaseNetworkVpc796325A1",
        "AWS::RDS::DBInstance": "ProdBaseDatabaseInstanceC3A9CEE0",
        "AWS::ElastiCache::ReplicationGroup": "ProdBaseCacheReplicationGroup653CD7FD",
    },
}
"""Logical ids that never change: a new id is a new resource, and the old one's data goes."""


@pytest.mark.parametrize("stack", STACKS)
def test_template_is_the_reviewed_one(stack: str, templates: dict[str, dict[str, Any]]) -> None:
    golden = GOLDEN / f"{stack}.template.json"
    text = json.dumps(templates[stack], indent=1, sort_keys=True) + "\n"
    if os.environ.get("BLESS"):
        golden.write_text(text)
    assert text == golden.read_text(), f"{golden.name} differs; if that is meant: make bless, and read the diff"


def test_every_stack_has_a_reviewed_template(templates: dict[str, dict[str, Any]]) -> None:
    assert sorted(templates) == sorted(STACKS)
    assert sorted(path.name for path in GOLDEN.glob("*.json")) == sorted(f"{stack}.template.json" for stack in STACKS)


@pytest.mark.parametrize("stack", HOLDS_DATA)
def test_what_holds_data_keeps_its_logical_id(stack: str, templates: dict[str, dict[str, Any]]) -> None:
    resources = templates[stack]["Resources"]
    found = {logical_id: resource["Type"] for logical_id, resource in resources.items()}
    for resource_type, logical_id in HOLDS_DATA[stack].items():
        assert found.get(logical_id) == resource_type


def test_production_uploads_keep_their_bucket(templates: dict[str, dict[str, Any]]) -> None:
    buckets = [
        logical_id
        for logical_id, resource in templates["prod-base"]["Resources"].items()
        if resource["Type"] == "AWS::S3::Bucket"
    ]
    assert sorted(buckets) == ["ProdBaseAccessLogsBucket565C6B9B", "ProdBaseAssetsBucketBDE3A733"]
