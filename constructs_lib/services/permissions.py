"""What an application may do with AWS beyond its own bucket and database, as statements of its tasks' role."""

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.acknowledge import acknowledge, wildcard_finding
from constructs_lib.config.model import PermissionsConfig

READ_OBJECTS = ("s3:GetObject",)
WRITE_OBJECTS = ("s3:AbortMultipartUpload", "s3:DeleteObject", "s3:PutObject")
LIST_OBJECTS = ("s3:ListBucket",)
FIND_QUEUE = ("sqs:GetQueueAttributes", "sqs:GetQueueUrl")
SEND = ("sqs:SendMessage",)
RECEIVE = ("sqs:ChangeMessageVisibility", "sqs:DeleteMessage", "sqs:ReceiveMessage")
SEND_EMAIL = ("ses:SendEmail", "ses:SendRawEmail")


def grant(role: iam.Role, permissions: PermissionsConfig, *, domain: str) -> None:
    """Let a role do what was declared, in its own account, and send mail from `domain` alone.

    Buckets and queues with a KMS key of their own take a permission in the policy of that key as well.
    """
    for statement in (*_buckets(role, permissions), *_queues(role, permissions), *_email(role, permissions, domain)):
        role.add_to_policy(statement)


def _buckets(role: Construct, permissions: PermissionsConfig) -> Iterator[iam.PolicyStatement]:
    # An ARN of a bucket names no account: one that was deleted may be another account's by now.
    own = {"StringEquals": {"aws:ResourceAccount": cdk.Stack.of(role).account}}
    names = sorted(permissions.buckets)
    arns = {name: cdk.Stack.of(role).format_arn(service="s3", region="", account="", resource=name) for name in names}
    objects = {name: f"{arn}/*" for name, arn in arns.items()}
    writable = [objects[name] for name in names if permissions.buckets[name] == "read-write"]
    for actions, resources in (
        (LIST_OBJECTS, list(arns.values())),
        (READ_OBJECTS, list(objects.values())),
        (WRITE_OBJECTS, writable),
    ):
        if resources:
            yield iam.PolicyStatement(actions=list(actions), resources=resources, conditions=own)
    reason = "Objects of a bucket that the declaration names and its base allows"
    acknowledge(role, {wildcard_finding(role, arn): reason for arn in objects.values()})


def _queues(role: Construct, permissions: PermissionsConfig) -> Iterator[iam.PolicyStatement]:
    queues = sorted(permissions.queues.items())
    for actions, names in (
        (FIND_QUEUE, [name for name, _ in queues]),
        (SEND, [name for name, access in queues if access != "receive"]),
        (RECEIVE, [name for name, access in queues if access != "send"]),
    ):
        if names:
            arns = [cdk.Stack.of(role).format_arn(service="sqs", resource=name) for name in names]
            yield iam.PolicyStatement(actions=list(actions), resources=arns)


def _email(role: Construct, permissions: PermissionsConfig, domain: str) -> Iterator[iam.PolicyStatement]:
    """Yield the statement for mail: the identity is that of the domain, and so is the address of the sender.

    https://docs.aws.amazon.com/ses/latest/dg/control-user-access.html
    """
    if permissions.send_email:
        identity = cdk.Stack.of(role).format_arn(service="ses", resource="identity", resource_name=domain)
        yield iam.PolicyStatement(
            actions=list(SEND_EMAIL),
            resources=[identity],
            conditions={"StringLike": {"ses:FromAddress": f"*@{domain}"}},
        )
