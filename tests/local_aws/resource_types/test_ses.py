"""AWS::SES::EmailIdentity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account

DOMAIN = "dev.example.com"
ATTRIBUTES = [f"DkimDNSToken{part}{number}" for part in ("Name", "Value") for number in (1, 2, 3)]


def identity(name: str = DOMAIN, **properties: Any) -> dict[str, Any]:
    return {"It": {"Type": "AWS::SES::EmailIdentity", "Properties": {"EmailIdentity": name, **properties}}}


def send(account: Account, sender: str) -> str:
    """Return the id of a message, sent by the API."""
    body = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}
    recipient = {"ToAddresses": ["octocat@example.com"]}
    answer = account.client("ses").send_email(Source=sender, Destination=recipient, Message=body)
    return str(answer["MessageId"])


def test_domain_returns_three_records_of_dkim(account: Account, attributes: Callable[..., Any]) -> None:
    outputs = account.deploy("it", identity(), Outputs=attributes("It", *ATTRIBUTES)).outputs

    assert outputs["Ref"] == DOMAIN
    tokens = {outputs[f"DkimDNSTokenName{number}"].partition(".")[0] for number in (1, 2, 3)}
    assert len(tokens) == 3
    for number in (1, 2, 3):
        token = outputs[f"DkimDNSTokenValue{number}"].removesuffix(".dkim.amazonses.com")
        assert outputs[f"DkimDNSTokenName{number}"] == f"{token}._domainkey.{DOMAIN}"


def test_records_stay_the_same_when_something_else_changes(account: Account, attributes: Callable[..., Any]) -> None:
    outputs = attributes("It", *ATTRIBUTES)
    first = account.deploy("it", identity(), Outputs=outputs).outputs
    changed = identity(FeedbackAttributes={"EmailForwardingEnabled": False})

    assert account.deploy("it", changed, Outputs=outputs).outputs == first


def test_address_has_no_records(account: Account, attributes: Callable[..., Any]) -> None:
    address = "octocat@example.com"

    assert account.deploy("it", identity(address), Outputs=attributes("It")).outputs == {"Ref": address}


def test_identity_has_the_tags_of_its_stack(account: Account) -> None:
    account.deploy("it", identity(), tags={"gitops:kind": "ad-hoc-base"})

    found = account.client("sesv2").get_email_identity(EmailIdentity=DOMAIN)
    assert {"Key": "gitops:kind", "Value": "ad-hoc-base"} in found["Tags"]


def test_sender_needs_an_identity_while_it_is_there(account: Account) -> None:
    refusal = r"MessageRejected.*Email address is not verified\. The following identities failed the check in region"
    with pytest.raises(ClientError, match=refusal):
        send(account, f"noreply@{DOMAIN}")

    account.deploy("it", identity())
    assert send(account, f"noreply@{DOMAIN}")
    with pytest.raises(ClientError, match=f"{refusal} EU-CENTRAL-1: ceo@example.com"):
        send(account, "ceo@example.com")

    account.delete("it")
    with pytest.raises(ClientError, match=refusal):
        send(account, f"noreply@{DOMAIN}")
