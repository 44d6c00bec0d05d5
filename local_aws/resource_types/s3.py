"""AWS::S3::Bucket, corrected: MiniStack drops its tags, and deletes one that is not empty."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties, gone_is_fine


def _tag(physical_id: str, properties: Properties) -> None:
    ministack.call("s3", "PutBucketTagging", Bucket=physical_id, Tagging={"TagSet": properties.get("Tags", [])})


def _retag(physical_id: str, _old: Properties, new: Properties) -> None:
    _tag(physical_id, new)


def _require_empty(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("NoSuchBucket"):
        listing = ministack.call("s3", "ListObjectVersions", Bucket=physical_id, MaxKeys=1)
        if listing.keys() & {"Versions", "DeleteMarkers"}:
            raise ministack.ApiError("DeleteBucket", "BucketNotEmpty", f"The bucket {physical_id} is not empty.")


CORRECTIONS = (Correction(name="AWS::S3::Bucket", created=_tag, updated=_retag, deleting=_require_empty),)
