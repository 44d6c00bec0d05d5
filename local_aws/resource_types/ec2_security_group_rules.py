"""AWS::EC2::SecurityGroupIngress and AWS::EC2::SecurityGroupEgress."""

from __future__ import annotations

from functools import partial
from typing import Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine


def _create(direction: str, properties: Properties, _name: str) -> Resource:
    """Authorize the rule; one that the group has already is refused, as EC2 does and MiniStack does not."""
    group_id = properties["GroupId"]
    known = _rule_ids(group_id)
    rules = ministack.call(
        "ec2",
        f"AuthorizeSecurityGroup{direction}",
        GroupId=group_id,
        IpPermissions=[_permission(properties)],
    )["SecurityGroupRules"]
    rule_id = rules[0]["SecurityGroupRuleId"]
    if rule_id in known:
        raise ministack.ApiError(
            f"AuthorizeSecurityGroup{direction}",
            "InvalidPermission.Duplicate",
            f"the specified rule already exists in {group_id}: {rule_id}",
        )
    return _rule(rule_id)


def _update(physical_id: str, _old: Properties, new: Properties) -> Resource:
    """Change the description, the only property that does not replace."""
    ministack.call(
        "ec2",
        "ModifySecurityGroupRules",
        GroupId=new["GroupId"],
        SecurityGroupRules=[
            {
                "SecurityGroupRuleId": physical_id,
                "SecurityGroupRule": {"Description": new.get("Description", "")},
            }
        ],
    )
    return _rule(physical_id)


def _delete(direction: str, physical_id: str, properties: Properties) -> None:
    with gone_is_fine("InvalidGroup.NotFound", "InvalidSecurityGroupRuleId.NotFound"):
        ministack.call(
            "ec2",
            f"RevokeSecurityGroup{direction}",
            GroupId=properties["GroupId"],
            SecurityGroupRuleIds=[physical_id],
        )


def _rule(rule_id: str) -> Resource:
    return Resource(rule_id, {"Id": rule_id})


def _rule_ids(group_id: str) -> set[str]:
    rules = ministack.call("ec2", "DescribeSecurityGroupRules", Filters=[{"Name": "group-id", "Values": [group_id]}])[
        "SecurityGroupRules"
    ]
    return {rule["SecurityGroupRuleId"] for rule in rules}


def _permission(properties: Properties) -> dict[str, Any]:
    """Return a rule of the template as EC2's IpPermission."""
    permission: dict[str, Any] = given(properties, "IpProtocol", "FromPort", "ToPort")
    described = given(properties, "Description")
    peer = properties.get("SourceSecurityGroupId") or properties.get("DestinationSecurityGroupId")
    if "CidrIp" in properties:
        permission["IpRanges"] = [{"CidrIp": properties["CidrIp"], **described}]
    elif "CidrIpv6" in properties:
        permission["Ipv6Ranges"] = [{"CidrIpv6": properties["CidrIpv6"], **described}]
    elif peer:
        permission["UserIdGroupPairs"] = [{"GroupId": peer, **described}]
    else:
        msg = "the embedded AWS knows security group rules for addresses and for security groups only"
        raise ValueError(msg)
    return permission


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::EC2::SecurityGroupIngress",
        create=partial(_create, "Ingress"),
        update=_update,
        delete=partial(_delete, "Ingress"),
        create_only=(
            "CidrIp",
            "CidrIpv6",
            "FromPort",
            "GroupId",
            "GroupName",
            "IpProtocol",
            "SourcePrefixListId",
            "SourceSecurityGroupId",
            "SourceSecurityGroupName",
            "SourceSecurityGroupOwnerId",
            "ToPort",
        ),
    ),
    ResourceType(
        name="AWS::EC2::SecurityGroupEgress",
        create=partial(_create, "Egress"),
        update=_update,
        delete=partial(_delete, "Egress"),
        create_only=(
            "CidrIp",
            "CidrIpv6",
            "DestinationPrefixListId",
            "DestinationSecurityGroupId",
            "FromPort",
            "GroupId",
            "IpProtocol",
            "ToPort",
        ),
    ),
)
