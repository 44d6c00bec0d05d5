"""CloudFormation's role may do what the handlers of our resource types do, within the permissions boundary.

The registry says for each type which actions its handlers perform. `cdk bootstrap` gives CloudFormation's role
AdministratorAccess and our boundary, so that the boundary decides.
https://docs.aws.amazon.com/cloudformation-cli/latest/userguide/resource-type-schema.html
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

# cfn-lint ships no types.
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from local_aws.authorisation import iam_data
from local_aws.authorisation.engine import Engine, EngineError, Policies, Question
from tests.local_aws.authorisation import golden

if TYPE_CHECKING:
    from collections.abc import Iterator

HANDLERS = ("create", "read", "update", "delete")
"""CloudFormation deploys and deletes with these; `list` is for other tools."""

EXECUTION_ROLE = f"arn:aws:sts::{golden.ACCOUNT}:assumed-role/cfn-exec-role/AWSCloudFormation"

PASSED_TO = {
    "AWS::EC2::FlowLog": "vpc-flow-logs.amazonaws.com",
    "AWS::EC2::Instance": "ec2.amazonaws.com",
    "AWS::ECS::TaskDefinition": "ecs-tasks.amazonaws.com",
    "AWS::IAM::InstanceProfile": "ec2.amazonaws.com",
    "AWS::Lambda::Function": "lambda.amazonaws.com",
    "AWS::RDS::DBInstance": "monitoring.rds.amazonaws.com",
    "AWS::StepFunctions::StateMachine": "states.amazonaws.com",
}
"""The service that a resource of a type hands a role to, by the services' user guides."""

PASSES_NO_ROLE = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "Auto Scaling takes its service-linked role where none is named",
    "AWS::ECS::Service": "the service-linked role is used where a service names no role",
    "AWS::S3::Bucket": "replication has a role, and no bucket is replicated",
    "AWS::SNS::Subscription": "Firehose has a role, and subscriptions are for e-mail",
    "AWS::SNS::Topic": "delivery logs have roles, and are off",
}
"""Types whose handlers pass a role for something that no template of ours has. Their properties are looked at."""

LINKED_ROLES = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "ecs.application-autoscaling.amazonaws.com",
    "AWS::ECS::Cluster": "ecs.amazonaws.com",
    "AWS::ElastiCache::ParameterGroup": "elasticache.amazonaws.com",
    "AWS::ElastiCache::ReplicationGroup": "elasticache.amazonaws.com",
    "AWS::RDS::DBInstance": "rds.amazonaws.com",
    "AWS::RDS::DBParameterGroup": "rds.amazonaws.com",
    "AWS::RDS::DBSubnetGroup": "rds.amazonaws.com",
}
"""The service whose service-linked role the first resource of a type makes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_aws-services-that-work-with-iam.html
"""

NOT_NEEDED = {
    ("AWS::EC2::FlowLog", "iam:CreateServiceLinkedRole"): "for logs to S3 and Firehose; ours go to CloudWatch",
    ("AWS::IAM::Policy", "iam:*Group*"): "policies are for roles",
    ("AWS::IAM::Policy", "iam:*User*"): "policies are for roles",
    ("AWS::IAM::Role", "iam:DeleteRolePermissionsBoundary"): "no role may lose its boundary",
    ("AWS::RDS::DBInstance", "iam:ListRoles"): "for AssociatedRoles, of which there are none",
    ("AWS::WAFv2::WebACLAssociation", "appsync:*"): "the firewall is associated with load balancers",
    ("AWS::ApplicationAutoScaling::ScalableTarget", "lambda:*"): "services of ECS are scaled",
}
"""Actions of a type that the role need not be allowed, and why."""

