"""AWS::EC2::EIP, AWS::EC2::NatGateway and AWS::EC2::FlowLog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account


def test_eip_returns_its_address_and_allocation(account: Account, attributes: Callable[..., Any]) -> None:
    eip = {"Type": "AWS::EC2::EIP", "Properties": {"Domain": "vpc", "Tags": [{"Key": "Name", "Value": "a"}]}}
    stack = account.deploy("it", {"Eip": eip}, Outputs=attributes("Eip", "AllocationId", "PublicIp"))

    (address,) = account.client("ec2").describe_addresses()["Addresses"]
    assert stack.outputs == {
        "Ref": address["PublicIp"],
        "PublicIp": address["PublicIp"],
        "AllocationId": address["AllocationId"],
    }
    tags = {tag["Key"]: tag["Value"] for tag in address["Tags"]}
    assert tags["Name"] == "a"
    assert tags["aws:cloudformation:stack-name"] == "it"


def test_eip_changes_its_tags_in_place(account: Account, attributes: Callable[..., Any]) -> None:
    def deploy(*tags: tuple[str, str]) -> dict[str, str]:
        properties = {"Tags": [{"Key": key, "Value": value} for key, value in tags]}
        resources = {"Eip": {"Type": "AWS::EC2::EIP", "Properties": properties}}
        return account.deploy("it", resources, Outputs=attributes("Eip", "AllocationId")).outputs

    before = deploy(("Name", "a"), ("Dropped", "x"))
    after = deploy(("Name", "b"))

    (address,) = account.client("ec2").describe_addresses()["Addresses"]
    tags = {tag["Key"]: tag["Value"] for tag in address["Tags"]}
    assert after == before
    assert tags["Name"] == "b"
    assert "Dropped" not in tags


def test_eip_follows_its_instance(account: Account, network: dict[str, Any]) -> None:
    def deploy(instance: str | None) -> None:
        server = {"Type": "AWS::EC2::Instance", "Properties": {"SubnetId": {"Ref": "Subnet"}}}
        properties = {"InstanceId": {"Ref": instance}} if instance else {}
        eip = {"Type": "AWS::EC2::EIP", "Properties": properties}
        account.deploy("it", {**network, "One": server, "Two": server, "Eip": eip})

    def associated() -> str | None:
        (address,) = account.client("ec2").describe_addresses()["Addresses"]
        instance = address.get("InstanceId")
        return None if instance is None else str(instance)

    for instance in ("One", "Two", None):
        deploy(instance)
        assert associated() == account.deployed("it").physical_ids.get(instance or "")


def test_deleted_eip_is_released(account: Account) -> None:
    account.deploy("it", {"Eip": {"Type": "AWS::EC2::EIP"}})

    account.delete("it")

    assert account.client("ec2").describe_addresses()["Addresses"] == []


def test_eip_released_by_hand_does_not_stop_a_deletion(account: Account) -> None:
    account.deploy("it", {"Eip": {"Type": "AWS::EC2::EIP"}})
    ec2 = account.client("ec2")
    ec2.release_address(AllocationId=ec2.describe_addresses()["Addresses"][0]["AllocationId"])

    account.delete("it")


def nat_gateway(**properties: Any) -> dict[str, Any]:
    eip = {"Type": "AWS::EC2::EIP"}
    allocation = {"Fn::GetAtt": ["Eip", "AllocationId"]}
    given = {"SubnetId": {"Ref": "Subnet"}, "AllocationId": allocation, **properties}
    return {"Eip": eip, "Nat": {"Type": "AWS::EC2::NatGateway", "Properties": given}}


def test_nat_gateway_returns_its_id_and_interface(
    account: Account, network: dict[str, Any], attributes: Callable[..., Any]
) -> None:
    outputs = attributes("Nat", "NatGatewayId", "EniId")
    stack = account.deploy("it", {**network, **nat_gateway()}, Outputs=outputs)

    ec2 = account.client("ec2")
    (gateway,) = ec2.describe_nat_gateways()["NatGateways"]
    (interface,) = ec2.describe_network_interfaces()["NetworkInterfaces"]
    assert stack.outputs == {
        "Ref": gateway["NatGatewayId"],
        "NatGatewayId": gateway["NatGatewayId"],
        "EniId": interface["NetworkInterfaceId"],
    }
    assert gateway["State"] == "available"
    assert gateway["SubnetId"] == interface["SubnetId"] == stack.physical_ids["Subnet"]


def test_nat_gateway_keeps_its_id_when_tags_change_and_gets_another_with_its_kind(
    account: Account, network: dict[str, Any]
) -> None:
    def deploy(**properties: Any) -> str:
        return account.deploy("it", {**network, **nat_gateway(**properties)}).physical_ids["Nat"]

    first = deploy(Tags=[{"Key": "Name", "Value": "a"}])
    assert deploy(Tags=[{"Key": "Name", "Value": "b"}]) == first

    second = deploy(ConnectivityType="private")

    assert second != first
    ec2 = account.client("ec2")
    states = {n["NatGatewayId"]: n["State"] for n in ec2.describe_nat_gateways()["NatGateways"]}
    assert states == {first: "deleted", second: "available"}
    assert len(ec2.describe_network_interfaces()["NetworkInterfaces"]) == 1


def test_deleted_nat_gateway_leaves_no_interface(account: Account, network: dict[str, Any]) -> None:
    account.deploy("it", {**network, **nat_gateway()})

    account.delete("it")

    ec2 = account.client("ec2")
    assert [n["State"] for n in ec2.describe_nat_gateways()["NatGateways"]] == ["deleted"]
    assert ec2.describe_network_interfaces()["NetworkInterfaces"] == []


def flow_log(**properties: Any) -> dict[str, Any]:
    given = {"ResourceId": {"Ref": "Vpc"}, "ResourceType": "VPC", "LogGroupName": "it", **properties}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Log": {"Type": "AWS::EC2::FlowLog", "Properties": given},
    }


def test_flow_log_returns_its_id(account: Account, attributes: Callable[..., Any]) -> None:
    tags = [{"Key": "Name", "Value": "a"}]
    stack = account.deploy("it", flow_log(TrafficType="REJECT", Tags=tags), Outputs=attributes("Log", "Id"))

    (log,) = account.client("ec2").describe_flow_logs()["FlowLogs"]
    assert stack.outputs == {"Ref": log["FlowLogId"], "Id": log["FlowLogId"]}
    assert log["ResourceId"] == stack.physical_ids["Vpc"]
    assert log["TrafficType"] == "REJECT"
    assert {"Key": "Name", "Value": "a"} in log["Tags"]


def test_flow_log_is_replaced_unless_only_tags_change(account: Account) -> None:
    first = account.deploy("it", flow_log(TrafficType="ALL")).physical_ids["Log"]
    retagged = flow_log(TrafficType="ALL", Tags=[{"Key": "Name", "Value": "b"}])
    assert account.deploy("it", retagged).physical_ids["Log"] == first

    second = account.deploy("it", flow_log(TrafficType="REJECT")).physical_ids["Log"]

    assert second != first
    logs = account.client("ec2").describe_flow_logs()["FlowLogs"]
    assert [(log["FlowLogId"], log["TrafficType"]) for log in logs] == [(second, "REJECT")]


def test_deleted_flow_log_is_gone(account: Account) -> None:
    account.deploy("it", flow_log())

    account.delete("it")

    assert account.client("ec2").describe_flow_logs()["FlowLogs"] == []
