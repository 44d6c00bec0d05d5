"""Tokens of web identity providers, as STS judges them: issuer, audience, time, and the role's trust policy.

Signatures are not verified: an issuer's keys cannot be fetched here.
https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html
"""

from __future__ import annotations

import base64
import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.authorisation import iam_data
from local_aws.ministack import identities

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from local_aws.authorisation.requests import Call

OPERATION = "AssumeRoleWithWebIdentity"

_OF_EVERY_ISSUER = ("amr", "aud", "sub")
"""Claims that are condition keys whoever issued the token; others are for issuers that STS knows.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
"""

ROLE_ARN = re.compile(r"arn:aws:iam::(\d{12}):role/.+")

_DEFAULT_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why STS gives no session for a token: error code and message."""

    code: str
    message: str


_NOT_AUTHORISED = Refusal("AccessDenied", f"Not authorized to perform sts:{OPERATION}")


def has_token(call: Call) -> bool:
    """Return whether a call has a token of a web identity provider and needs no signature."""
    return (call.service, call.operation) == ("sts", OPERATION)


def refusal(call: Call) -> Refusal | None:
    """Return why STS refuses a call with a token, or None if it does not."""
    claims = _claims(str(call.parameters.get("WebIdentityToken", "")))
    if claims is None:
        return _invalid(
            "The ID Token provided is not a valid JWT. (You may see this error if you sent an Access Token)"
        )
    account = ROLE_ARN.fullmatch(role_arn := str(call.parameters.get("RoleArn", "")))
    role = identities.role(account[1], role_arn.rpartition("/")[2]) if account else None
    if account is None or role is None:
        return _NOT_AUTHORISED
    issuer = str(claims.get("iss", ""))
    host = issuer.removeprefix("https://")
    provider = identities.oidc_provider(account[1], host) if issuer.startswith("https://") else None
    if provider is None:
        return _invalid(f"No OpenIDConnect provider found in your account for {issuer}")
    if refused := _of_token(claims, provider["ClientIDList"]):
        return refused
    if not identities.trusts(role, provider["Arn"], _condition_keys(host, claims)):
        return _NOT_AUTHORISED
    return _of_duration(call, role["MaxSessionDuration"])


def _of_token(claims: Mapping[str, Any], accepted_audiences: Sequence[str]) -> Refusal | None:
    audience = claims.get("aud")
    if not set(audience if isinstance(audience, list) else [audience]).intersection(accepted_audiences):
        return _invalid("Incorrect token audience")
    if not isinstance(claims.get("exp"), int) or claims["exp"] <= time.time():
        return Refusal("ExpiredTokenException", "Token expired: the current time must be before the expiration time")
    return None


def _of_duration(call: Call, most_seconds: int | str) -> Refusal | None:
    if int(call.parameters.get("DurationSeconds") or _DEFAULT_SECONDS) <= int(most_seconds):
        return None
    return Refusal("ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")


def _claims(token: str) -> dict[str, Any] | None:
    parts = token.split(".")
    try:
        padding = "=" * (-len(parts[1]) % 4)
        claims = json.loads(base64.b64decode(parts[1] + padding, altchars=b"-_", validate=True))
    except (IndexError, ValueError):
        return None
    return claims if isinstance(claims, dict) and len(parts) == len(("header", "claims", "signature")) else None


def _condition_keys(host: str, claims: Mapping[str, Any]) -> dict[str, object]:
    """Return the condition keys of a token. Claims that STS does not know decide nothing."""
    action = iam_data.action("sts", OPERATION)
    known = {key for key in action.condition_keys if key.startswith(f"{host}:")} if action else set()
    keys = {f"{host}:{name}": value for name, value in claims.items()}
    return {
        key.lower(): value if isinstance(value, list) else str(value)
        for key, value in keys.items()
        if key in known or key.rpartition(":")[2] in _OF_EVERY_ISSUER
    }


def _invalid(message: str) -> Refusal:
    return Refusal("InvalidIdentityToken", message)
