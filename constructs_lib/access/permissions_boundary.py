"""The most that an environment of an account, and what deploys it, can ever be allowed."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.acknowledge import acknowledge
from constructs_lib.config.naming import LINKED_ROLES_OF_BOOTSTRAP, PERMISSIONS_BOUNDARY, ROLE_PATH

FOREIGN_TO_ENVIRONMENTS = (
    "account:*",
    "cloudformation:*",
    "cloudtrail:*",
    "config:*",
    "guardduty:*",
    "iam:*",
    "organizations:*",
    "securityhub:*",
    "sts:*",
)
"""What no environment has to do with: who may do what, and who watches it.

Stacks are among it: CloudFormation updates a stack with the role that is kept with it, so a caller that may update
another's stack has the permissions of that role without passing it.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-iam-servicerole.html
"""

READ_STACKS = ("cloudformation:DescribeStacks",)

READ_ROLES = (
    "iam:GetInstanceProfile",
    "iam:GetRole",
    "iam:GetRolePolicy",
    "iam:ListAttachedRolePolicies",
    "iam:ListInstanceProfilesForRole",
    "iam:ListRolePolicies",
    "iam:ListRoleTags",
)
CHANGE_ROLES = (
    "iam:AddRoleToInstanceProfile",
    "iam:CreateInstanceProfile",
    "iam:DeleteInstanceProfile",
    "iam:DeleteRole",
    "iam:RemoveRoleFromInstanceProfile",
    "iam:TagInstanceProfile",
    "iam:TagRole",
    "iam:UntagInstanceProfile",
    "iam:UntagRole",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
)
EMPOWER_ROLES = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
)
"""What can give a role permissions: only with this boundary on the role.

https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html#access_policies_boundaries-delegate
"""

SERVICES_WITH_ROLES = (
    "ec2.amazonaws.com",
    "ecs-tasks.amazonaws.com",
    "ecs.amazonaws.com",
    "lambda.amazonaws.com",
    "monitoring.rds.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
SERVICES_WITH_LINKED_ROLES = (*LINKED_ROLES_OF_BOOTSTRAP, "wafv2.amazonaws.com")


class PermissionsBoundary(Construct):
    """A policy that allows nothing by itself: it limits CloudFormation's role, and every role of an environment.

    Without it, a deployment could create a role with any permission. Roles and instance profiles outside the path of
    environments are out of reach: those that deploy, the CDK's own and those of others in the account. So is this
    policy.
    """

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        account = cdk.Stack.of(self).account
        iam_arn = f"arn:{cdk.Stack.of(self).partition}:iam::{account}"
        roles = [f"{iam_arn}:role{ROLE_PATH}*", f"{iam_arn}:instance-profile{ROLE_PATH}*"]
        within = {"StringEquals": {"iam:PermissionsBoundary": f"{iam_arn}:policy/{PERMISSIONS_BOUNDARY}"}}
        policy = iam.ManagedPolicy(
            self,
            "Policy",
            # `cdk bootstrap` and the stacks of environments refer to it by name.
            managed_policy_name=PERMISSIONS_BOUNDARY,
            description="Limits what environments, and what deploys them, can be allowed",
            statements=[
                iam.PolicyStatement(sid="AllButIdentity", not_actions=list(FOREIGN_TO_ENVIRONMENTS), resources=["*"]),
                iam.PolicyStatement(sid="Stacks", actions=list(READ_STACKS), resources=["*"]),
                iam.PolicyStatement(sid="Roles", actions=[*READ_ROLES, *CHANGE_ROLES], resources=roles),
                iam.PolicyStatement(
                    sid="RolesWithThisBoundary", actions=list(EMPOWER_ROLES), resources=roles, conditions=within
                ),
                iam.PolicyStatement(
                    sid="RolesForServices",
                    actions=["iam:PassRole"],
                    resources=roles[:1],
                    conditions={"StringEquals": {"iam:PassedToService": list(SERVICES_WITH_ROLES)}},
                ),
                iam.PolicyStatement(
                    sid="RolesOfServices",
                    actions=["iam:CreateServiceLinkedRole"],
                    resources=[f"{iam_arn}:role/aws-service-role/*"],
                    conditions={"StringEquals": {"iam:AWSServiceName": list(SERVICES_WITH_LINKED_ROLES)}},
                ),
            ],
        )
        reason = "A boundary allows nothing by itself"
        acknowledge(policy, {"AwsSolutions-IAM5": reason, "CloudFormation-Validate::W2512": reason})
