"""What CloudFormation reads of resources, with the rights of its caller, to tell what was changed by hand.

Each type of resource says in the registry which actions reading it and its tags takes; a test compares. Left out is
what shows data: the values of secrets, the names of a bucket's objects, bills.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

from collections.abc import Mapping

from constructs_lib.config.naming import PUBLISHED_VALUES

DETECT = (
    "cloudformation:DescribeStackResourceDrifts",
    "cloudformation:DetectStackDrift",
    "cloudformation:DetectStackResourceDrift",
)
"""Starts a detection, which changes nothing but what CloudFormation remembers of the last one."""

FOLLOW = ("cloudformation:BatchDescribeTypeConfigurations", "cloudformation:DescribeStackDriftDetectionStatus")
"""How the types of a stack's resources are configured, which a detection takes, and how it goes; neither has a name.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/using-cfn-stack-drift.html
"""

READ_LISTS = (
    "application-autoscaling:DescribeScalableTargets",
    "application-autoscaling:DescribeScalingPolicies",
    "application-autoscaling:DescribeScheduledActions",
    "application-autoscaling:ListTagsForResource",
    "cloudwatch:DescribeAlarms",
    "cloudwatch:GetDashboard",
    "cloudwatch:ListTagsForResource",
    "ec2:DescribeAccountAttributes",
    "ec2:DescribeAddresses",
    "ec2:DescribeAvailabilityZones",
    "ec2:DescribeFlowLogs",
    "ec2:DescribeInstanceAttribute",
    "ec2:DescribeInstanceCreditSpecifications",
    "ec2:DescribeInstances",
    "ec2:DescribeInternetGateways",
    "ec2:DescribeLaunchTemplates",
    "ec2:DescribeNatGateways",
    "ec2:DescribeNetworkAcls",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeRouteTables",
    "ec2:DescribeSecurityGroupRules",
    "ec2:DescribeSecurityGroups",
    "ec2:DescribeSubnets",
    "ec2:DescribeVolumes",
    "ec2:DescribeVpcAttribute",
    "ec2:DescribeVpcEncryptionControls",
    "ec2:DescribeVpcEndpoints",
    "ec2:DescribeVpcs",
    "ec2:DescribeVpnGateways",
    "ecs:DescribeClusters",
    "ecs:DescribeServices",
    "ecs:DescribeTaskDefinition",
    "ecs:DescribeTasks",
    "ecs:ListTasks",
    "elasticache:DescribeCacheParameterGroups",
    "elasticache:DescribeCacheParameters",
    "elasticache:DescribeCacheSubnetGroups",
    "elasticache:DescribeReplicationGroups",
    "elasticache:DescribeUserGroups",
    "elasticache:DescribeUsers",
    "elasticache:ListTagsForResource",
    "elasticloadbalancing:DescribeCapacityReservation",
    "elasticloadbalancing:DescribeListenerAttributes",
    "elasticloadbalancing:DescribeListeners",
    "elasticloadbalancing:DescribeLoadBalancerAttributes",
    "elasticloadbalancing:DescribeLoadBalancers",
    "elasticloadbalancing:DescribeRules",
    "elasticloadbalancing:DescribeTags",
    "elasticloadbalancing:DescribeTargetGroupAttributes",
    "elasticloadbalancing:DescribeTargetGroups",
    "elasticloadbalancing:DescribeTargetHealth",
    "elasticloadbalancing:GetLoadBalancerWebACL",
    "logs:DescribeIndexPolicies",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "rds:DescribeDBInstances",
    "rds:DescribeDBParameterGroups",
    "rds:DescribeDBParameters",
    "rds:DescribeDBSubnetGroups",
    "rds:ListTagsForResource",
    "route53:ListHostedZones",
    "route53:ListQueryLoggingConfigs",
    "servicediscovery:ListTagsForResource",
    "wafv2:GetWebACL",
    "wafv2:GetWebACLForResource",
    "wafv2:ListTagsForResource",
)
"""Actions that list or describe, most of which know no resource to be limited to."""

READ_NAMED: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("acm", "certificate/*"): ("acm:DescribeCertificate", "acm:ListTagsForCertificate"),
    ("ecr", "repository/*"): (
        "ecr:DescribeRepositories",
        "ecr:GetLifecyclePolicy",
        "ecr:GetRepositoryPolicy",
        "ecr:ListTagsForResource",
    ),
    ("iam", "instance-profile/*"): ("iam:GetInstanceProfile",),
    ("iam", "oidc-provider/*"): ("iam:GetOpenIDConnectProvider",),
    ("iam", "policy/*"): ("iam:GetPolicy", "iam:GetPolicyVersion", "iam:ListEntitiesForPolicy"),
    ("iam", "role/*"): ("iam:GetRole", "iam:GetRolePolicy", "iam:ListAttachedRolePolicies", "iam:ListRolePolicies"),
    ("lambda", "function:*"): (
        "lambda:GetFunction",
        "lambda:GetFunctionCodeSigningConfig",
        "lambda:GetFunctionRecursionConfig",
        "lambda:GetFunctionScalingConfig",
        "lambda:GetRuntimeManagementConfig",
        "lambda:ListTags",
    ),
    ("logs", "log-group:*"): ("logs:GetDataProtectionPolicy", "logs:ListTagsForResource"),
    ("scheduler", "schedule/*"): ("scheduler:GetSchedule",),
    ("servicediscovery", "namespace/*"): ("servicediscovery:GetNamespace",),
    ("servicediscovery", "service/*"): ("servicediscovery:GetService", "servicediscovery:GetServiceAttributes"),
    ("ses", "identity/*"): ("ses:GetEmailIdentity", "ses:ListTagsForResource"),
    ("sns", "*"): (
        "sns:GetDataProtectionPolicy",
        "sns:GetSubscriptionAttributes",
        "sns:GetTopicAttributes",
        "sns:ListSubscriptionsByTopic",
        "sns:ListTagsForResource",
    ),
    ("ssm", f"parameter{PUBLISHED_VALUES}*"): ("ssm:ListTagsForResource",),
    ("states", "stateMachine:*"): ("states:DescribeStateMachine", "states:ListTagsForResource"),
}
"""Actions by the service and the resources of the account that they are limited to."""

READ_IN_ZONES = ("route53:GetHostedZone", "route53:ListResourceRecordSets", "route53:ListTagsForResource")
"""On hosted zones, whose ARNs have no account."""

READ_BUCKET_POLICIES = ("s3:GetBucketPolicy",)
"""On buckets, whose ARNs have no account."""