NOT_IN_IAM = {
    "lambda:AssociateRuntimeAlias": "Lambda's own",
    "payments:GetConnectedAccount": "for rule groups of the marketplace",
    "s3:REST.PUT.OBJECT": "CloudWatch Logs' own",
    "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation": "endpoints are for services of AWS",
    "s3:DeleteBucketAnalyticsConfiguration": "s3:PutAnalyticsConfiguration stands for it",
    "s3:DeleteBucketCors": "s3:PutBucketCORS stands for it",
    "s3:DeleteBucketEncryption": "s3:PutEncryptionConfiguration stands for it",
    "s3:DeleteBucketLifecycle": "s3:PutLifecycleConfiguration stands for it",
    "s3:DeleteBucketMetricsConfiguration": "s3:PutMetricsConfiguration stands for it",
    "s3:DeleteBucketReplication": "s3:PutReplicationConfiguration stands for it",
    "s3:PutBucketReplication": "s3:PutReplicationConfiguration stands for it",
    "s3:PutObjectLockConfiguration": "s3:PutBucketObjectLockConfiguration stands for it",
}
"""Actions in schemas that IAM does not have, and what they are."""

KEY_POLICY = """{"Version": "2012-10-17", "Statement": [
    {"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"}]}"""
"""Of a key of the account, as of keys that AWS manages: the account's own policies decide.

https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
"""


class Need(NamedTuple):
    """An action that the handler of a resource type performs."""

    stack: str
    resource_type: str
    handler: str
    action: str


def needs() -> Iterator[Need]:
    """Yield what CloudFormation's role does. An account's own stack is deployed with an administrator's rights."""
    for stack, resources in golden.stacks().items():
        types = {one["Type"] for one in resources.values()} if stack != golden.ACCOUNT_STACK else set()
        for name in sorted(types):
            if not name.startswith("Custom::"):
                handlers = PROVIDER_SCHEMA_MANAGER.get_resource_schema(golden.REGION, name).schema["handlers"]
                for handler in HANDLERS:
                    for action in handlers.get(handler, {}).get("permissions", []):
                        yield Need(stack, name, handler, action)


def is_left_out(need: Need) -> bool:
    if need.action in NOT_IN_IAM:
        return True
    if need.action == "iam:PassRole" and need.resource_type in PASSES_NO_ROLE:
        return True
    return any(
        need.resource_type == name and _matches(need.action, pattern) for (name, pattern), _ in NOT_NEEDED.items()
    )


def _matches(action: str, pattern: str) -> bool:
    parts = pattern.split("*")
    return action.startswith(parts[0]) and action.endswith(parts[-1]) and all(part in action for part in parts)


def question(need: Need, resources: dict[str, Any]) -> Question:
    """Return whether the role may do what a handler does, with a role of the same stack where one is concerned."""
    boundary_arn, boundary = golden.boundary()
    action = iam_data.action(*need.action.split(":"))
    assert action is not None, f"IAM has no {need.action}: {need}"
    roles = [
        golden.role_arn(need.stack, logical_id, one.get("Properties", {}))
        for logical_id, one in resources.items()
        if one["Type"] == "AWS::IAM::Role"
    ]
    arn = "*"
    if action.resource_types:
        kind = action.resource_types[0]
        known = {"Partition": "aws", "Region": golden.REGION, "Account": golden.ACCOUNT}
        arn = iam_data.VARIABLE.sub(lambda found: known.get(found[1], "x"), kind.arn)
        if kind.service == "iam" and kind.name == "role" and roles:
            arn = roles[0]
        if kind.service == "iam" and kind.name == "instance-profile":
            (path,) = {
                one["Properties"].get("Path", "/")
                for one in resources.values()
                if one["Type"] == "AWS::IAM::InstanceProfile"
            }
            arn = f"arn:aws:iam::{golden.ACCOUNT}:instance-profile{path}x"
    context: dict[str, str] = {}
    if action.knows("iam:PermissionsBoundary"):
        context["iam:PermissionsBoundary"] = boundary_arn
    if action.name == "iam:PassRole":
        context["iam:PassedToService"] = PASSED_TO[need.resource_type]
    if action.name == "iam:CreateServiceLinkedRole":
        context["iam:AWSServiceName"] = service = LINKED_ROLES[need.resource_type]
        arn = f"arn:aws:iam::{golden.ACCOUNT}:role/aws-service-role/{service}/AWSServiceRoleForIt"
    return Question(
        principal=EXECUTION_ROLE,
        action=need.action,
        resource=arn,
        account=golden.ACCOUNT,
        context=tuple(sorted(context.items())),
        policies=Policies((golden.ADMINISTRATOR,), boundary),
        resource_policy=KEY_POLICY if need.action.startswith("kms:") else None,
    )


