"""AWS::IAM::OIDCProvider, AWS::SecretsManager::Secret and AWS::WAFv2::WebACLAssociation.

MiniStack has secrets, but ``Ref`` returns their name instead of their ARN, and generated values have characters that
the template excludes.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine

if TYPE_CHECKING:
    from collections.abc import Mapping


def _create_provider(properties: Properties, _name: str) -> Resource:
    arn = ministack.call(
        "iam",
        "CreateOpenIDConnectProvider",
        Url=properties["Url"],
        ClientIDList=properties.get("ClientIdList", []),
        ThumbprintList=properties.get("ThumbprintList", []),
        **given(properties, "Tags"),
    )["OpenIDConnectProviderArn"]
    return Resource(arn, {"Arn": arn})


def _update_provider(physical_id: str, _old: Properties, new: Properties) -> Resource:
    """Make the provider anew: MiniStack cannot change one, and its ARN follows from its URL, which stays."""
    _delete_provider(physical_id, new)
    return _create_provider(new, "")


def _delete_provider(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("NoSuchEntity"):
        ministack.call("iam", "DeleteOpenIDConnectProvider", OpenIDConnectProviderArn=physical_id)


def _create_secret(properties: Properties, name: str) -> Resource:
    # A generated name of a secret has one hyphen, and the CDK counts on it to find the name in the ARN.
    stem, _, suffix = name.rpartition("-")
    arn = ministack.call(
        "secretsmanager",
        "CreateSecret",
        Name=properties.get("Name", f"{stem.replace('-', '')}-{suffix}"),
        SecretString=_secret_value(properties),
        **given(properties, "Description", "KmsKeyId", "Tags"),
    )["ARN"]
    return Resource(arn, {"Id": arn})


def _update_secret(physical_id: str, old: Properties, new: Properties) -> Resource:
    """Change a secret in place; it gets a new value only when what the template says of the value changed."""
    ministack.call(
        "secretsmanager",
        "UpdateSecret",
        SecretId=physical_id,
        Description=new.get("Description", ""),
        **given(new, "KmsKeyId"),
        **({"SecretString": _secret_value(new)} if _value_properties(new) != _value_properties(old) else {}),
    )
    gone = {tag["Key"] for tag in old.get("Tags", [])} - {tag["Key"] for tag in new.get("Tags", [])}
    ministack.call("secretsmanager", "UntagResource", SecretId=physical_id, TagKeys=sorted(gone))
    ministack.call("secretsmanager", "TagResource", SecretId=physical_id, Tags=new.get("Tags", []))
    return Resource(physical_id, {"Id": physical_id})


def _delete_secret(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("ResourceNotFoundException"):
        ministack.call("secretsmanager", "DeleteSecret", SecretId=physical_id, ForceDeleteWithoutRecovery=True)


def _value_properties(properties: Properties) -> Mapping[str, Any]:
    return given(properties, "SecretString", "GenerateSecretString")


def _secret_value(properties: Properties) -> str:
    """Return the value that the template gives, or one that is generated as it says."""
    how: Properties | None = properties.get("GenerateSecretString")
    if how is None:
        return str(properties.get("SecretString", ""))
    password: str = ministack.call("secretsmanager", "GetRandomPassword", **_password_parameters(how))["RandomPassword"]
    if "SecretStringTemplate" not in how:
        return password
    return json.dumps({**json.loads(how["SecretStringTemplate"]), how["GenerateStringKey"]: password})


def _password_parameters(how: Properties) -> dict[str, Any]:
    """Return the parameters of GetRandomPassword; its defaults are GenerateSecretString's."""
    switches = (
        "ExcludeLowercase",
        "ExcludeNumbers",
        "ExcludePunctuation",
        "ExcludeUppercase",
        "IncludeSpace",
        "RequireEachIncludedType",
    )
    parameters = given(how, "ExcludeCharacters")
    if "PasswordLength" in how:
        parameters["PasswordLength"] = int(how["PasswordLength"])
    return parameters | {name: str(value).lower() == "true" for name, value in given(how, *switches).items()}


def _create_association(properties: Properties, _name: str) -> Resource:
    ministack.call("wafv2", "AssociateWebACL", **given(properties, "ResourceArn", "WebACLArn"))
    return Resource(f"{properties['ResourceArn']}|{properties['WebACLArn']}")


def _update_association(physical_id: str, _old: Properties, _new: Properties) -> Resource:
    """Keep the association: both of its properties replace."""
    return Resource(physical_id)


def _delete_association(_physical_id: str, properties: Properties) -> None:
    """Disassociate, unless a replacement has associated the resource with another web ACL by now."""
    resource = properties["ResourceArn"]
    with gone_is_fine("WAFNonexistentItemException"):
        acl = ministack.call("wafv2", "GetWebACLForResource", ResourceArn=resource)["WebACL"]
        if acl["ARN"] == properties["WebACLArn"]:
            ministack.call("wafv2", "DisassociateWebACL", ResourceArn=resource)


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::IAM::OIDCProvider",
        create=_create_provider,
        update=_update_provider,
        delete=_delete_provider,
        create_only=("Url",),
        tagged=True,
    ),
    ResourceType(
        name="AWS::SecretsManager::Secret",
        create=_create_secret,
        update=_update_secret,
        delete=_delete_secret,
        create_only=("Name",),
        tagged=True,
    ),
    ResourceType(
        name="AWS::WAFv2::WebACLAssociation",
        create=_create_association,
        update=_update_association,
        delete=_delete_association,
        create_only=("ResourceArn", "WebACLArn"),
    ),
)
