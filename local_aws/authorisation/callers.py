"""Who makes a call, by its access key: a role's session, a user, or the administrator of an account.

A 12-digit access key is its account's administrator, as a developer's own credentials are: it may do everything.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from local_aws.authorisation.engine import Policies, Policy
from local_aws.ministack import identities, seams

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_ADMINISTRATOR = re.compile(r"\d{12}|test|")
_ALLOW_ALL = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]})
ADMINISTRATOR = Policies((Policy("AdministratorAccess", _ALLOW_ALL),))


@dataclass(frozen=True, slots=True)
class Caller:
    """A principal. `arn` is what messages show, `owner` the ARN of the role of a session, or of the principal itself.

    `tags` are those of the role or user and of the session.
    """

    arn: str
    owner: str
    account: str
    policies: Policies
    tags: tuple[tuple[str, str], ...] = ()
    is_administrator: bool = False


class UnknownCallerError(Exception):
    """Nobody has this access key, or nobody has it any more."""


def caller(access_key_id: str, account: str) -> Caller:
    """Return who has an access key. `account` is the request's, which an administrator belongs to.

    Raises:
        UnknownCallerError: nobody has it.
    """
    if _ADMINISTRATOR.fullmatch(access_key_id):
        root = f"arn:aws:iam::{account}:root"
        return Caller(root, root, account, ADMINISTRATOR, is_administrator=True)
    session = seams.sessions.get(access_key_id)
    if session is not None:
        return _of_session(session)
    user = identities.user_of(access_key_id)
    if user is None:
        msg = "The security token included in the request is invalid."
        raise UnknownCallerError(msg)
    return _of_user(*user)


def of_role(role_arn: str, session_name: str) -> Caller:
    """Return a session of a role, such as one that a service begins by itself.

    Raises:
        UnknownCallerError: there is no such role.
    """
    _, _, _, _, account, resource = role_arn.split(":", 5)
    name = resource.rpartition("/")[2]
    record = identities.role(account, name)
    if record is None:
        msg = f"The role {role_arn} does not exist."
        raise UnknownCallerError(msg)
    arn = f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}"
    return Caller(arn, str(record["Arn"]), account, _policies(record, account), _tags(record.get("Tags")))


def credentials(role_arn: str, session_name: str) -> dict[str, str]:
    """Return variables with which an AWS client is a session of a role; the same for the same session."""
    digest = hashlib.sha256(f"{role_arn} {session_name}".encode()).hexdigest()
    account, name = role_arn.split(":")[4], role_arn.rpartition("/")[2]
    key, secret, token = f"ASIA{digest[:16].upper()}", digest[16:48], digest
    record = identities.role(account, name) or {}
    seams.register_session(
        key,
        {
            "Arn": f"arn:aws:sts::{account}:assumed-role/{name}/{session_name}",
            "UserId": f"{record.get('RoleId', name)}:{session_name}",
            "SecretAccessKey": secret,
            "SessionToken": token,
            "AccountId": account,
            "PrincipalType": "AssumedRole",
        },
    )
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}


def _of_session(session: Mapping[str, Any]) -> Caller:
    arn = str(session["Arn"])
    account = arn.split(":")[4]
    if arn.endswith(":root"):
        return Caller(arn, arn, account, ADMINISTRATOR, is_administrator=True)
    name = arn.split("/")[1]
    if ":assumed-role/" not in arn:
        msg = f"{arn}: only sessions of roles and of administrators are known here."
        raise UnknownCallerError(msg)
    record = identities.role(account, name)
    if record is None:
        msg = f"The role of {arn} does not exist any more."
        raise UnknownCallerError(msg)
    passed = (session.get("SessionPolicies") or {}).get("Policy") or None
    tags = (*_tags(record.get("Tags")), *_tags(session.get("SessionTags")))
    return Caller(arn, str(record["Arn"]), account, _policies(record, account, passed), tags)


def _of_user(account: str, user: Mapping[str, Any]) -> Caller:
    inline = identities.inline_policies_of_user(account, user["UserName"])
    policies = _policies({**user, "InlinePolicies": inline}, account)
    return Caller(str(user["Arn"]), str(user["Arn"]), account, policies, _tags(user.get("Tags")))


def _policies(record: Mapping[str, Any], account: str, session: str | None = None) -> Policies:
    inline = [Policy(name, _text(document)) for name, document in (record.get("InlinePolicies") or {}).items()]
    attached = [
        Policy(arn, document)
        for arn in record.get("AttachedPolicies") or ()
        if (document := identities.managed_policy(arn, account))
    ]
    boundary = record.get("PermissionsBoundary")
    limit = Policy(boundary, identities.managed_policy(boundary, account) or _NOTHING) if boundary else None
    return Policies((*inline, *attached), limit, session)


_NOTHING = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]})
"""In the place of a boundary that does not exist any more: a role with such a boundary may do nothing."""


def _tags(listed: Sequence[Mapping[str, str]] | None) -> tuple[tuple[str, str], ...]:
    return tuple((tag["Key"], tag["Value"]) for tag in listed or ())


def _text(document: object) -> str:
    return document if isinstance(document, str) else json.dumps(document)
