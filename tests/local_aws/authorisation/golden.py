"""The golden templates: their resources, and the policies in them with references resolved."""

from __future__ import annotations

import functools
import json
from typing import Any

from local_aws.authorisation.engine import Policy
from tests.constructs_lib.synthesis import ROOT

ACCOUNT = "111111111111"
REGION = "us-east-1"
ACCOUNT_STACK = "accounts-main"
PRODUCTION_ACCOUNT = "222222222222"
PRODUCTION_ACCOUNT_STACK = "accounts-prod"

ADMINISTRATOR = Policy(
    "AdministratorAccess",
    json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}),
)
"""What `cdk bootstrap` attaches to CloudFormation's role when it is told no policies."""

_PSEUDO_PARAMETERS = {"AWS::AccountId": ACCOUNT, "AWS::Partition": "aws", "AWS::Region": REGION}


@functools.cache
def stacks() -> dict[str, dict[str, Any]]:
    """Return the resources of every golden template by stack, as if production were in the account of the others."""
    files = {file.name.partition(".")[0]: file for file in sorted((ROOT / "tests" / "golden").glob("*.template.json"))}
    del files[PRODUCTION_ACCOUNT_STACK]
    texts = {stack: file.read_text().replace(PRODUCTION_ACCOUNT, ACCOUNT) for stack, file in files.items()}
    return {stack: json.loads(text)["Resources"] for stack, text in texts.items()}


def role_arn(stack: str, logical_id: str, properties: dict[str, Any]) -> str:
    """Return the ARN of a role; CloudFormation makes its name from the stack and the logical id."""
    name = properties.get("RoleName") or f"{stack}-{logical_id}-ABCDEFGHIJKL"
    return f"arn:aws:iam::{ACCOUNT}:role{properties.get('Path', '/')}{name}"


def region(stack: str) -> str:
    """Return the region of a stack: the sample of production is in Frankfurt."""
    return "eu-central-1" if stack.startswith("prod-") else REGION


def policies_of_role(stack: str, role: str) -> tuple[Policy, ...]:
    """Return the inline policies of the role with a logical id, with references resolved."""
    resources = stacks()[stack]
    found = (
        one["Properties"]
        for one in resources.values()
        if one["Type"] == "AWS::IAM::Policy" and {"Ref": role} in one["Properties"]["Roles"]
    )
    return tuple(
        Policy(one["PolicyName"], json.dumps(resolved(one["PolicyDocument"], stack, resources))) for one in found
    )


def _arn(stack: str, logical_id: str, resource: dict[str, Any]) -> str:
    """Return what CloudFormation returns for the ARN of a resource; a log group's ends in `:*`."""
    properties = resource.get("Properties", {})
    name = f"{stack}-{logical_id}-ABCDEFGHIJKL"
    match resource["Type"]:
        case "AWS::IAM::OIDCProvider":
            return f"arn:aws:iam::{ACCOUNT}:oidc-provider/{properties['Url'].removeprefix('https://')}"
        case "AWS::Logs::LogGroup":
            return f"arn:aws:logs:{region(stack)}:{ACCOUNT}:log-group:{name}:*"
        case "AWS::Lambda::Function":
            return f"arn:aws:lambda:{region(stack)}:{ACCOUNT}:function:{name}"
        case _:
            return role_arn(stack, logical_id, properties)


@functools.cache
def boundary() -> tuple[str, Policy]:
    """Return the ARN of the permissions boundary, and the policy."""
    resources = stacks()[ACCOUNT_STACK]
    properties = next(one["Properties"] for one in resources.values() if one["Type"] == "AWS::IAM::ManagedPolicy")
    document = resolved(properties["PolicyDocument"], ACCOUNT_STACK, resources)
    arn = f"arn:aws:iam::{ACCOUNT}:policy{properties['Path']}{properties['ManagedPolicyName']}"
    return arn, Policy(properties["ManagedPolicyName"], json.dumps(document))


def resolved(value: Any, stack: str, resources: dict[str, Any]) -> Any:
    """Return a value of a template without intrinsic functions, as far as policies use them."""
    if isinstance(value, list):
        return [resolved(one, stack, resources) for one in value]
    if not isinstance(value, dict):
        return value
    if "Ref" in value:
        return _PSEUDO_PARAMETERS.get(value["Ref"]) or f"{stack}-{value['Ref']}-ABCDEFGHIJKL"
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return separator.join(str(resolved(part, stack, resources)) for part in parts)
    if "Fn::GetAtt" in value:
        logical_id = value["Fn::GetAtt"][0]
        return _arn(stack, logical_id, resources[logical_id])
    return {key: resolved(one, stack, resources) for key, one in value.items()}
