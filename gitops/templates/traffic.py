"""Which traffic the security groups of a template let through."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops.templates.differences import Grant
from gitops.templates.words import name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops.templates.differences import GrantKind

_EVERYWHERE = {"CidrIp": "0.0.0.0/0", "IpProtocol": "-1"}
_OTHER_ENDS = (
    "CidrIp",
    "CidrIpv6",
    "SourceSecurityGroupId",
    "DestinationSecurityGroupId",
    "SourceSecurityGroupName",
    "SourcePrefixListId",
    "DestinationPrefixListId",
)
_ANYWHERE = {"0.0.0.0/0", "::/0"}

_NOBODY = "255.255.255.255/32"
"""The CDK's other end of a rule that lets nothing through, which keeps AWS from adding one that lets everything."""


def widened(old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> list[Grant]:
    """Return the traffic that the template `new` lets through and `old` did not; None is no template."""
    before = set(_all(old))
    return [grant for grant in dict.fromkeys(_all(new)) if grant not in before and grant.on != _NOBODY]


def _all(template: Mapping[str, Any] | None) -> Iterator[Grant]:
    for logical_id, resource in (template or {}).get("Resources", {}).items():
        properties = resource.get("Properties", {})
        match resource["Type"]:
            case "AWS::EC2::SecurityGroup":
                for rule in properties.get("SecurityGroupIngress", []):
                    yield _grant("ingress", logical_id, rule)
                # A group without rules for what goes out lets everything out.
                for rule in properties.get("SecurityGroupEgress", [_EVERYWHERE]):
                    yield _grant("egress", logical_id, rule)
            case "AWS::EC2::SecurityGroupIngress":
                yield _grant("ingress", _group(properties), properties)
            case "AWS::EC2::SecurityGroupEgress":
                yield _grant("egress", _group(properties), properties)


def _group(properties: Mapping[str, Any]) -> str:
    return name(properties.get("GroupId", properties.get("GroupName", ""))).removesuffix(".GroupId")


def _grant(kind: GrantKind, group: str, rule: Mapping[str, Any]) -> Grant:
    other = next((name(rule[field]).removesuffix(".GroupId") for field in _OTHER_ENDS if field in rule), "")
    return Grant(kind=kind, who=group, what=_ports(rule), on="anywhere" if other in _ANYWHERE else other)


def _ports(rule: Mapping[str, Any]) -> str:
    protocol = str(rule.get("IpProtocol", "-1"))
    if protocol == "-1":
        return "all traffic"
    first, last = rule.get("FromPort"), rule.get("ToPort")
    if first is None or (first, last) == (0, 65535):
        return f"{protocol}, all ports"
    return f"{protocol} {name(first)}" if first == last else f"{protocol} {name(first)} to {name(last)}"
