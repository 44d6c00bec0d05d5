"""AWS::WAFv2::WebACLAssociation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

TYPE = "AWS::WAFv2::WebACLAssociation"


def resources(acl: str | None) -> dict[str, Any]:
    """A load balancer, two web ACLs and the association with one of them."""
    metrics = {"CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": True, "MetricName": "it"}
    properties = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": metrics}
    associated = {"ResourceArn": {"Ref": "Balancer"}, "WebACLArn": {"Fn::GetAtt": [acl, "Arn"]}}
    return {
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
        "One": {"Type": "AWS::WAFv2::WebACL", "Properties": properties},
        "Two": {"Type": "AWS::WAFv2::WebACL", "Properties": properties},
        **({"Association": {"Type": TYPE, "Properties": associated}} if acl else {}),
    }


def associated_with(account: Account) -> list[str]:
    """The logical ids of the web ACLs that protect something."""
    waf = account.client("wafv2")
    acls = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]
    protecting = [acl for acl in acls if waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"]]
    return [acl["Name"].split("-")[1] for acl in protecting]


def test_association_protects_the_resource(account: Account) -> None:
    account.deploy("it", resources("One"))

    assert associated_with(account) == ["One"]


def test_another_acl_takes_over(account: Account) -> None:
    account.deploy("it", resources("One"))
    account.deploy("it", resources("Two"))

    assert associated_with(account) == ["Two"]


def test_removed_association_protects_nothing(account: Account) -> None:
    account.deploy("it", resources("One"))
    account.deploy("it", resources(None))

    assert associated_with(account) == []


def test_stack_with_an_association_can_be_deleted(account: Account) -> None:
    account.deploy("it", resources("One"))

    account.delete("it")

    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
