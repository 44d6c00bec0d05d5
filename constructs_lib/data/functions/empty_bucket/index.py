"""Empties the bucket of a CloudFormation custom resource when that is deleted: S3 deletes empty buckets only.

A deletion goes on until the bucket is empty or the function's time is up. What is left then is deleted with the next
attempt to delete the stack.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

import json
import urllib.request
from functools import cache
from typing import Any

import boto3
from botocore.config import Config

RESERVE_MS = 30_000
"""Time that is left for the answer, and for the request under way."""


class NotEmptyError(Exception):
    """Objects are left in the bucket; the text is for the person who deletes."""


def handler(event: dict[str, Any], context: Any) -> None:  # noqa: ANN401 # Lambda's context has no type at runtime
    """Do what the event calls for, and tell CloudFormation how it went: it waits for an answer."""
    bucket = event["ResourceProperties"]["Bucket"]
    answer = {
        "Status": "SUCCESS",
        # Another bucket is another resource: CloudFormation then deletes, and so empties, the old one.
        "PhysicalResourceId": event["PhysicalResourceId"] if event["RequestType"] == "Delete" else bucket,
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        # CloudFormation also deletes what it was told could not be made, whose id is none of ours.
        if event["RequestType"] == "Delete" and event["PhysicalResourceId"] == bucket:
            _empty(bucket, context)
    except _s3().exceptions.NoSuchBucket:
        print(f"{bucket}: was deleted before")
    except Exception as error:  # noqa: BLE001 # CloudFormation would wait an hour for an answer
        answer |= {"Status": "FAILED", "Reason": f"{bucket} could not be emptied: {error}"[:1000]}
    _send(event["ResponseURL"], answer)


def _empty(bucket: str, context: Any) -> None:  # noqa: ANN401 # as above
    """Delete every version of every object. Raises NotEmptyError when time is up or S3 refuses some."""
    deleted = 0
    for page in _s3().get_paginator("list_object_versions").paginate(Bucket=bucket):
        found = [
            {"Key": one["Key"], "VersionId": one["VersionId"]}
            for one in [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
        ]
        if not found:
            continue
        refused = _s3().delete_objects(Bucket=bucket, Delete={"Objects": found, "Quiet": True}).get("Errors", [])
        if refused:
            raise NotEmptyError(f"{refused[0]['Key']}: {refused[0].get('Message', refused[0].get('Code'))}")
        deleted += len(found)
        print(f"{bucket}: deleted {deleted}")
        if context.get_remaining_time_in_millis() < RESERVE_MS:
            raise NotEmptyError(f"time was up after {deleted} objects; delete the stack again to go on")


def _send(url: str, answer: dict[str, str]) -> None:
    request = urllib.request.Request(url, data=json.dumps(answer).encode(), method="PUT", headers={"Content-Type": ""})  # noqa: S310 # the URL is CloudFormation's
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 # as above


@cache
def _s3() -> Any:  # noqa: ANN401 # boto3's stubs are not where this runs
    return boto3.client("s3", config=Config(retries={"mode": "standard", "total_max_attempts": 5}))
