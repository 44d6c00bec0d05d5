"""Images on S3: below the environment's own prefix, and by signed links only."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from django.core.files.base import ContentFile
from moto import mock_aws
from storages.backends.s3 import S3Storage

from tests.config.test_contract import CONTAINER, settings


@pytest.fixture
def storage() -> Iterator[S3Storage]:
    """The storage that a container's variables lead to."""
    options = settings(CONTAINER, "STORAGES")["STORAGES"]["default"]["OPTIONS"]
    with mock_aws():
        boto3.client("s3", region_name="eu-central-1").create_bucket(
            Bucket="assets", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
        )
        yield S3Storage(**options)


def test_files_lie_below_the_prefix_that_the_environments_role_may_write(storage: S3Storage) -> None:
    storage.save("posts/a.webp", ContentFile(b"1"))

    stored = boto3.client("s3", region_name="eu-central-1").list_objects_v2(Bucket="assets")["Contents"]
    assert [file["Key"] for file in stored] == ["media/posts/a.webp"]


def test_saving_again_replaces_without_asking_whether_the_name_is_taken(
    storage: S3Storage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def not_allowed(_: str) -> bool:
        raise AssertionError("HeadObject is forbidden without s3:ListBucket")

    monkeypatch.setattr(storage, "exists", not_allowed)
    assert [storage.save("posts/a.webp", ContentFile(text)) for text in (b"1", b"2")] == ["posts/a.webp"] * 2
    assert storage.open("posts/a.webp").read() == b"2"


def test_links_are_signed_expire_and_come_from_where_pages_may_load_images(storage: S3Storage) -> None:
    storage.save("posts/a.webp", ContentFile(b"1"))

    link = urlsplit(storage.url("posts/a.webp"))

    origin = settings(CONTAINER, "IMAGE_ORIGIN")["IMAGE_ORIGIN"]
    assert f"{link.scheme}://{link.netloc}" == origin
    query = parse_qs(link.query)
    assert query["X-Amz-Expires"] == ["3600"]
    assert query["X-Amz-Algorithm"] == ["AWS4-HMAC-SHA256"]
    assert query["X-Amz-Credential"][0].split("/")[2] == "eu-central-1"


def test_another_endpoint_is_honoured_path_style() -> None:
    environment = CONTAINER | {"AWS_ENDPOINT_URL": "http://localhost:4566"}
    found = settings(environment, "STORAGES", "IMAGE_ORIGIN")

    link = S3Storage(**found["STORAGES"]["default"]["OPTIONS"]).url("posts/a.webp")

    assert link.startswith("http://localhost:4566/assets/media/posts/a.webp?")
    assert found["IMAGE_ORIGIN"] == "http://localhost:4566"
