"""Tokens of web identity providers are judged as STS judges them: issuer, audience, time, and the trust policy."""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore import UNSIGNED
from botocore.config import Config
from botocore.exceptions import ClientError

from tests.local_aws.accounts import REGION

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

ISSUER = "token.actions.githubusercontent.com"
AUDIENCE = "sts.amazonaws.com"
SUBJECT = "repo:example@583231/environments@1296269:environment:deploy"
CLAIMS = {
    "iss": f"https://{ISSUER}",
    "aud": AUDIENCE,
    "sub": SUBJECT,
    "repository_id": "1296269",
    "environment": "deploy",
    "ref": "refs/heads/main",
    "exp": int(time.time()) + 24 * 3600,  # the whole suite may run between the import of this file and its tests
}
CONDITIONS = {
    "StringEquals": {f"{ISSUER}:{claim}": CLAIMS[claim] for claim in ("aud", "sub", "repository_id", "environment")},
    "StringLike": {f"{ISSUER}:ref": "refs/heads/m*"},
}
REFUSED = pytest.mark.denied("sts:AssumeRoleWithWebIdentity")
NOT_AUTHORISED = ("AccessDenied", "Not authorized to perform sts:AssumeRoleWithWebIdentity")


@pytest.fixture
def role(account: Account) -> str:
    """The ARN of a role that trusts jobs as CLAIMS has them."""
    iam = account.client("iam")
    iam.create_open_id_connect_provider(Url=f"https://{ISSUER}", ClientIDList=[AUDIENCE])
    return make_role(account, CONDITIONS)


def make_role(account: Account, conditions: object, name: str = "deploy") -> str:
    provider = f"arn:aws:iam::{account.number}:oidc-provider/{ISSUER}"
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": {"Federated": provider},
        "Condition": conditions,
    }
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    made = account.client("iam").create_role(RoleName=name, AssumeRolePolicyDocument=document)
    return str(made["Role"]["Arn"])


def token(claims: object) -> str:
    return f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.e30"


def assume(account: Account, role_arn: str, web_identity_token: str, **parameters: Any) -> str:
    sts = boto3.client(
        "sts", endpoint_url=account.aws.endpoint, region_name=REGION, config=Config(signature_version=UNSIGNED)
    )
    answer = sts.assume_role_with_web_identity(
        RoleArn=role_arn, RoleSessionName="job", WebIdentityToken=web_identity_token, **parameters
    )
    return str(answer["AssumedRoleUser"]["Arn"])


def test_a_token_that_meets_every_condition_gets_a_session(account: Account, role: str) -> None:
    assert assume(account, role, token(CLAIMS)).endswith(":assumed-role/deploy/job")


@REFUSED
@pytest.mark.parametrize(
    ("claim", "value"),
    [
        ("sub", "repo:example/environments:environment:deploy"),
        ("sub", SUBJECT.upper()),
        ("repository_id", "1296270"),
        ("environment", "plan"),
        ("ref", "refs/heads/x"),
        *((claim, None) for claim in ("sub", "repository_id", "environment", "ref")),
    ],
)
def test_a_token_with_another_claim_or_without_it_is_not_authorised(
    account: Account, role: str, claim: str, value: str | None
) -> None:
    claims = {key: given for key, given in {**CLAIMS, claim: value}.items() if given is not None}

    with pytest.raises(ClientError) as refused:
        assume(account, role, token(claims))
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == NOT_AUTHORISED


@REFUSED
@pytest.mark.parametrize(
    ("changed", "code", "message"),
    [
        ({"iss": f"http://{ISSUER}"}, "InvalidIdentityToken", "No OpenIDConnect provider found"),
        ({"iss": f"https://{ISSUER}/example"}, "InvalidIdentityToken", "No OpenIDConnect provider found"),
        ({"iss": "https://mallory.example"}, "InvalidIdentityToken", "No OpenIDConnect provider found"),
        ({"aud": "https://github.com/example"}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"aud": None}, "InvalidIdentityToken", "Incorrect token audience"),
        ({"exp": int(time.time()) - 1}, "ExpiredTokenException", "Token expired"),
        ({"exp": None}, "ExpiredTokenException", "Token expired"),
    ],
)
def test_a_token_of_another_issuer_audience_or_time_is_refused(
    account: Account, role: str, changed: dict[str, object], code: str, message: str
) -> None:
    with pytest.raises(ClientError, match=message) as refused:
        assume(account, role, token({**CLAIMS, **changed}))
    assert refused.value.response["Error"]["Code"] == code


@REFUSED
@pytest.mark.parametrize("text", ["none", "e30.e30", "e30.???.e30", token([]), token(CLAIMS).rpartition(".")[0]])
def test_what_is_no_token_is_refused(account: Account, role: str, text: str) -> None:
    with pytest.raises(ClientError, match="not a valid JWT") as refused:
        assume(account, role, text)
    assert refused.value.response["Error"]["Code"] == "InvalidIdentityToken"


@REFUSED
def test_claims_that_sts_does_not_know_are_no_condition_keys(account: Account, role: str) -> None:
    assert role
    conditions = {"StringEquals": {f"{ISSUER}:sub": SUBJECT, f"{ISSUER}:run_id": "7"}}

    with pytest.raises(ClientError, match="Not authorized"):
        assume(account, make_role(account, conditions, "run"), token({**CLAIMS, "run_id": "7"}))


@REFUSED
def test_a_signature_is_no_substitute_for_trust(account: Account, role: str) -> None:
    with pytest.raises(ClientError, match="Not authorized"):
        account.client("sts").assume_role_with_web_identity(
            RoleArn=role, RoleSessionName="job", WebIdentityToken=token({**CLAIMS, "ref": "refs/heads/x"})
        )


@REFUSED
def test_a_role_that_does_not_exist_is_not_told_from_one_that_trusts_others(account: Account, role: str) -> None:
    with pytest.raises(ClientError) as refused:
        assume(account, role.replace("deploy", "none"), token(CLAIMS))
    error = refused.value.response["Error"]
    assert (error["Code"], error["Message"]) == NOT_AUTHORISED


@REFUSED
def test_a_session_lasts_no_longer_than_its_role_allows(account: Account, role: str) -> None:
    assert assume(account, role, token(CLAIMS), DurationSeconds=3600)
    with pytest.raises(ClientError, match="exceeds the MaxSessionDuration"):
        assume(account, role, token(CLAIMS), DurationSeconds=3601)
