"""AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account

DIRECTIONS = ("Ingress", "Egress")


def rule(direction: str, **properties: Any) -> dict[str, Any]:
    given = {"GroupId": {"Ref": "Group"}, "IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, **properties}
    return {"Type": f"AWS::EC2::SecurityGroup{direction}", "Properties": given}


def rules(account: Account, group_id: str, direction: str) -> list[dict[str, Any]]:
    """The group's rules of a direction, except that everything may go out."""
    filters = [{"Name": "group-id", "Values": [group_id]}]
    found = account.client("ec2").describe_security_group_rules(Filters=filters)["SecurityGroupRules"]
    is_egress = direction == "Egress"
    return [r for r in found if r["IsEgress"] == is_egress and r["IpProtocol"] != "-1"]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_rule_returns_its_id(
    account: Account, network: dict[str, Any], attributes: Callable[..., Any], direction: str
) -> None:
    resources = {**network, "Rule": rule(direction, CidrIp="10.0.0.0/8", Description="it")}
    stack = account.deploy("it", resources, Outputs=attributes("Rule", "Id"))

    (found,) = rules(account, stack.physical_ids["Group"], direction)
    assert stack.outputs == dict.fromkeys(("Ref", "Id"), found["SecurityGroupRuleId"])
    assert (found["FromPort"], found["ToPort"], found["CidrIpv4"]) == (80, 80, "10.0.0.0/8")
    assert found["Description"] == "it"


@pytest.mark.parametrize(
    ("direction", "peer"),
    [("Ingress", "SourceSecurityGroupId"), ("Egress", "DestinationSecurityGroupId")],
)
def test_rule_for_a_security_group(account: Account, network: dict[str, Any], direction: str, peer: str) -> None:
    resources = {**network, "Peer": network["Group"], "Rule": rule(direction, **{peer: {"Ref": "Peer"}})}
    stack = account.deploy("it", resources)

    (found,) = rules(account, stack.physical_ids["Group"], direction)
    assert found["ReferencedGroupInfo"]["GroupId"] == stack.physical_ids["Peer"]


def test_rule_for_ipv6_addresses(account: Account, network: dict[str, Any]) -> None:
    stack = account.deploy("it", {**network, "Rule": rule("Ingress", CidrIpv6="::/0")})

    (found,) = rules(account, stack.physical_ids["Group"], "Ingress")
    assert found["CidrIpv6"] == "::/0"


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_description_changes_in_place_and_a_port_replaces(
    account: Account, network: dict[str, Any], direction: str
) -> None:
    def deploy(**properties: Any) -> tuple[str, list[tuple[int, str]]]:
        resources = {**network, "Rule": rule(direction, CidrIp="10.0.0.0/8", **properties)}
        stack = account.deploy("it", resources)
        found = rules(account, stack.physical_ids["Group"], direction)
        return stack.physical_ids["Rule"], [(r["FromPort"], r["Description"]) for r in found]

    first, _ = deploy(Description="a")
    second, described = deploy(Description="b")
    third, moved = deploy(Description="b", FromPort=81, ToPort=81)

    assert second == first
    assert described == [(80, "b")]
    assert third != second
    assert moved == [(81, "b")]


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_removed_rule_is_gone_and_others_stay(account: Account, network: dict[str, Any], direction: str) -> None:
    one, two = rule(direction, CidrIp="10.0.0.0/8"), rule(direction, CidrIp="192.168.0.0/16")
    account.deploy("it", {**network, "One": one, "Two": two})

    stack = account.deploy("it", {**network, "Two": two})

    (found,) = rules(account, stack.physical_ids["Group"], direction)
    assert found["CidrIpv4"] == "192.168.0.0/16"


def test_rule_that_exists_already_is_refused(account: Account, network: dict[str, Any]) -> None:
    same = rule("Ingress", CidrIp="10.0.0.0/8")
    with pytest.raises(WaiterError):
        account.deploy("it", {**network, "One": same, "Two": same})

    assert any("InvalidPermission.Duplicate" in reason for reason in account.failures("it"))


def test_rule_for_a_prefix_list_is_refused_rather_than_dropped(account: Account, network: dict[str, Any]) -> None:
    with pytest.raises(WaiterError):
        account.deploy("it", {**network, "Rule": rule("Ingress", SourcePrefixListId="pl-1")})

    assert any("for addresses and for security groups only" in r for r in account.failures("it"))


def test_rules_removed_by_hand_do_not_stop_a_deletion(account: Account, network: dict[str, Any]) -> None:
    stack = account.deploy("it", {**network, "Rule": rule("Ingress", CidrIp="10.0.0.0/8")})
    account.client("ec2").revoke_security_group_ingress(
        GroupId=stack.physical_ids["Group"], SecurityGroupRuleIds=[stack.physical_ids["Rule"]]
    )

    account.delete("it")
