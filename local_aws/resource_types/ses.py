"""Correction of AWS::SES::EmailIdentity, which MiniStack provisions without DKIM."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_aws import ministack
from local_aws.resource_types.base import Correction, Properties

if TYPE_CHECKING:
    from collections.abc import Mapping

EMAIL_IDENTITY = "AWS::SES::EmailIdentity"

DKIM_HOST = "dkim.amazonses.com"
"""https://docs.aws.amazon.com/ses/latest/dg/send-email-authentication-dkim-easy.html"""


def _tokens(identity: str, properties: Properties) -> Mapping[str, str] | None:
    """Return the names and values of the records of Easy DKIM: a domain's, unless it brings a key of its own."""
    if "@" in identity or "DomainSigningPrivateKey" in properties.get("DkimSigningAttributes", {}):
        return None
    tokens = ministack.call("ses", "VerifyDomainDkim", Domain=identity)["DkimTokens"]
    names = {f"DkimDNSTokenName{number}": f"{token}._domainkey.{identity}" for number, token in enumerate(tokens, 1)}
    values = {f"DkimDNSTokenValue{number}": f"{token}.{DKIM_HOST}" for number, token in enumerate(tokens, 1)}
    return names | values


CORRECTIONS = (
    Correction(
        name=EMAIL_IDENTITY, created=_tokens, updated=lambda identity, _old, properties: _tokens(identity, properties)
    ),
)
