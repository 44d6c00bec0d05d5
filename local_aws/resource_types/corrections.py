"""Corrections of types that MiniStack has.

It deletes protected load balancers and databases, and full buckets, and takes existing repositories over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties, gone_is_fine

if TYPE_CHECKING:
    from collections.abc import Mapping


def _require_unprotected_balancer(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("LoadBalancerNotFound"):
        answer = ministack.call("elbv2", "DescribeLoadBalancerAttributes", LoadBalancerArn=physical_id)
        if {"Key": "deletion_protection.enabled", "Value": "true"} in answer["Attributes"]:
            raise ministack.ApiError(
                "DeleteLoadBalancer",
                "OperationNotPermitted",
                f"{physical_id} has deletion protection; turn it off and try again.",
            )


def _require_unprotected_database(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("DBInstanceNotFound"):
        answer = ministack.call("rds", "DescribeDBInstances", DBInstanceIdentifier=physical_id)
        if answer["DBInstances"][0]["DeletionProtection"]:
            raise ministack.ApiError(
                "DeleteDBInstance",
                "InvalidParameterCombination",
                f"{physical_id} has deletion protection; turn it off and try again.",
            )


def _tag(physical_id: str, properties: Properties) -> None:
    ministack.call("s3", "PutBucketTagging", Bucket=physical_id, Tagging={"TagSet": properties.get("Tags", [])})


def _retag(physical_id: str, _old: Properties, new: Properties) -> None:
    _tag(physical_id, new)


def _require_empty(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("NoSuchBucket"):
        listing = ministack.call("s3", "ListObjectVersions", Bucket=physical_id, MaxKeys=1)
        if listing.keys() & {"Versions", "DeleteMarkers"}:
            raise ministack.ApiError("DeleteBucket", "BucketNotEmpty", f"The bucket {physical_id} is not empty.")


def _require_new_repository(properties: Properties) -> None:
    name = properties.get("RepositoryName")
    if name and repository(name):
        message = f"Resource of type '{_REPOSITORY}' with identifier '{name}' already exists."
        raise ministack.ApiError("CreateRepository", "AlreadyExists", message)


def repository(name: str) -> Mapping[str, str] | None:
    """Return what DescribeRepositories says of a repository, or None if there is none."""
    try:
        answer = ministack.call("ecr", "DescribeRepositories", repositoryNames=[name])
    except ministack.ApiError as error:
        if error.code == "RepositoryNotFoundException":
            return None
        raise
    found: Mapping[str, str] = answer["repositories"][0]
    return found


_REPOSITORY = "AWS::ECR::Repository"

CORRECTIONS = (
    Correction(name=_REPOSITORY, creating=_require_new_repository),
    Correction(name="AWS::ElasticLoadBalancingV2::LoadBalancer", deleting=_require_unprotected_balancer),
    Correction(name="AWS::RDS::DBInstance", deleting=_require_unprotected_database),
    Correction(name="AWS::S3::Bucket", created=_tag, updated=_retag, deleting=_require_empty),
)
