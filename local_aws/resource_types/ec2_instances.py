"""AWS::EC2::Instance: a record in EC2; no machine runs."""

from __future__ import annotations

from typing import Any

from local_aws import ministack
from local_aws.ministack import seams
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine
from local_aws.resource_types.ec2_network import tag_specifications, update_tags


def _create(properties: Properties, _name: str) -> Resource:
    interface = _primary_interface(properties)
    group_ids = properties.get("SecurityGroupIds") or interface.get("GroupSet")
    profile = properties.get("IamInstanceProfile")
    answer = ministack.call(
        "ec2",
        "RunInstances",
        MinCount=1,
        MaxCount=1,
        **given(properties, "ImageId", "InstanceType", "KeyName", "PrivateIpAddress", "UserData"),
        **given({**properties, **interface}, "SubnetId"),
        **({"SecurityGroupIds": group_ids} if group_ids else {}),
        **({"IamInstanceProfile": _profile(profile)} if profile else {}),
        **tag_specifications("instance", properties),
    )
    instance_id = answer["Instances"][0]["InstanceId"]
    _place(instance_id, assigns_public_ip=interface.get("AssociatePublicIpAddress"))
    return _instance(instance_id)


def _update(physical_id: str, old: Properties, new: Properties) -> Resource:
    """Change what AWS changes on an instance with an EBS root volume, which all of these have."""
    record = seams.ec2_instances[physical_id]
    record["InstanceType"] = new.get("InstanceType", record["InstanceType"])
    record["UserData"] = new.get("UserData", "")
    if old.get("SecurityGroupIds") != new.get("SecurityGroupIds"):
        record["SecurityGroups"] = _security_groups(new["SecurityGroupIds"])
    if old.get("IamInstanceProfile") != new.get("IamInstanceProfile"):
        _replace_profile(physical_id, new.get("IamInstanceProfile"))
    update_tags(physical_id, old, new)
    return _instance(physical_id)


def _delete(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("InvalidInstanceID.NotFound"):
        for mapping in _describe(physical_id).get("BlockDeviceMappings", []):
            volume_id = mapping["Ebs"]["VolumeId"]
            ministack.call("ec2", "DetachVolume", VolumeId=volume_id)
            ministack.call("ec2", "DeleteVolume", VolumeId=volume_id)
        ministack.call("ec2", "TerminateInstances", InstanceIds=[physical_id])


def _primary_interface(properties: Properties) -> dict[str, Any]:
    """Return the interface that a template describes instead of naming a subnet and security groups."""
    for interface in properties.get("NetworkInterfaces", []):
        if int(interface["DeviceIndex"]) == 0:
            return dict(interface)
    return {}


def _place(instance_id: str, *, assigns_public_ip: object) -> None:
    """Correct zone and addresses: MiniStack uses the region's first zone and always a public address."""
    record = seams.ec2_instances[instance_id]
    subnet = ministack.call("ec2", "DescribeSubnets", SubnetIds=[record["SubnetId"]])["Subnets"][0]
    record["Placement"]["AvailabilityZone"] = subnet["AvailabilityZone"]
    public = subnet["MapPublicIpOnLaunch"] if assigns_public_ip is None else assigns_public_ip
    if str(public).lower() != "true":
        record["PublicIpAddress"] = record["PublicDnsName"] = ""


def _security_groups(group_ids: list[str]) -> list[dict[str, str]]:
    groups = ministack.call("ec2", "DescribeSecurityGroups", GroupIds=group_ids)["SecurityGroups"]
    return [given(group, "GroupId", "GroupName") for group in groups]


def _replace_profile(instance_id: str, profile: str | None) -> None:
    """Take the instance profile away and give it the new one, if there is one."""
    associations = ministack.call(
        "ec2",
        "DescribeIamInstanceProfileAssociations",
        Filters=[{"Name": "instance-id", "Values": [instance_id]}],
    )["IamInstanceProfileAssociations"]
    for association in associations:
        if association["State"] == "associated":
            ministack.call("ec2", "DisassociateIamInstanceProfile", AssociationId=association["AssociationId"])
    if profile:
        ministack.call(
            "ec2",
            "AssociateIamInstanceProfile",
            InstanceId=instance_id,
            IamInstanceProfile=_profile(profile),
        )


def _profile(reference: str) -> dict[str, str]:
    """Return the API's form of an instance profile, of which MiniStack's ``Ref`` is the ARN, not the name."""
    return {"Arn" if reference.startswith("arn:") else "Name": reference}


def _describe(instance_id: str) -> dict[str, Any]:
    reservations = ministack.call("ec2", "DescribeInstances", InstanceIds=[instance_id])["Reservations"]
    return dict(reservations[0]["Instances"][0])


def _instance(instance_id: str) -> Resource:
    instance = _describe(instance_id)
    attributes = {
        "AvailabilityZone": instance["Placement"]["AvailabilityZone"],
        "InstanceId": instance_id,
        "PrivateDnsName": instance["PrivateDnsName"],
        "PrivateIp": instance["PrivateIpAddress"],
        "PublicDnsName": instance["PublicDnsName"],
        "PublicIp": instance["PublicIpAddress"],
        "State.Code": str(instance["State"]["Code"]),
        "State.Name": instance["State"]["Name"],
        "VpcId": instance["VpcId"],
    }
    return Resource(instance_id, attributes)


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::EC2::Instance",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=(
            "AvailabilityZone",
            "CpuOptions",
            "EnclaveOptions",
            "HibernationOptions",
            "HostResourceGroupArn",
            "ImageId",
            "Ipv6AddressCount",
            "Ipv6Addresses",
            "KeyName",
            "LaunchTemplate",
            "LicenseSpecifications",
            "NetworkInterfaces",
            "PlacementGroupName",
            "PrivateIpAddress",
            "SecurityGroups",
            "SubnetId",
        ),
        conditionally_replaced=(
            "Affinity",
            "BlockDeviceMappings",
            "EbsOptimized",
            "HostId",
            "InstanceType",
            "KernelId",
            "PrivateDnsNameOptions",
            "RamdiskId",
            "SecurityGroupIds",
            "Tenancy",
            "UserData",
        ),
        tagged=True,
    ),
)
