"""Tags of EC2 resources, which EC2 keeps apart from the resources themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from local_aws import ministack

if TYPE_CHECKING:
    from local_aws.resource_types.base import Properties


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
