"""Why ECS places or starts no task: an unknown cluster, too many vCPUs, an image that cannot be pulled."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.ministack import ApiError, seams
from local_aws.strictness import quotas

if TYPE_CHECKING:
    from collections.abc import Mapping

_ECR = re.compile(
    r"(?P<account>\d{12})\.dkr\.ecr\.(?P<region>[\w-]+)\.amazonaws\.com/(?P<repository>[^:@]+)(?P<by>[:@])?"
)
"""An image in ECR. https://docs.aws.amazon.com/AmazonECR/latest/userguide/ECR_on_ECS.html"""


def require_cluster(reference: str | None) -> None:
    """Refuse a cluster that does not exist; MiniStack makes it.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RunTask.html
    """
    if seams.cluster_name(reference or "default") not in seams.clusters:
        raise ApiError("RunTask", "ClusterNotFoundException", "Cluster not found.")


def placement_failure(definition: Mapping[str, Any], request: Mapping[str, Any]) -> str | None:
    """Return why ECS places no tasks for a request of RunTask, or None."""
    vcpus = float(definition.get("cpu") or 0) / quotas.CPU_UNITS * int(request.get("count") or 1)
    if quotas.vcpus_are_exceeded(vcpus, spot=_is_on_spot(request)):
        return quotas.TOO_MANY_VCPUS
    return None


def _is_on_spot(request: Mapping[str, Any]) -> bool:
    """Return whether the tasks of a request go to Fargate Spot: by the heaviest provider, as MiniStack places them."""
    strategy = request.get("capacityProviderStrategy") or []
    heaviest: Mapping[str, Any] = max(strategy, key=lambda item: int(item.get("weight") or 0), default={})
    return bool(heaviest.get("capacityProvider") == "FARGATE_SPOT")


def pull_failure(image: str) -> str | None:
    """Return why an image cannot be pulled, or None. Images outside of ECR are not looked at.

    https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_cannot_pull_image.html
    """
    found = _ECR.match(image)
    if found is None:
        return None
    version = image[found.end() :] or "latest"
    by = "imageDigest" if found["by"] == "@" else "imageTag"
    try:
        with seams.request_scope(found["account"], found["region"]):
            answer = ministack.call(
                "ecr", "BatchGetImage", repositoryName=found["repository"], imageIds=[{by: version}]
            )
        if answer.get("images"):
            return None
        reason = "not found"
    except ApiError as error:
        reason = error.message
    return (
        "CannotPullContainerError: pull image manifest has been retried 1 time(s): "
        f"failed to resolve ref {image}: {reason}"
    )
