"""AWS::EC2::EIP, AWS::EC2::NatGateway and AWS::EC2::FlowLog, and the tags of EC2 resources."""

from __future__ import annotations

from typing import Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine


def tag_specifications(resource_type: str, properties: Properties) -> dict[str, Any]:
    """Return the parameter with which EC2 tags a ``resource_type`` as it creates it, if there are tags."""
    tags = properties.get("Tags")
    return {"TagSpecifications": [{"ResourceType": resource_type, "Tags": tags}]} if tags else {}


def update_tags(resource_id: str, old: Properties, new: Properties) -> None:
    """Make the tags of the template out of its earlier ones; tags from elsewhere stay."""
    before = {tag["Key"]: tag["Value"] for tag in old.get("Tags", [])}
    after = {tag["Key"]: tag["Value"] for tag in new.get("Tags", [])}
    dropped = [{"Key": key} for key in before.keys() - after.keys()]
    if dropped:
        ministack.call("ec2", "DeleteTags", Resources=[resource_id], Tags=dropped)
    if after:
        tags = [{"Key": key, "Value": value} for key, value in after.items()]
        ministack.call("ec2", "CreateTags", Resources=[resource_id], Tags=tags)


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


def _create_flow_log(properties: Properties, _name: str) -> Resource:
    answer = ministack.call(
        "ec2",
        "CreateFlowLogs",
        ResourceIds=[properties["ResourceId"]],
        **given(
            properties,
            "DeliverLogsPermissionArn",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceType",
            "TrafficType",
        ),
    )
    flow_log_id = answer["FlowLogIds"][0]
    update_tags(flow_log_id, {}, properties)
    return _flow_log(flow_log_id)


def _update_flow_log(physical_id: str, old: Properties, new: Properties) -> Resource:
    update_tags(physical_id, old, new)
    return _flow_log(physical_id)


def _delete_flow_log(physical_id: str, _properties: Properties) -> None:
    ministack.call("ec2", "DeleteFlowLogs", FlowLogIds=[physical_id])


def _flow_log(flow_log_id: str) -> Resource:
    return Resource(flow_log_id, {"Id": flow_log_id})


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
    ResourceType(
        name="AWS::EC2::FlowLog",
        create=_create_flow_log,
        update=_update_flow_log,
        delete=_delete_flow_log,
        create_only=(
            "DeliverCrossAccountRole",
            "DeliverLogsPermissionArn",
            "DestinationOptions",
            "LogDestination",
            "LogDestinationType",
            "LogFormat",
            "LogGroupName",
            "MaxAggregationInterval",
            "ResourceId",
            "ResourceType",
            "TagFieldSpecifications",
            "TrafficType",
        ),
        tagged=True,
    ),
)
