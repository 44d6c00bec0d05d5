"""What is deleted from a bucket when, and what CloudFormation is told."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from constructs_lib.data.functions.empty_bucket import index

BUCKET = "dev-alpha-bucket-0a1b2c"
PAGE = 3  # versions


class NoSuchBucketError(Exception):
    """S3's answer about a bucket that is not there."""


class FakeS3:
    """S3, and the address that waits for an answer."""

    exceptions = SimpleNamespace(NoSuchBucket=NoSuchBucketError)

    def __init__(self) -> None:
        self.exists = True
        self.versions: list[tuple[str, str]] = []
        self.markers: list[tuple[str, str]] = []
        self.refuses = ""
        self.answers: list[dict[str, str]] = []

    def get_paginator(self, operation: str) -> "FakeS3":
        assert operation == "list_object_versions"
        return self

    def paginate(self, **request: str) -> Iterator[dict[str, Any]]:
        assert request == {"Bucket": BUCKET}
        if not self.exists:
            raise NoSuchBucketError
        found = [("Versions", one) for one in self.versions] + [("DeleteMarkers", one) for one in self.markers]
        for start in range(0, len(found) or 1, PAGE):
            page: dict[str, Any] = {}
            for kind, (key, version) in found[start : start + PAGE]:
                page.setdefault(kind, []).append({"Key": key, "VersionId": version, "Size": 1})
            yield page

    def delete_objects(self, **request: Any) -> dict[str, Any]:
        assert request["Bucket"] == BUCKET
        if self.refuses:
            return {"Errors": [{"Key": self.refuses, "Code": "AccessDenied", "Message": "Access Denied"}]}
        for one in request["Delete"]["Objects"]:
            gone = one["Key"], one["VersionId"]
            (self.versions if gone in self.versions else self.markers).remove(gone)
        return {}


class Context:
    """Lambda's, with the time that is left."""

    def __init__(self, milliseconds: int = 900_000) -> None:
        self._milliseconds = milliseconds

    def get_remaining_time_in_millis(self) -> int:
        return self._milliseconds


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> FakeS3:
    fake = FakeS3()
    fake.versions = [(f"{number}.txt", "null") for number in range(7)]
    monkeypatch.setattr(index, "_s3", lambda: fake)

    class Answered:
        def close(self) -> None:
            """Nothing is open."""

    def urlopen(request: Any, **_options: Any) -> Answered:
        assert (request.full_url, request.method) == ("https://answers.example/", "PUT")
        fake.answers.append(json.loads(request.data))
        return Answered()

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return fake


def event(request_type: str, *, physical_id: str = BUCKET) -> dict[str, Any]:
    return {
        "RequestType": request_type,
        "ResponseURL": "https://answers.example/",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Objects",
        "ResourceProperties": {"Bucket": BUCKET},
        **({} if request_type == "Create" else {"PhysicalResourceId": physical_id}),
    }


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_nothing_is_deleted_while_the_stack_stays(request_type: str, s3: FakeS3) -> None:
    index.handler(event(request_type), Context())

    assert len(s3.versions) == 7
    (answer,) = s3.answers
    assert (answer["Status"], answer["PhysicalResourceId"], answer["RequestId"]) == ("SUCCESS", BUCKET, "request")


def test_every_version_and_marker_goes_with_the_stack(s3: FakeS3) -> None:
    s3.versions += [("a.txt", "1"), ("a.txt", "2")]
    s3.markers = [("a.txt", "3")]

    index.handler(event("Delete"), Context())

    assert (s3.versions, s3.markers) == ([], [])
    assert s3.answers[0]["Status"] == "SUCCESS"


def test_empty_bucket_is_left_alone(s3: FakeS3) -> None:
    s3.versions = []

    index.handler(event("Delete"), Context())

    assert s3.answers[0]["Status"] == "SUCCESS"


def test_bucket_that_somebody_deleted_by_hand_stops_nothing(s3: FakeS3) -> None:
    s3.exists = False

    index.handler(event("Delete"), Context())

    assert s3.answers[0]["Status"] == "SUCCESS"


def test_what_could_not_be_made_is_not_emptied(s3: FakeS3) -> None:
    index.handler(event("Delete", physical_id="dev-alpha-Objects-1"), Context())

    assert len(s3.versions) == 7
    assert (s3.answers[0]["Status"], s3.answers[0]["PhysicalResourceId"]) == ("SUCCESS", "dev-alpha-Objects-1")


def test_time_that_is_up_is_told_with_what_to_do(s3: FakeS3) -> None:
    index.handler(event("Delete"), Context(10_000))

    assert len(s3.versions) == 7 - PAGE
    (answer,) = s3.answers
    assert answer["Status"] == "FAILED"
    assert answer["Reason"] == (
        f"{BUCKET} could not be emptied: time was up after {PAGE} objects; delete the stack again to go on"
    )


def test_refused_object_is_named(s3: FakeS3) -> None:
    s3.refuses = "locked.txt"

    index.handler(event("Delete"), Context())

    assert s3.answers[0]["Reason"] == f"{BUCKET} could not be emptied: locked.txt: Access Denied"
