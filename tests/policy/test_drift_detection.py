"""The role that detects drift may do what the registry says that reading each type of resource and its tags takes."""

from __future__ import annotations

from typing import Any

# cfn-lint ships no types.
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

from constructs_lib.access import drift_detection
from gitops.aws.resource_types import register
from tests.policy.policies import statements

PLAN_ROLE = "AccountRolesPlan"

NOT_NEEDED = {
    "ec2:DescribeTags": "ec2:DescribeAddresses answers with the tags of addresses",
    "ecs:ListTagsForResource": "the descriptions of ECS include tags where they are asked to",
    "iam:ListOpenIDConnectProviderTags": "iam:GetOpenIDConnectProvider answers with tags",
    "iam:ListRoleTags": "iam:GetRole answers with tags",
    "kms:Decrypt": "nothing is encrypted with a key of our own",
    "kms:DescribeKey": "nothing is encrypted with a key of our own",
    "ssm:DescribeAssociation": "instances have no associations",
    "ssm:ListAssociations": "instances have no associations",
    "vpc-lattice:DescribeServiceNetworkVpcEndpointAssociation": "endpoints are for services of AWS",
}
"""Actions of a type's schema that may be missing, and why: our templates lack what they read, or others read it."""

READING = ("Describe", "Get", "List")
"""How the actions begin that read the tags of a resource; its schema has them among those that write them."""

RUNNING_IMAGES = {"ecs:DescribeTasks", "ecs:ListTasks"}
"""What it takes to see which images really run."""

OTHER_SERVICES = ("amplify:", "apigateway:", "apprunner:", "appsync:", "bedrock-agentcore:", "cognito-idp:")
"""A firewall is associated with a load balancer here, and not with what these make."""

NOT_READ = {name for name, row in register().items() if row.drift_unread}

ASSOCIATION = "AWS::WAFv2::WebACLAssociation"


def read_permissions(resource_type: str) -> set[str]:
    """Return the actions that reading a type takes, as cfn-lint's copy of the registry has them."""
    schema = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", resource_type).schema
    needed = set(schema.get("handlers", {}).get("read", {}).get("permissions", []))
    tagging = schema.get("tagging", {}).get("permissions", [])
    needed |= {name for name in tagging if name.partition(":")[2].startswith(READING)}
    if resource_type == ASSOCIATION:
        # Its schema names for reading what only writing takes.
        return {name for name in needed if ":Get" in name and not name.startswith((*OTHER_SERVICES, "ec2:"))}
    return needed


def granted(template: dict[str, Any]) -> set[str]:
    mine = [s for s in statements(template) if any(role.startswith(PLAN_ROLE) for role in s.roles)]
    return {action for statement in mine for action in statement.actions}


def test_plan_may_read_every_type_that_drift_is_detected_of(templates: dict[str, dict[str, Any]]) -> None:
    used = {resource["Type"] for template in templates.values() for resource in template["Resources"].values()}
    types = {name for name in used if not name.startswith("Custom::")} - NOT_READ
    may = granted(templates["sample: accounts-main"])

    assert len(types) > 40
    missing = {name: left for name in types if (left := read_permissions(name) - may - NOT_NEEDED.keys())}
    assert missing == {}


def test_what_may_be_missing_is_what_a_type_takes_and_the_role_does_not_have(
    templates: dict[str, dict[str, Any]],
) -> None:
    used = {resource["Type"] for template in templates.values() for resource in template["Resources"].values()}
    needed = {action for name in used if not name.startswith("Custom::") for action in read_permissions(name)}

    assert NOT_NEEDED.keys() - needed == set()
    assert granted(templates["sample: accounts-main"]) & NOT_NEEDED.keys() == set()


def test_types_that_are_not_read_would_take_more(templates: dict[str, dict[str, Any]]) -> None:
    may = granted(templates["sample: accounts-main"])

    assert {name for name in NOT_READ if not read_permissions(name) - may} == set()


def test_nothing_is_granted_for_drift_that_no_type_takes(templates: dict[str, dict[str, Any]]) -> None:
    used = {resource["Type"] for template in templates.values() for resource in template["Resources"].values()}
    needed = {action for name in used if not name.startswith("Custom::") for action in read_permissions(name)}
    named = {action for actions in drift_detection.READ_NAMED.values() for action in actions}
    zones = {*drift_detection.READ_IN_ZONES, *drift_detection.READ_BUCKET_POLICIES}

    assert {*drift_detection.READ_LISTS, *named, *zones} - needed == RUNNING_IMAGES