def test_every_handler_of_every_type_is_allowed(engine: Engine) -> None:
    stacks = golden.stacks()
    asked = [need for need in needs() if not is_left_out(need)]
    denied = {need for need in asked if not engine.decide(question(need, stacks[need.stack])).allowed}

    assert len({need.resource_type for need in asked}) > 45
    assert len(asked) > 1000
    assert {(need.resource_type, need.action) for need in denied} == set()


def test_what_is_not_needed_is_what_the_schemas_name() -> None:
    """An exception that no schema gives a reason for any more goes."""
    found = list(needs())

    assert {one.action for one in found} >= NOT_IN_IAM.keys()
    assert {one.resource_type for one in found if one.action == "iam:PassRole"} >= PASSES_NO_ROLE.keys()
    unused = {
        key
        for key in NOT_NEEDED
        if not any(need.resource_type == key[0] and _matches(need.action, key[1]) for need in found)
    }
    assert unused == set()


def test_no_resource_of_a_type_that_passes_no_role_names_one() -> None:
    named = set()
    for stack, resources in golden.stacks().items():
        roles = {name for name, one in resources.items() if one["Type"] == "AWS::IAM::Role"}
        for logical_id, one in resources.items():
            if one["Type"] in PASSES_NO_ROLE and roles & _references(one.get("Properties", {})):
                named.add((stack, logical_id))

    assert named == set()


def _references(value: object) -> set[str]:
    if isinstance(value, list):
        return {name for one in value for name in _references(one)}
    if not isinstance(value, dict):
        return set()
    found = {name for one in value.values() for name in _references(one)}
    if isinstance(value.get("Fn::GetAtt"), list):
        found.add(value["Fn::GetAtt"][0])
    return found | ({value["Ref"]} if isinstance(value.get("Ref"), str) else set())


def test_a_role_without_the_boundary_is_refused(engine: Engine) -> None:
    need = Need("dev-alpha", "AWS::IAM::Role", "create", "iam:CreateRole")
    allowed = question(need, golden.stacks()["dev-alpha"])
    bare = Question(
        principal=allowed.principal,
        action=allowed.action,
        resource=allowed.resource,
        account=allowed.account,
        policies=allowed.policies,
    )

    assert engine.decide(allowed).allowed
    refused = engine.decide(bare)
    assert not refused.allowed
    assert refused.blocked_by == {"pb"}


def test_a_decision_names_the_statements_that_were_decisive(engine: Engine) -> None:
    need = Need("dev-alpha", "AWS::IAM::Role", "create", "iam:CreateRole")
    decision = engine.decide(question(need, golden.stacks()["dev-alpha"]))

    assert {(one.kind, one.policy, one.sid) for one in decision.statements} == {
        ("identity", "AdministratorAccess", ""),
        ("pb", "gitops-permissions-boundary", "RolesWithThisBoundary"),
    }


def test_an_action_that_iam_does_not_have_is_an_error(engine: Engine) -> None:
    asked = Question(principal=EXECUTION_ROLE, action="ecs:RunTsk", resource="*", account=golden.ACCOUNT)
    with pytest.raises(EngineError, match="ecs:RunTsk"):
        engine.decide(asked)
