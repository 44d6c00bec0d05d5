"""The registry of an account: where images come from."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_ecr as ecr
from constructs import Construct

UNTAGGED_DAYS = 14
IMAGES_KEPT = 200
"""Tagged images in a repository, newest first. More than a rollback needs; images in use must be among them."""


class Registry(Construct):
    """ECR repositories that scan pushed images, with immutable tags and an expiry of old images.

    They stay when the account's stack is deleted.
    """

    def __init__(self, scope: Construct, construct_id: str, *, repositories: Sequence[str]) -> None:
        super().__init__(scope, construct_id)
        for name in repositories:
            ecr.Repository(
                self,
                name.replace("/", "--"),
                repository_name=name,
                image_scan_on_push=True,
                image_tag_mutability=ecr.TagMutability.IMMUTABLE,
                removal_policy=cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE,
                lifecycle_rules=[
                    ecr.LifecycleRule(
                        description="Layers of builds that were never tagged",
                        tag_status=ecr.TagStatus.UNTAGGED,
                        max_image_age=cdk.Duration.days(UNTAGGED_DAYS),
                    ),
                    ecr.LifecycleRule(
                        description="All but the newest", tag_pattern_list=["*"], max_image_count=IMAGES_KEPT
                    ),
                ],
            )
