"""Where API operations, parameters and IAM's actions, resources and condition keys do not go by the same names.

All else follows from service models and from IAM's data. Every table says where its entries stand in AWS's pages.
"""

from __future__ import annotations

from collections.abc import Mapping

PREFIXES: Mapping[str, str] = {
    "cloudcontrol": "cloudformation",
    "resourcegroupstaggingapi": "tag",
}
"""The prefix of a service's actions, by botocore's name, where none of botocore's names of the service is it.

https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

_S3_CONFIGURATIONS = ("Analytics", "IntelligentTiering", "Inventory", "Metrics")

ACTIONS: Mapping[tuple[str, str], tuple[str, ...]] = {
    # https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
    ("s3", "AbortMultipartUpload"): ("s3:AbortMultipartUpload",),
    ("s3", "CompleteMultipartUpload"): ("s3:PutObject",),
    ("s3", "CopyObject"): ("s3:PutObject",),
    ("s3", "CreateMultipartUpload"): ("s3:PutObject",),
    ("s3", "DeleteBucketCors"): ("s3:PutBucketCORS",),
    ("s3", "DeleteBucketEncryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "DeleteBucketLifecycle"): ("s3:PutLifecycleConfiguration",),
    ("s3", "DeleteBucketOwnershipControls"): ("s3:PutBucketOwnershipControls",),
    ("s3", "DeleteBucketReplication"): ("s3:PutReplicationConfiguration",),
    ("s3", "DeleteBucketTagging"): ("s3:PutBucketTagging",),
    ("s3", "DeleteObjects"): ("s3:DeleteObject",),
    ("s3", "DeletePublicAccessBlock"): ("s3:PutBucketPublicAccessBlock",),
    ("s3", "GetBucketAccelerateConfiguration"): ("s3:GetAccelerateConfiguration",),
    ("s3", "GetBucketEncryption"): ("s3:GetEncryptionConfiguration",),
    ("s3", "GetBucketLifecycleConfiguration"): ("s3:GetLifecycleConfiguration",),
    ("s3", "GetBucketNotificationConfiguration"): ("s3:GetBucketNotification",),
    ("s3", "GetBucketReplication"): ("s3:GetReplicationConfiguration",),
    ("s3", "GetObjectLockConfiguration"): ("s3:GetBucketObjectLockConfiguration",),
    ("s3", "GetPublicAccessBlock"): ("s3:GetBucketPublicAccessBlock",),
    ("s3", "HeadBucket"): ("s3:ListBucket",),
    ("s3", "HeadObject"): ("s3:GetObject",),
    ("s3", "ListBuckets"): ("s3:ListAllMyBuckets",),
    ("s3", "ListMultipartUploads"): ("s3:ListBucketMultipartUploads",),
    ("s3", "ListObjectVersions"): ("s3:ListBucketVersions",),
    ("s3", "ListObjects"): ("s3:ListBucket",),
    ("s3", "ListObjectsV2"): ("s3:ListBucket",),
    ("s3", "ListParts"): ("s3:ListMultipartUploadParts",),
    ("s3", "PutBucketAccelerateConfiguration"): ("s3:PutAccelerateConfiguration",),
    ("s3", "PutBucketEncryption"): ("s3:PutEncryptionConfiguration",),
    ("s3", "PutBucketLifecycleConfiguration"): ("s3:PutLifecycleConfiguration",),
    ("s3", "PutBucketNotificationConfiguration"): ("s3:PutBucketNotification",),
    ("s3", "PutBucketReplication"): ("s3:PutReplicationConfiguration",),
    ("s3", "PutObjectLockConfiguration"): ("s3:PutBucketObjectLockConfiguration",),
    ("s3", "PutPublicAccessBlock"): ("s3:PutBucketPublicAccessBlock",),
    ("s3", "RenameObject"): ("s3:PutObject",),
    ("s3", "SelectObjectContent"): ("s3:GetObject",),
    ("s3", "UploadPart"): ("s3:PutObject",),
    ("s3", "UploadPartCopy"): ("s3:PutObject",),
    **{
        ("s3", f"{verb}Bucket{kind}Configuration{plural}"): (f"s3:{action}{kind}Configuration",)
        for kind in _S3_CONFIGURATIONS
        for verb, plural, action in (
            ("Get", "", "Get"),
            ("List", "s", "Get"),
            ("Put", "", "Put"),
            ("Delete", "", "Put"),
        )
    },
    # https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
    ("lambda", "Invoke"): ("lambda:InvokeFunction",),
    ("lambda", "InvokeWithResponseStream"): ("lambda:InvokeFunction",),
    ("lambda", "GetLayerVersionByArn"): ("lambda:GetLayerVersion",),
    # https://docs.aws.amazon.com/kms/latest/developerguide/kms-api-permissions-reference.html
    ("kms", "ReEncrypt"): ("kms:ReEncryptFrom", "kms:ReEncryptTo"),
    # https://docs.aws.amazon.com/sns/latest/api/API_PublishBatch.html and its like in SQS
    ("sns", "PublishBatch"): ("sns:Publish",),
    ("sqs", "ChangeMessageVisibilityBatch"): ("sqs:ChangeMessageVisibility",),
    ("sqs", "DeleteMessageBatch"): ("sqs:DeleteMessage",),
    ("sqs", "SendMessageBatch"): ("sqs:SendMessage",),
    # https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsbudgetservice.html
    **{
        ("budgets", f"{verb}{noun}"): ("budgets:ModifyBudget",)
        for verb in ("Create", "Delete", "Update")
        for noun in ("Budget", "Notification", "Subscriber")
    },
    **{
        ("budgets", name): ("budgets:ViewBudget",)
        for name in (
            "DescribeBudget",
            "DescribeBudgetNotificationsForAccount",
            "DescribeBudgetPerformanceHistory",
            "DescribeBudgets",
            "DescribeNotificationsForBudget",
            "DescribeSubscribersForNotification",
        )
    },
}
"""The actions of an operation that has another name than its action."""

ALWAYS_ALLOWED = frozenset({"sts:GetCallerIdentity", "sts:GetSessionToken"})
"""https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html"""

PARAMETERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("cloudformation", "Id"): (),
    ("cloudformation", "StackName"): ("StackName", "ChangeSetName"),
    ("ecs", "TaskDefinitionFamilyName"): ("family", "taskDefinition"),
    ("ecs", "TaskDefinitionRevisionNumber"): (),
    ("logs", "LogGroupName"): ("logGroupName", "logGroupIdentifier", "logGroupNames", "logGroupIdentifiers"),
    ("route53", "Id"): ("HostedZoneId", "Id"),
    ("s3", "ObjectName"): ("Key",),
    ("ses", "IdentityName"): ("FromEmailAddress", "Source", "EmailIdentity", "Identity"),
    ("sqs", "QueueName"): ("QueueUrl", "QueueName"),
    ("ssm", "InstanceId"): ("Target", "InstanceId", "InstanceIds"),
    ("ssm", "ParameterNameWithoutLeadingSlash"): ("Name", "Names", "Path"),
}
"""The parameters with the value of a variable in ARN formats, where they have other names. By prefix and variable.

