"""AWS::EC2::EIP and AWS::EC2::NatGateway."""

from __future__ import annotations

from typing import Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine
from local_aws.resource_types.ec2_tags import tag_specifications, update_tags


def _create_eip(properties: Properties, _name: str) -> Resource:
    address = ministack.call("ec2", "AllocateAddress", Domain="vpc", **tag_specifications("elastic-ip", properties))
    _associate(address, properties)
    return _eip(address)


def _update_eip(physical_id: str, old: Properties, new: Properties) -> Resource:
    address = _address(physical_id)
    if old.get("InstanceId") != new.get("InstanceId"):
        _disassociate(address)
        _associate(address, new)
    update_tags(address["AllocationId"], old, new)
    return _eip(address)


def _delete_eip(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("InvalidAddress.NotFound"):
        address = _address(physical_id)
        _disassociate(address)
        ministack.call("ec2", "ReleaseAddress", AllocationId=address["AllocationId"])


def _eip(address: dict[str, Any]) -> Resource:
    """``Ref`` of an EIP is its address, not its allocation."""
    return Resource(address["PublicIp"], given(address, "AllocationId", "PublicIp"))


def _address(public_ip: str) -> dict[str, Any]:
    # MiniStack ignores the parameter PublicIps.
    for address in ministack.call("ec2", "DescribeAddresses")["Addresses"]:
        if address["PublicIp"] == public_ip:
            return dict(address)
    raise ministack.ApiError("DescribeAddresses", "InvalidAddress.NotFound", f"Address '{public_ip}' not found.")


def _associate(address: dict[str, Any], properties: Properties) -> None:
    if "InstanceId" in properties:
        ministack.call(
            "ec2",
            "AssociateAddress",
            AllocationId=address["AllocationId"],
            InstanceId=properties["InstanceId"],
        )


def _disassociate(address: dict[str, Any]) -> None:
    if "AssociationId" in address:
        ministack.call("ec2", "DisassociateAddress", AssociationId=address["AssociationId"])


def _create_nat_gateway(properties: Properties, _name: str) -> Resource:
    gateway = ministack.call(
        "ec2",
        "CreateNatGateway",
        **given(properties, "SubnetId", "AllocationId", "ConnectivityType"),
        **tag_specifications("natgateway", properties),
    )["NatGateway"]
    gateway_id = gateway["NatGatewayId"]
    # AWS makes the gateway's network interface; MiniStack does not.
    interface = ministack.call(
        "ec2",
        "CreateNetworkInterface",
        SubnetId=properties["SubnetId"],
        Description=_interface_description(gateway_id),
    )["NetworkInterface"]
    return _nat_gateway(gateway_id, interface["NetworkInterfaceId"])


def _update_nat_gateway(physical_id: str, old: Properties, new: Properties) -> Resource:
    update_tags(physical_id, old, new)
    return _nat_gateway(physical_id, *_interface_ids(physical_id))


def _delete_nat_gateway(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("NatGatewayNotFound"):
        ministack.call("ec2", "DeleteNatGateway", NatGatewayId=physical_id)
    for interface_id in _interface_ids(physical_id):
        ministack.call("ec2", "DeleteNetworkInterface", NetworkInterfaceId=interface_id)


def _nat_gateway(gateway_id: str, interface_id: str) -> Resource:
    return Resource(gateway_id, {"NatGatewayId": gateway_id, "EniId": interface_id})


def _interface_description(gateway_id: str) -> str:
    return f"Interface for NAT Gateway {gateway_id}"


def _interface_ids(gateway_id: str) -> list[str]:
    interfaces = ministack.call("ec2", "DescribeNetworkInterfaces")["NetworkInterfaces"]
    description = _interface_description(gateway_id)
    return [i["NetworkInterfaceId"] for i in interfaces if i.get("Description") == description]


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::EC2::EIP",
        create=_create_eip,
        update=_update_eip,
        delete=_delete_eip,
        create_only=("Address", "IpamPoolId", "NetworkBorderGroup", "TransferAddress"),
        conditionally_replaced=("Domain", "PublicIpv4Pool"),
        tagged=True,
    ),
    ResourceType(
        name="AWS::EC2::NatGateway",
        create=_create_nat_gateway,
        update=_update_nat_gateway,
        delete=_delete_nat_gateway,
        create_only=(
            "AllocationId",
            "AvailabilityMode",
            "ConnectivityType",
            "PrivateIpAddress",
            "SubnetId",
            "VpcId",
        ),
        tagged=True,
    ),
)
