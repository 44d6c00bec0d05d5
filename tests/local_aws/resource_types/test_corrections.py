"""Types that MiniStack has, corrected: protected load balancers and databases, and buckets."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def database(*, protected: bool) -> dict[str, Any]:
    properties = {
        "Engine": "postgres",
        "DBInstanceClass": "db.t4g.micro",
        "AllocatedStorage": "20",
        "MasterUsername": "master",
        "MasterUserPassword": "not-a-secret",
        "DeletionProtection": protected,
    }
    return {"It": {"Type": "AWS::RDS::DBInstance", "DeletionPolicy": "Delete", "Properties": properties}}


def balancer(*, protected: bool) -> dict[str, Any]:
    attribute = {"Key": "deletion_protection.enabled", "Value": str(protected).lower()}
    properties = {"LoadBalancerAttributes": [attribute]}
    return {"It": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer", "Properties": properties}}


@pytest.mark.parametrize("template", [database, balancer])
def test_protected_resource_stays_until_its_protection_is_off(account: Account, template: Any) -> None:
    account.deploy("it", template(protected=True))
    with pytest.raises(WaiterError):
        account.delete("it")
    assert any("deletion protection" in reason for reason in account.failures("it"))

    unprotect(account)
    account.delete("it")

    assert remaining(account) == []


@pytest.mark.parametrize("template", [database, balancer])
def test_unprotected_resource_is_deleted(account: Account, template: Any) -> None:
    account.deploy("it", template(protected=False))

    account.delete("it")

    assert remaining(account) == []


def remaining(account: Account) -> list[str]:
    databases = account.client("rds").describe_db_instances()["DBInstances"]
    balancers = account.client("elbv2").describe_load_balancers()["LoadBalancers"]
    return [d["DBInstanceIdentifier"] for d in databases] + [b["LoadBalancerArn"] for b in balancers]


def unprotect(account: Account) -> None:
    rds, elb = account.client("rds"), account.client("elbv2")
    for instance in rds.describe_db_instances()["DBInstances"]:
        rds.modify_db_instance(DBInstanceIdentifier=instance["DBInstanceIdentifier"], DeletionProtection=False)
    for found in elb.describe_load_balancers()["LoadBalancers"]:
        attribute = {"Key": "deletion_protection.enabled", "Value": "false"}
        elb.modify_load_balancer_attributes(LoadBalancerArn=found["LoadBalancerArn"], Attributes=[attribute])


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


def repository(*, policy: str = "Retain") -> dict[str, Any]:
    return {
        "It": {
            "Type": "AWS::ECR::Repository",
            "DeletionPolicy": policy,
            "UpdateReplacePolicy": policy,
            "Properties": {"RepositoryName": "shop"},
        }
    }


def test_repository_that_exists_is_not_taken_over(account: Account) -> None:
    account.client("ecr").create_repository(repositoryName="shop")

    with pytest.raises(WaiterError):
        account.deploy("it", repository())

    assert any("identifier 'shop' already exists" in reason for reason in account.failures("it"))
    assert [r["repositoryName"] for r in account.client("ecr").describe_repositories()["repositories"]] == ["shop"]


@pytest.mark.parametrize(("policy", "imported"), [("Retain", True), ("Delete", False)])
def test_change_set_imports_a_repository_that_is_retained(account: Account, policy: str, *, imported: bool) -> None:
    account.client("ecr").create_repository(repositoryName="shop")
    cloudformation = account.client("cloudformation")

    cloudformation.create_change_set(
        StackName="it",
        ChangeSetName="adopt",
        ChangeSetType="CREATE",
        ImportExistingResources=True,
        TemplateBody=json.dumps({"Resources": repository(policy=policy)}),
    )

    described = cloudformation.describe_change_set(StackName="it", ChangeSetName="adopt")
    actions = [change["ResourceChange"]["Action"] for change in described["Changes"]]
    assert described["Status"] == ("CREATE_COMPLETE" if imported else "FAILED")
    assert actions == (["Import"] if imported else [])
