"""Names that are unique to an account or a region: CloudFormation does not create what exists already.

MiniStack's CloudFormation takes over a resource of the same name instead, for the types below; for others it refuses.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cfn-console-create-stack.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from local_aws import ministack
from local_aws.ministack import ApiError, seams

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class UniqueName(NamedTuple):
    """A resource type whose property `name` no two resources share; `exists` tells whether one has a name."""

    resource_type: str
    name: str
    exists: Callable[[str], bool]


def _found(service: str, operation: str, parameter: str, *, listed: str = "") -> Callable[[str], bool]:
    """Return the function that asks an operation which fails, or answers an empty list `listed`, for unknown names."""

    def exists(name: str) -> bool:
        try:
            answer = ministack.call(service, operation, **{parameter: [name] if listed else name})
        except ApiError:
            return False
        return not listed or bool(answer[listed])

    return exists


def _managed_policy_exists(name: str) -> bool:
    arn = f"arn:aws:iam::{ministack.account_id()}:policy/{name}"
    return _found("iam", "GetPolicy", "PolicyArn")(arn)


def _log_group_exists(name: str) -> bool:
    groups = ministack.call("logs", "DescribeLogGroups", logGroupNamePrefix=name)["logGroups"]
    return any(group["logGroupName"] == name for group in groups)


def _topic_exists(name: str) -> bool:
    arn = f"arn:aws:sns:{ministack.region()}:{ministack.account_id()}:{name}"
    return _found("sns", "GetTopicAttributes", "TopicArn")(arn)


def _identity_exists(name: str) -> bool:
    """Tell whether SES has an identity; MiniStack keeps those that were made by either version of the API apart."""
    return name in seams.mail_identities or name in seams.mail_identities_of_v2


UNIQUE_NAMES = (
    UniqueName("AWS::IAM::Role", "RoleName", _found("iam", "GetRole", "RoleName")),
    UniqueName("AWS::IAM::ManagedPolicy", "ManagedPolicyName", _managed_policy_exists),
    UniqueName(
        "AWS::ECR::Repository",
        "RepositoryName",
        _found("ecr", "DescribeRepositories", "repositoryNames", listed="repositories"),
    ),
    UniqueName(
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "Name",
        _found("elbv2", "DescribeLoadBalancers", "Names", listed="LoadBalancers"),
    ),
    UniqueName(
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "Name",
        _found("elbv2", "DescribeTargetGroups", "Names", listed="TargetGroups"),
    ),
    UniqueName(
        "AWS::RDS::DBInstance",
        "DBInstanceIdentifier",
        _found("rds", "DescribeDBInstances", "DBInstanceIdentifier"),
    ),
    UniqueName(
        "AWS::RDS::DBSubnetGroup",
        "DBSubnetGroupName",
        _found("rds", "DescribeDBSubnetGroups", "DBSubnetGroupName"),
    ),
    UniqueName("AWS::Logs::LogGroup", "LogGroupName", _log_group_exists),
    UniqueName("AWS::SES::EmailIdentity", "EmailIdentity", _identity_exists),
    UniqueName("AWS::SNS::Topic", "TopicName", _topic_exists),
)


def refuse_secret_to_be_deleted(name: str) -> None:
    """Refuse a secret of the name of one that is scheduled for deletion.

    https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_DeleteSecret.html
    """
    _, record = seams.find_secret(name)
    if record is not None and record.get("DeletedDate"):
        message = "You can't create this secret because a secret with this name is already scheduled for deletion."
        raise ApiError("CreateSecret", "InvalidRequestException", message)


def refuse_taken(unique: UniqueName, properties: Mapping[str, Any]) -> None:
    """Refuse a resource whose template gives it a name that another has. Generated names are not looked at."""
    name = properties.get(unique.name)
    if name and unique.exists(str(name)):
        message = f"Resource of type '{unique.resource_type}' with identifier '{name}' already exists."
        raise ApiError("CreateResource", "AlreadyExists", message)
