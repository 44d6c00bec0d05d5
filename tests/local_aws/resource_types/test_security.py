"""AWS::IAM::OIDCProvider, AWS::SecretsManager::Secret and AWS::WAFv2::WebACLAssociation."""

from __future__ import annotations

import json
import string
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

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


def provider(host: str = "token.actions.githubusercontent.com", *clients: str) -> dict[str, Any]:
    properties = {"Url": f"https://{host}", "ClientIdList": list(clients)}
    return {"Provider": {"Type": "AWS::IAM::OIDCProvider", "Properties": properties}}


def arns(account: Account) -> list[str]:
    providers = account.client("iam").list_open_id_connect_providers()["OpenIDConnectProviderList"]
    return [provider["Arn"] for provider in providers]


def test_provider_returns_its_arn(account: Account, attributes: Callable[..., Any]) -> None:
    stack = account.deploy("it", provider(), Outputs=attributes("Provider", "Arn"))

    arn = f"arn:aws:iam::{account.number}:oidc-provider/token.actions.githubusercontent.com"
    assert arns(account) == [arn]
    assert stack.outputs == dict.fromkeys(("Ref", "Arn"), arn)


def test_clients_change_in_place_and_the_address_replaces(account: Account) -> None:
    first = account.deploy("it", provider("a.example.com", "one")).physical_ids["Provider"]
    second = account.deploy("it", provider("a.example.com", "two")).physical_ids["Provider"]
    found = account.client("iam").get_open_id_connect_provider(OpenIDConnectProviderArn=second)
    third = account.deploy("it", provider("b.example.com", "two")).physical_ids["Provider"]

    assert second == first
    assert found["ClientIDList"] == ["two"]
    assert third != second
    assert arns(account) == [third]


def test_deleted_provider_is_gone(account: Account) -> None:
    account.deploy("it", provider())

    account.delete("it")

    assert arns(account) == []


TYPE = "AWS::WAFv2::WebACLAssociation"


def resources(acl: str | None) -> dict[str, Any]:
    """A load balancer, two web ACLs and the association with one of them."""
    metrics = {"CloudWatchMetricsEnabled": True, "SampledRequestsEnabled": True, "MetricName": "it"}
    properties = {"Scope": "REGIONAL", "DefaultAction": {"Allow": {}}, "VisibilityConfig": metrics}
    associated = {"ResourceArn": {"Ref": "Balancer"}, "WebACLArn": {"Fn::GetAtt": [acl, "Arn"]}}
    return {
        "Balancer": {"Type": "AWS::ElasticLoadBalancingV2::LoadBalancer"},
        "One": {"Type": "AWS::WAFv2::WebACL", "Properties": properties},
        "Two": {"Type": "AWS::WAFv2::WebACL", "Properties": properties},
        **({"Association": {"Type": TYPE, "Properties": associated}} if acl else {}),
    }


def associated_with(account: Account) -> list[str]:
    """The logical ids of the web ACLs that protect something."""
    waf = account.client("wafv2")
    acls = waf.list_web_acls(Scope="REGIONAL")["WebACLs"]
    protecting = [acl for acl in acls if waf.list_resources_for_web_acl(WebACLArn=acl["ARN"])["ResourceArns"]]
    return [acl["Name"].split("-")[1] for acl in protecting]


def test_association_protects_the_resource(account: Account) -> None:
    account.deploy("it", resources("One"))

    assert associated_with(account) == ["One"]


def test_another_acl_takes_over(account: Account) -> None:
    account.deploy("it", resources("One"))
    account.deploy("it", resources("Two"))

    assert associated_with(account) == ["Two"]


def test_removed_association_protects_nothing(account: Account) -> None:
    account.deploy("it", resources("One"))
    account.deploy("it", resources(None))

    assert associated_with(account) == []


def test_stack_with_an_association_can_be_deleted(account: Account) -> None:
    account.deploy("it", resources("One"))

    account.delete("it")

    assert account.client("wafv2").list_web_acls(Scope="REGIONAL")["WebACLs"] == []
