"""The only door to ECR, the registry of images."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

import httpx

from constructs_lib.config.images import DIGEST_PREFIX
from gitops.aws.session import AwsError, translate_errors

if TYPE_CHECKING:
    from collections.abc import Mapping

    from mypy_boto3_ecr import ECRClient
    from mypy_boto3_ecr.type_defs import ImageTypeDef

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.session import Session

INDEX = "application/vnd.oci.image.index.v1+json"
"""Media type of a manifest that lists one image for each platform.

https://github.com/opencontainers/image-spec/blob/main/image-index.md
"""

_MANIFESTS = [
    INDEX,
    "application/vnd.oci.image.manifest.v1+json",
    "application/vnd.docker.distribution.manifest.list.v2+json",
    "application/vnd.docker.distribution.manifest.v2+json",
]


_LARGEST_CONFIGURATION = 1024 * 1024
"""Bytes of an image's configuration: far above any real one, which lists its layers and variables."""

_TIMEOUT_SECONDS = 10.0


class Ecr:
    """ECR in one account and region. Every method raises AwsError when AWS cannot be reached or refuses."""

    def __init__(self, session: Session, where: AccountRegion) -> None:
        self._client: ECRClient = session.client("ecr", where)
        # Otherwise ECR takes the registry of the credentials' account.
        self._account = where.account

    def has_repository(self, name: str) -> bool:
        """Whether there is a repository `name`."""
        try:
            with translate_errors():
                self._client.describe_repositories(repositoryNames=[name])
        except AwsError as error:
            if error.code == "RepositoryNotFoundException":
                return False
            raise
        return True

    def manifest(self, repository: str, version: str) -> Mapping[str, Any] | None:
        """Return the manifest of an image, by its tag or digest, or None when the repository has no such image."""
        image = self._image(repository, version)
        if image is None:
            return None
        manifest: Mapping[str, Any] = json.loads(image["imageManifest"])
        return manifest

    def configuration(self, repository: str, digest: str) -> Mapping[str, Any]:
        """Return the configuration of an image, of which its manifest has the digest.

        https://github.com/opencontainers/image-spec/blob/main/config.md
        """
        with translate_errors():
            url = self._client.get_download_url_for_layer(
                registryId=self._account, repositoryName=repository, layerDigest=digest
            )["downloadUrl"]
        content = _download(url)
        if f"sha256:{hashlib.sha256(content).hexdigest()}" != digest:
            raise AwsError(f"the configuration of an image in {repository} is not the one that its manifest names")
        try:
            configuration = json.loads(content)
        except ValueError:
            configuration = None
        if not isinstance(configuration, dict):
            raise AwsError(f"the configuration of an image in {repository} is not a JSON object")
        return configuration

    def digest(self, repository: str, version: str) -> str | None:
        """Return the digest of an image in a repository, by its tag or digest, or None when either does not exist."""
        try:
            image = self._image(repository, version)
        except AwsError as error:
            if error.code == "RepositoryNotFoundException":
                return None
            raise
        return image["imageId"]["imageDigest"] if image else None

    def _image(self, repository: str, version: str) -> ImageTypeDef | None:
        by = "imageDigest" if version.startswith(DIGEST_PREFIX) else "imageTag"
        with translate_errors():
            answer = self._client.batch_get_image(
                registryId=self._account,
                repositoryName=repository,
                imageIds=[{by: version}],  # type: ignore[misc]  # a TypedDict's key has to be written out
                acceptedMediaTypes=_MANIFESTS,
            )
        return answer["images"][0] if answer["images"] else None


def _download(url: str) -> bytes:
    """Return what is at a URL that ECR has signed. The URL itself is a credential, so no message has it."""
    content = b""
    try:
        with httpx.stream("GET", url, timeout=_TIMEOUT_SECONDS, follow_redirects=True) as response:
            if not response.is_success:
                raise AwsError(f"ECR's storage of layers answers {response.status_code}")
            for part in response.iter_bytes():
                content += part
                if len(content) > _LARGEST_CONFIGURATION:
                    raise AwsError(f"the configuration of the image has more than {_LARGEST_CONFIGURATION:,} bytes")
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise AwsError(f"ECR's storage of layers cannot be reached: {type(error).__name__}") from error
    return content
