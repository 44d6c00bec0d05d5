"""Findings of policy checks that were judged and accepted, written beside the resource they are about."""

import json
from collections.abc import Mapping
from typing import Any

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
    """Return the id of cdk-nag's finding about an ARN with a wildcard."""
    resolved = cdk.Stack.of(scope).resolve(arn)
    parts = [resolved] if isinstance(resolved, str) else resolved["Fn::Join"][1]
    return f"AwsSolutions-IAM5[Resource::{''.join(map(_as_in_findings, parts))}]"


def _as_in_findings(part: Any) -> str:  # noqa: ANN401 # whatever a template may hold
    """Return a part of an ARN as cdk-nag writes it: names and attributes in brackets, the rest as compact JSON."""
    if isinstance(part, str):
        return part
    if "Ref" in part:
        return f"<{part['Ref']}>"
    if "Fn::GetAtt" in part:
        return f"<{'.'.join(part['Fn::GetAtt'])}>"
    return json.dumps(part, separators=(",", ":"))