The first one that a call has is meant. None at all: the name alone says which it is, and AWS knows the rest.
https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
"""

SENDERS: Mapping[str, tuple[str, ...]] = {"ses:FromAddress": ("FromEmailAddress", "Source")}
"""The parameters whose address is the value of a condition key; the first that a call has is meant.

https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
"""

IN_BODIES: Mapping[tuple[str, str], Mapping[str, str]] = {("s3", "DeleteObjects"): {"Key": "*"}}
"""Parameters in bodies that are not read: such a call takes the permission on every resource that they could name.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeleteObjects.html
"""

TAGGING: Mapping[str, str] = {"ec2": "CreateTags", "ecs": "TagResource"}
"""The action that giving tags to a resource as it is made takes, in services that ask for it by itself.

https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/supported-iam-actions-tagging.html and
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html. CloudFormation does not:
the CDK's own deploy role makes stacks with tags and may not tag.
"""

MADE_BY: Mapping[tuple[str, str], str] = {("ecs", "RunTask"): "task", ("ecs", "StartTask"): "task"}
"""The type of resource that an operation makes, where it is another than its action's."""

SERVICES_THAT_TAKE_ROLES: Mapping[str, str] = {
    # https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
    "ecs": "ecs-tasks.amazonaws.com",
    # https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_Monitoring.OS.Enabling.html
    "rds": "monitoring.rds.amazonaws.com",
}
"""The service that a role is passed to, by the prefix of the actions, where it is not the prefix itself.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

TAKE_TEMPLATES = frozenset({"CreateChangeSet", "CreateStack", "UpdateStack"})
"""Operations of CloudFormation that read the SSM parameters of a template."""

NAMED_BY_THE_CALL = frozenset({"iam", "sts"})
"""Services that work on roles themselves: a role's ARN in their parameters passes no role."""

LOG_GROUP_TAGS = frozenset({"logs:ListTagsForResource", "logs:TagResource", "logs:UntagResource"})
"""Actions on the ARN of a log group as such; all others are on what follows it, after a colon.

https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/iam-access-control-overview-cwl.html
"""
KEY_POLICY = """{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": \
"arn:aws:iam::%s:root"}, "Action": "kms:*", "Resource": "*"}]}"""
"""In the place of the policy of a key that AWS manages: the policies of the account's own principals decide.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""
