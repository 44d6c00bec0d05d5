"""What a workflow may that pushes images: add them to the repositories of the account, and take nothing away.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
"""

LOG_IN = ("ecr:GetAuthorizationToken",)
"""For the registry as a whole: the action knows no repositories."""

PUSH = (
    "ecr:BatchCheckLayerAvailability",
    "ecr:BatchGetImage",
    "ecr:CompleteLayerUpload",
    "ecr:DescribeImages",
    "ecr:DescribeRepositories",
    "ecr:InitiateLayerUpload",
    "ecr:PutImage",
    "ecr:UploadLayerPart",
)
"""For each repository. Its tags are immutable, so that PutImage cannot move one; nothing here deletes or configures."""
