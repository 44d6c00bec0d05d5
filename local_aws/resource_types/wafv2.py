"""AWS::WAFv2::WebACLAssociation."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine


def _create(properties: Properties, _name: str) -> Resource:
    ministack.call("wafv2", "AssociateWebACL", **given(properties, "ResourceArn", "WebACLArn"))
    return Resource(f"{properties['ResourceArn']}|{properties['WebACLArn']}")


def _update(physical_id: str, _old: Properties, _new: Properties) -> Resource:
    """Keep the association: both of its properties replace."""
    return Resource(physical_id)


def _delete(_physical_id: str, properties: Properties) -> None:
    """Disassociate, unless a replacement has associated the resource with another web ACL by now."""
    resource = properties["ResourceArn"]
    with gone_is_fine("WAFNonexistentItemException"):
        acl = ministack.call("wafv2", "GetWebACLForResource", ResourceArn=resource)["WebACL"]
        if acl["ARN"] == properties["WebACLArn"]:
            ministack.call("wafv2", "DisassociateWebACL", ResourceArn=resource)


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::WAFv2::WebACLAssociation",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=("ResourceArn", "WebACLArn"),
    ),
)
