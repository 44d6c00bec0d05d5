"""Sessions with AWS: clients, the identity of the caller, and errors with a remedy.

boto3 takes 0.2 s to import, so this module is imported only by commands that talk to AWS, when they do.
"""

from __future__ import annotations

import os
from contextlib import contextmanager
from functools import cached_property
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

import boto3
from botocore import exceptions
from botocore.config import Config
from botocore.parsers import ResponseParserError

from gitops.errors import UserError
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from constructs_lib.config.environments import AccountRegion
    from gitops.aws.target import Target

Service = Literal[
    "acm",
    "cloudformation",
    "ec2",
    "ecr",
    "ecs",
    "elbv2",
    "iam",
    "logs",
    "pricing",
    "route53",
    "secretsmanager",
    "service-quotas",
    "sesv2",
    "ssm",
    "stepfunctions",
    "sts",
]

CONNECTIONS = 16
"""Requests at a time to one endpoint; callers use no more threads than this."""

ATTEMPTS = 5
"""At one request, with up to a second, two, four and eight in between."""

_EXPIRED = {"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"}
_REJECTED = {"InvalidClientTokenId", "UnrecognizedClientException", "SignatureDoesNotMatch", "AuthFailure"}
_DENIED = {"AccessDenied", "AccessDeniedException", "UnauthorizedOperation"}


class AwsError(UserError):
    """AWS could not be reached, or refused; the state of its resources is unknown.

    `code` is the error code of the API that refused; empty when AWS could not be reached.
    """

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class Session:
    """Clients for one target. Several threads may make clients, and use each of them."""

    def __init__(self, target: Target) -> None:
        self._embedded = target.embedded
        self._lock = Lock()

    def client(self, service: Service, where: AccountRegion) -> Any:  # noqa: ANN401 - boto3 types it by name
        """Return a boto3 client for `service`; on AWS itself the credentials decide the account."""
        config = Config(
            connect_timeout=5,
            max_pool_connections=CONNECTIONS,
            # CloudFormation throttles DescribeStacks: adaptive clients slow down, too.
            retries={"mode": "adaptive", "total_max_attempts": ATTEMPTS},
            proxies={} if self._embedded else None,
        )
        # On AWS itself these are left to boto3, which looks for them where every AWS tool does.
        embedded = self._embedded.environment(where.account, where.region) if self._embedded else {}
        # boto3 lets threads share a client, but not the making of one.
        with translate_errors(), self._lock:
            return self._session.client(
                service,
                region_name=where.region,
                endpoint_url=embedded.get("AWS_ENDPOINT_URL"),
                aws_access_key_id=embedded.get("AWS_ACCESS_KEY_ID"),
                aws_secret_access_key=embedded.get("AWS_SECRET_ACCESS_KEY"),
                config=config,
            )

    def introduce(self, where: AccountRegion) -> str | None:
        """Say on standard error which AWS this is, and return the account that the credentials belong to.

        None is the embedded AWS, where we can be any account. Raises AwsError when AWS cannot be reached or does not
        know the credentials.
        """
        if self._embedded is not None:
            say(f"embedded AWS at {self._embedded.endpoint}")
            return None
        client = self.client("sts", where)
        with translate_errors():
            caller: Mapping[str, str] = client.get_caller_identity()
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        at = f" at {endpoint}" if endpoint else ""
        say(f"AWS account {caller['Account']} as {caller['Arn']}{at}")
        return caller["Account"]

    @cached_property
    def _session(self) -> boto3.Session:
        """The one session: every client shares the service models that it has read."""
        return boto3.Session()


@contextmanager
def translate_errors() -> Iterator[None]:
    """Turn boto3's exceptions into an AwsError that states the failure and the remedy."""
    try:
        yield
    except exceptions.ClientError as error:
        raise AwsError(_explain_refusal(error), error.response["Error"]["Code"]) from error
    except ResponseParserError as error:  # which is none of boto3's exceptions
        raise AwsError(f"AWS's answer cannot be read: {error}. Try again; if it stays, report it to AWS") from error
    except exceptions.BotoCoreError as error:
        raise AwsError(_explain_failure(error)) from error


def _explain_refusal(error: exceptions.ClientError) -> str:
    code = error.response["Error"]["Code"]
    message = error.response["Error"]["Message"].rstrip(".")
    if code in _EXPIRED:
        return f"the AWS credentials have expired ({message}). Get new ones, then run this again"
    if code in _REJECTED:
        return f"AWS does not accept these credentials ({message}). Check AWS_PROFILE and the AWS_* variables"
    if code in _DENIED:
        action = "" if error.operation_name in message else f" ({error.operation_name})"
        return f"these AWS credentials may not do this: {message}{action}"
    return f"AWS refused {error.operation_name}: {message} ({code})"


def _explain_failure(error: exceptions.BotoCoreError) -> str:
    if isinstance(error, exceptions.ConnectionError | exceptions.HTTPClientError):
        endpoint = os.environ.get("AWS_ENDPOINT_URL")
        cause = f"AWS_ENDPOINT_URL is {endpoint}: does it run?" if endpoint else "Is there a network?"
        return f"cannot reach AWS: {error}. {cause}"
    if isinstance(error, exceptions.NoCredentialsError | exceptions.PartialCredentialsError):
        return (
            f"no AWS credentials ({error}). Set AWS_PROFILE or the AWS_* variables, "
            "or start the embedded AWS: gitops local up"
        )
    return f"AWS credentials or configuration cannot be used: {error}"
