"""AWS::IAM::OIDCProvider."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account


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
