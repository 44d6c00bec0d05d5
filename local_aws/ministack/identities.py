"""What MiniStack keeps of principals and of resources, as far as authorising calls depends on it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from local_aws.ministack import mail, seams

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from local_aws.ministack.seams import Record, Response

    Dispatch = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]], str], Awaitable[Response]]
    """Serves a request to the AWS APIs: method, path, headers, body, query parameters and the request's id."""


def put_before_services(gate: Callable[[Dispatch], Dispatch]) -> None:
    """Let `gate` stand before all services: it takes what serves requests and returns what does instead."""
    seams.dispatch_service_request.replace(gate(seams.dispatch_service_request.current))
    seams.handle_mail_request.replace(mail.gated(gate))


def user_of(access_key_id: str) -> tuple[str, Record] | None:
    """Return the account and the user that an active long-lived access key belongs to."""
    account = seams.access_key_account(access_key_id)
    key = seams.access_keys.in_account(account, access_key_id) if account else None
    if account is None or key is None or key.get("Status") != "Active":
        return None
    user = seams.users.in_account(account, key["UserName"])
    return (account, user) if user else None


def role(account: str, name: str) -> Record | None:
    """Return a role by its name."""
    return seams.roles.in_account(account, name)


def inline_policies_of_user(account: str, name: str) -> dict[str, Any]:
    """Return the policies that stand in a user, by name."""
    return dict(seams.user_inline_policies.in_account(account, name) or {})


def managed_policy(arn: str, account: str) -> str | None:
    """Return the document of a managed policy, or None if there is no such policy."""
    return text(seams.managed_policy_document(arn, account))


def resource_policy(prefix: str, arn: str) -> str | None:
    """Return the policy of a resource, or None if it has none or its service knows none."""
    found = seams.resource_policy(prefix, arn)
    return text(found[0]) if found else None


def oidc_provider(account: str, host: str) -> Record | None:
    """Return the OIDC provider of an account for the issuer `https://HOST`, or None if there is no such provider."""
    return seams.oidc_providers.in_account(account, f"arn:aws:iam::{account}:oidc-provider/{host}")


def trusts(role_record: Record, provider_arn: str, condition_keys: dict[str, object]) -> bool:
    """Return whether a role's trust policy allows a token of a provider. `condition_keys` are in lower case."""
    context = seams.evaluation_context.type(
        principal_arn=provider_arn,
        principal_type="WebIdentityUser",
        principal_account=role_record["Arn"].split(":")[4],
        action="sts:AssumeRoleWithWebIdentity",
        resource_arn=role_record["Arn"],
        region=seams.region(),
        service_context=condition_keys,
    )
    return seams.trust_policy_allows(role_record["AssumeRolePolicyDocument"], provider_arn, context)


def stack(name: str) -> Record | None:
    """Return a stack of the account and region of the request by its name, its id or the ARN of a change set of it."""
    if ":changeSet/" in name:
        name = (seams.change_sets.get(name) or {}).get("StackName", "")
    found = seams.stacks.get(name)
    return found or next((one for one in seams.stacks.all() if one.get("StackId") == name), None)


def secret_arn(name: str) -> str | None:
    """Return the ARN of a secret by its name or by its ARN without the ending that AWS adds."""
    _, record = seams.find_secret(name)
    return str(record["ARN"]) if record else None


def task_definition(reference: str) -> Record | None:
    """Return a task definition by ARN, FAMILY:REVISION or FAMILY."""
    return seams.task_definitions.get(seams.task_definition_key(reference))


def ecs_tags(arn: str) -> dict[str, str]:
    """Return the tags of a resource of ECS."""
    return {one["key"]: one["value"] for one in seams.ecs_tags.get(arn) or []}


def give_functions_credentials(credentials: Callable[[Record], dict[str, str]]) -> None:
    """Let functions have the variables that `credentials` returns for their configuration."""
    seams.function_credentials.replace(credentials)
    seams.function_credentials_of_workers.replace(credentials)


def text(document: object) -> str | None:
    """Return a policy document as text, or None if there is none."""
    if not document:
        return None
    return document if isinstance(document, str) else json.dumps(document)
