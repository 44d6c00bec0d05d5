"""Findings of policy checks that were judged and accepted, written beside the resource they are about."""

import json
from collections.abc import Mapping

import aws_cdk as cdk
from constructs import IConstruct


def acknowledge(construct: IConstruct, findings: Mapping[str, str]) -> None:
    """Accept findings of cdk-nag on a construct: the rule's id, and the reason.

    Rules: https://github.com/cdklabs/cdk-nag/blob/main/RULES.md
    """
    cdk.Validations.of(construct).acknowledge(
        *(cdk.Acknowledgment(id=rule, reason=reason) for rule, reason in findings.items())
    )


def wildcard_finding(scope: IConstruct, arn: str) -> str:
    """Return the id of cdk-nag's finding about an ARN with a wildcard: references in it appear as compact JSON."""
    resolved = cdk.Stack.of(scope).resolve(arn)
    parts = [resolved] if isinstance(resolved, str) else resolved["Fn::Join"][1]
    text = "".join(part if isinstance(part, str) else json.dumps(part, separators=(",", ":")) for part in parts)
    return f"AwsSolutions-IAM5[Resource::{text}]"
