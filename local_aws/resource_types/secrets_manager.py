"""AWS::SecretsManager::Secret: MiniStack's has the name for its reference, and punctuation where that is excluded."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws import ministack
from local_aws.resource_types.base import Properties, Resource, ResourceType, given, gone_is_fine

if TYPE_CHECKING:
    from collections.abc import Mapping


def _create(properties: Properties, name: str) -> Resource:
    # A generated name of a secret has one hyphen, and the CDK counts on it to find the name in the ARN.
    stem, _, suffix = name.rpartition("-")
    arn = ministack.call(
        "secretsmanager",
        "CreateSecret",
        Name=properties.get("Name", f"{stem.replace('-', '')}-{suffix}"),
        SecretString=_value(properties),
        **given(properties, "Description", "KmsKeyId", "Tags"),
    )["ARN"]
    return Resource(arn, {"Id": arn})


def _update(physical_id: str, old: Properties, new: Properties) -> Resource:
    """Change a secret in place; it gets a new value only when what the template says of the value changed."""
    ministack.call(
        "secretsmanager",
        "UpdateSecret",
        SecretId=physical_id,
        Description=new.get("Description", ""),
        **given(new, "KmsKeyId"),
        **({"SecretString": _value(new)} if _said_of_value(new) != _said_of_value(old) else {}),
    )
    gone = {tag["Key"] for tag in old.get("Tags", [])} - {tag["Key"] for tag in new.get("Tags", [])}
    ministack.call("secretsmanager", "UntagResource", SecretId=physical_id, TagKeys=sorted(gone))
    ministack.call("secretsmanager", "TagResource", SecretId=physical_id, Tags=new.get("Tags", []))
    return Resource(physical_id, {"Id": physical_id})


def _delete(physical_id: str, _properties: Properties) -> None:
    with gone_is_fine("ResourceNotFoundException"):
        ministack.call("secretsmanager", "DeleteSecret", SecretId=physical_id, ForceDeleteWithoutRecovery=True)


def _said_of_value(properties: Properties) -> Mapping[str, Any]:
    return given(properties, "SecretString", "GenerateSecretString")


def _value(properties: Properties) -> str:
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


RESOURCE_TYPES = (
    ResourceType(
        name="AWS::SecretsManager::Secret",
        create=_create,
        update=_update,
        delete=_delete,
        create_only=("Name",),
        tagged=True,
    ),
)
