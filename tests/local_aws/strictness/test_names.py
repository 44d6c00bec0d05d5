"""A name that something has is not given away twice."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError, WaiterError

from tests.local_aws.runtimes import ALLOW_ALL, TRUST_TASKS

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

DATABASE = {
    "Engine": "postgres",
    "DBInstanceClass": "db.t4g.micro",
    "AllocatedStorage": "20",
    "MasterUsername": "master",
    "MasterUserPassword": "not-a-secret",
}
CACHE = {
    "ReplicationGroupDescription": "it",
    "Engine": "valkey",
    "CacheNodeType": "cache.t4g.micro",
    "NumCacheClusters": 1,
}
USER = {"UserName": "same", "Engine": "valkey", "AccessString": "on ~* +@all", "NoPasswordRequired": True}
NAMED: dict[str, dict[str, Any]] = {
    "AWS::ECR::Repository": {"RepositoryName": "same"},
    "AWS::ElastiCache::ReplicationGroup": {"ReplicationGroupId": "same", **CACHE},
    "AWS::ElastiCache::User": {"UserId": "same", **USER},
    "AWS::ElastiCache::UserGroup": {"UserGroupId": "same", "Engine": "valkey", "UserIds": []},
    "AWS::ElasticLoadBalancingV2::LoadBalancer": {"Name": "same"},
    "AWS::ElasticLoadBalancingV2::TargetGroup": {"Name": "same", "Port": 80, "Protocol": "HTTP"},
    "AWS::IAM::ManagedPolicy": {"ManagedPolicyName": "same", "PolicyDocument": ALLOW_ALL},
    "AWS::IAM::Role": {"RoleName": "same", "AssumeRolePolicyDocument": TRUST_TASKS},
    "AWS::Logs::LogGroup": {"LogGroupName": "same"},
    "AWS::RDS::DBInstance": {"DBInstanceIdentifier": "same", **DATABASE},
    "AWS::S3::Bucket": {"BucketName": "a-name-that-is-the-same"},
    "AWS::SecretsManager::Secret": {"Name": "same", "SecretString": "x"},
    "AWS::SES::EmailIdentity": {"EmailIdentity": "same.example.com"},
    "AWS::SNS::Topic": {"TopicName": "same"},
    "AWS::SSM::Parameter": {"Name": "/same", "Type": "String", "Value": "x"},
}


@pytest.mark.parametrize("resource_type", NAMED)
def test_a_stack_creates_nothing_under_a_name_that_is_taken(account: Account, resource_type: str) -> None:
    resource = {"It": {"Type": resource_type, "Properties": NAMED[resource_type]}}
    account.deploy("first", resource)
    taken = account.deployed("first").physical_ids

    with pytest.raises(WaiterError):
        account.deploy("second", resource)

    assert account.deployed("first").physical_ids == taken
    account.delete("first")


def test_names_of_a_stack_may_be_used_again_once_it_is_gone(account: Account) -> None:
    resources = {
        name.replace(":", ""): {"Type": name, "Properties": properties}
        for name, properties in NAMED.items()
        if name not in {"AWS::RDS::DBInstance", "AWS::SecretsManager::Secret", "AWS::S3::Bucket"}
    }
    for _ in range(2):
        account.deploy("it", resources)
        account.delete("it")


def test_a_bucket_s_name_is_taken_in_every_account(account: Account) -> None:
    place = {"CreateBucketConfiguration": {"LocationConstraint": "eu-central-1"}}
    account.client("s3").create_bucket(Bucket="one-of-the-whole-world", **place)
    other = type(account)(account.aws, "299999999999")

    with pytest.raises(ClientError, match="BucketAlreadyExists"):
        other.client("s3").create_bucket(Bucket="one-of-the-whole-world", **place)


def test_a_secret_that_is_scheduled_for_deletion_keeps_its_name(account: Account) -> None:
    secrets = account.client("secretsmanager")
    secrets.create_secret(Name="same", SecretString="x")
    secrets.delete_secret(SecretId="same", RecoveryWindowInDays=7)

    with pytest.raises(secrets.exceptions.InvalidRequestException, match="scheduled for deletion"):
        secrets.create_secret(Name="same", SecretString="y")
