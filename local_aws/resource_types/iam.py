"""AWS::IAM::OIDCProvider."""

from __future__ import annotations

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine


def _create(properties: Properties, _name: str) -> Resource:
    arn = ministack.call(
        "iam",
        "CreateOpenIDConnectProvider",
        Url=properties["Url"],
        ClientIDList=properties.get("ClientIdList", []),
        ThumbprintList=properties.get("ThumbprintList", []),
        **given(properties, "Tags"),
    )["OpenIDConnectProviderArn"]
    return Resource(arn, {"Arn": arn})


def _update(physical_id: str, _old: Properties, new: Properties) -> Resource:
    """Make the provider anew: MiniStack cannot change one, and its ARN follows from its URL, which stays."""
    _delete(physical_id, new)
    return _create(new, "")


def _delete(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("NoSuchEntity"):
        ministack.call("iam", "DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=physical_id)


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::IAM::OIDCProvider",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=("Url",),
        tagged=True,
    ),
)
