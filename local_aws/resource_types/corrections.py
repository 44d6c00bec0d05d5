"""Corrections of types that MiniStack has: it deletes protected load balancers and databases, and full buckets."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties, gone_is_fine


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


CORRECTIONS = (
    Correction(name="AWS::ElasticLoadBalancingV2::LoadBalancer", deleting=_require_unprotected_balancer),
    Correction(name="AWS::RDS::DBInstance", deleting=_require_unprotected_database),
    Correction(name="AWS::S3::Bucket", created=_tag, updated=_retag, deleting=_require_empty),
)
