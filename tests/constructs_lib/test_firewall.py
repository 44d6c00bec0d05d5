from dataclasses import replace
from typing import Any

from constructs_lib.config.model import ProdBaseConfig, ProdNetworkConfig
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.prod_base import ProdBase
from tests.constructs_lib.resources import the_only
from tests.constructs_lib.synthesis import Synthesise

CONFIG = ProdBaseConfig(
    account="main",
    domain="example.com",
    hosted_zone_id="Z9876543210ZYXWVUTSRQ",
    network=ProdNetworkConfig(cidr="10.40.0.0/16"),
)
PROD = EnvironmentName("prod", "base")


def test_firewall_stands_before_the_load_balancer_when_it_is_declared(templates: dict[str, Any]) -> None:
    template = templates["prod-base"]
    association = the_only(template, "AWS::WAFv2::WebACLAssociation")
    assert (
        template["Resources"][association["ResourceArn"]["Ref"]]["Type"] == "AWS::ElasticLoadBalancingV2::LoadBalancer"
    )
    acl = the_only(template, "AWS::WAFv2::WebACL")
    assert (acl["Scope"], acl["DefaultAction"]) == ("REGIONAL", {"Allow": {}})


def test_floods_are_blocked_and_managed_rules_hold(templates: dict[str, Any]) -> None:
    rules = {rule["Name"]: rule for rule in the_only(templates["prod-base"], "AWS::WAFv2::WebACL")["Rules"]}
    assert set(rules) == {
        "RateLimit",
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    }
    assert rules["RateLimit"]["Action"] == {"Block": {}}
    managed = [rule for name, rule in rules.items() if name != "RateLimit"]
    assert all(rule["OverrideAction"] == {"None": {}} for rule in managed)
    assert sorted(rule["Priority"] for rule in rules.values()) == [0, 1, 2, 3]


def test_uploads_longer_than_a_rule_allows_are_counted_not_blocked(templates: dict[str, Any]) -> None:
    (common,) = (
        rule["Statement"]["ManagedRuleGroupStatement"]
        for rule in the_only(templates["prod-base"], "AWS::WAFv2::WebACL")["Rules"]
        if rule["Name"] == "AWSManagedRulesCommonRuleSet"
    )
    assert common["RuleActionOverrides"] == [{"Name": "SizeRestrictions_BODY", "ActionToUse": {"Count": {}}}]


def test_without_the_declaration_there_is_none(synthesise: Synthesise) -> None:
    template = synthesise(lambda stack: ProdBase(stack, "ProdBase", name=PROD, config=replace(CONFIG, firewall=False)))
    template.resource_count_is("AWS::WAFv2::WebACL", 0)
    template.resource_count_is("AWS::WAFv2::WebACLAssociation", 0)
