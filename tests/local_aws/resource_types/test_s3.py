"""What is corrected of AWS::S3::Bucket."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def bucket(**tags: str) -> dict[str, Any]:
    properties = {
        "Tags": [{"Key": key, "Value": value} for key, value in tags.items()],
        "VersioningConfiguration": {"Status": "Enabled"},
    }
    return {"Bucket": {"Type": "AWS::S3::Bucket", "Properties": properties}}


def test_bucket_has_its_tags_and_changes_them(account: Account) -> None:
    first = account.deploy("it", bucket(Name="a", Dropped="x")).physical_ids["Bucket"]
    before = account.client("s3").get_bucket_tagging(Bucket=first)["TagSet"]
    second = account.deploy("it", bucket(Name="b")).physical_ids["Bucket"]
    after = account.client("s3").get_bucket_tagging(Bucket=first)["TagSet"]

    assert second == first
    assert {tag["Key"]: tag["Value"] for tag in before} == {"Name": "a", "Dropped": "x"}
    assert {tag["Key"]: tag["Value"] for tag in after} == {"Name": "b"}


def test_bucket_that_is_not_empty_stays(account: Account) -> None:
    name = account.deploy("it", bucket()).physical_ids["Bucket"]
    s3 = account.client("s3")
    s3.put_object(Bucket=name, Key="a file", Body=b"x")
    s3.delete_object(Bucket=name, Key="a file")  # which leaves a version and a marker

    with pytest.raises(WaiterError):
        account.delete("it")

    assert [found["Name"] for found in s3.list_buckets()["Buckets"]] == [name]
    assert any("BucketNotEmpty" in reason for reason in account.failures("it"))


def test_empty_bucket_is_deleted(account: Account) -> None:
    account.deploy("it", bucket())

    account.delete("it")

    assert account.client("s3").list_buckets()["Buckets"] == []
