"""The roles of an account for the jobs on GitHub: those of the reviewed template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from constructs_lib.config.naming import GITHUB_ENVIRONMENTS, role_output
from tests.local_aws.authorisation import golden

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUER = "https://token.actions.githubusercontent.com"

AS_THE_CDK = ("cloudformation:*", "s3:*", "ssm:GetParameter")
"""What jobs do through the CDK's roles, and the stacks of small_app.py, which have no such roles, by the job's own."""


def of_stack(cloudformation: Any) -> dict[str, str]:
    """Return the ARNs of the roles of an account's stack, by the environments of GitHub that they are for."""
    (stack,) = cloudformation.describe_stacks(StackName=golden.ACCOUNT_STACK)["Stacks"]
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return {name: outputs[role_output(name)] for name in GITHUB_ENVIRONMENTS}


def make(iam: Any, account: str) -> dict[str, str]:
    """Make the roles of the reviewed template without its stack; return their ARNs as `of_stack` does.

    Those that deploy may do what the CDK's roles may, too.
    """
    resources = golden.stacks()[golden.ACCOUNT_STACK]
    iam.create_open_id_connect_provider(Url=ISSUER, ClientIDList=["sts.amazonaws.com"])
    arns: dict[str, str] = {}
    for name in GITHUB_ENVIRONMENTS:
        (logical_id,) = (key for key, one in resources.items() if _is_role(key, one, name))
        properties = resources[logical_id]["Properties"]
        made = iam.create_role(
            RoleName=name,
            AssumeRolePolicyDocument=_document(properties["AssumeRolePolicyDocument"], account),
            MaxSessionDuration=properties["MaxSessionDuration"],
        )
        arns[name] = made["Role"]["Arn"]
        (policy,) = (
            one["Properties"]
            for one in resources.values()
            if one["Type"] == "AWS::IAM::Policy" and {"Ref": logical_id} in one["Properties"]["Roles"]
        )
        document = _document(policy["PolicyDocument"], account)
        iam.put_role_policy(RoleName=name, PolicyName=policy["PolicyName"], PolicyDocument=document)
        if name in {"deploy", "production"}:
            statement = {"Effect": "Allow", "Action": AS_THE_CDK, "Resource": "*"}
            document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
            iam.put_role_policy(RoleName=name, PolicyName="as-the-cdk", PolicyDocument=document)
    return arns


def _is_role(logical_id: str, resource: Mapping[str, Any], environment: str) -> bool:
    return resource["Type"] == "AWS::IAM::Role" and logical_id.startswith(f"AccountRoles{environment.capitalize()}")


def _document(document: object, account: str) -> str:
    """Return a policy of the template with references resolved, for another account."""
    resources = golden.stacks()[golden.ACCOUNT_STACK]
    return json.dumps(golden.resolved(document, golden.ACCOUNT_STACK, resources)).replace(golden.ACCOUNT, account)
