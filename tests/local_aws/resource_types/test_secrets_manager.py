from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

GENERATED = {"PasswordLength": 48, "ExcludePunctuation": True}


def secret(**properties: Any) -> dict[str, Any]:
    return {"Secret": {"Type": "AWS::SecretsManager::Secret", "Properties": properties}}


def value(account: Account, name: str) -> str:
    arn = account.deployed(name).physical_ids["Secret"]
    text: str = account.client("secretsmanager").get_secret_value(SecretId=arn)["SecretString"]
    return text


def test_its_reference_is_the_arn_from_which_the_cdk_takes_the_name(account: Account) -> None:
    deployed = account.deploy("dev-alpha", secret(SecretString="x"))

    arn = deployed.physical_ids["Secret"]
    described = account.client("secretsmanager").describe_secret(SecretId=arn)
    assert described["ARN"] == arn
    assert described["Name"] == "-".join(arn.split(":")[6].split("-")[:2])
    assert arn.split(":")[6].count("-") == 2


def test_a_generated_value_holds_to_what_is_excluded(account: Account) -> None:
    account.deploy("app", secret(GenerateSecretString=GENERATED))

    password = value(account, "app")

    assert len(password) == 48
    assert set(password) <= set(string.ascii_letters + string.digits)


def test_a_generated_value_can_be_one_key_of_many(account: Account) -> None:
    how = {**GENERATED, "SecretStringTemplate": '{"username": "admin"}', "GenerateStringKey": "password"}
    account.deploy("app", secret(GenerateSecretString=how))

    values = json.loads(value(account, "app"))

    assert values["username"] == "admin"
    assert len(values["password"]) == 48


def test_a_value_stays_until_what_the_template_says_of_it_changes(account: Account) -> None:
    tags = [{"Key": "team", "Value": "one"}]
    account.deploy("app", secret(GenerateSecretString=GENERATED, Tags=tags))
    first = value(account, "app")

    account.deploy("app", secret(GenerateSecretString=GENERATED, Description="of the app"))
    second = value(account, "app")
    account.deploy("app", secret(GenerateSecretString={**GENERATED, "PasswordLength": 20}))
    third = value(account, "app")

    assert second == first
    assert len(third) == 20


def test_description_and_tags_change_in_place(account: Account) -> None:
    before = account.deploy("app", secret(SecretString="x", Tags=[{"Key": "a", "Value": "1"}]))

    after = account.deploy(
        "app",
        secret(SecretString="x", Description="new", Tags=[{"Key": "b", "Value": "2"}]),
    )

    assert after.physical_ids == before.physical_ids
    described = account.client("secretsmanager").describe_secret(SecretId=after.physical_ids["Secret"])
    assert described["Description"] == "new"
    tags = {tag["Key"]: tag["Value"] for tag in described["Tags"] if not tag["Key"].startswith("aws:")}
    assert tags == {"b": "2"}


def test_a_deleted_stack_leaves_no_secret(account: Account) -> None:
    account.deploy("app", secret(Name="shared", SecretString="x"))

    account.delete("app")

    assert account.client("secretsmanager").list_secrets()["SecretList"] == []
