"""On the embedded AWS, the commands that jobs on GitHub run are run with the roles that these jobs have.

On AWS, an administrator runs all of them: only jobs on GitHub have the tokens that these roles trust. The embedded AWS
verifies no signature of a token, and holds its claims against the trust policy.
"""

from __future__ import annotations

import base64
import json
import time
from typing import TYPE_CHECKING, Any

import boto3
from botocore import UNSIGNED
from botocore.config import Config

from constructs_lib.config.naming import GITHUB_TOKEN_AUDIENCE, GITHUB_TOKEN_ISSUER, role_output

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gitops.github.model import RepositoryIdentity

TOKEN_SECONDS = 300

JOBS = {
    "deploy": "deploy",
    "destroy": "destroy",
    "drift": "plan",
    "plan": "plan",
    "preflight": "deploy",
    "sleep": "deploy",
    "wake": "deploy",
}
"""The environment of GitHub in which a command runs: .github/workflows. Production is deployed in its own."""


def environment_of(arguments: Sequence[str]) -> str | None:
    """Return the environment of GitHub in which a job runs a command, or None for a person's command."""
    found = JOBS.get(arguments[0])
    production = any(argument.partition("/")[0] == "prod" for argument in arguments)
    return "production" if found == "deploy" and production else found


def variables(environ: Mapping[str, str], repository: RepositoryIdentity, environment: str) -> dict[str, str]:
    """Return the variables of a job in a GitHub environment, by the roles of the account's stack."""
    endpoint, region = environ["AWS_ENDPOINT_URL"], environ["AWS_REGION"]
    cloudformation = boto3.client(
        "cloudformation",
        endpoint_url=endpoint,
        region_name=region,
        aws_access_key_id=environ["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
    )
    (stack,) = cloudformation.describe_stacks(StackName="accounts-main")["Stacks"]
    roles = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
    return session(environ, repository, environment, roles[role_output(environment)])


def session(environ: Mapping[str, str], repository: RepositoryIdentity, environment: str, role: str) -> dict[str, str]:
    """Return the variables of a session of a role, from a token as GitHub gives a job in an environment."""
    owner, _, name = repository.name.partition("/")
    claims = {
        "iss": f"https://{GITHUB_TOKEN_ISSUER}",
        "aud": GITHUB_TOKEN_AUDIENCE,
        "sub": f"repo:{owner}@{repository.owner_id}/{name}@{repository.id}:environment:{environment}",
        "repository_id": str(repository.id),
        "ref": "refs/heads/main",
        "environment": environment,
        "exp": int(time.time()) + TOKEN_SECONDS,
    }
    sts = boto3.client(
        "sts",
        endpoint_url=environ["AWS_ENDPOINT_URL"],
        region_name=environ["AWS_REGION"],
        config=Config(signature_version=UNSIGNED),
    )
    answer = sts.assume_role_with_web_identity(RoleArn=role, RoleSessionName="job", WebIdentityToken=_token(claims))
    credentials = answer["Credentials"]
    return {
        "AWS_ACCESS_KEY_ID": credentials["AccessKeyId"],
        "AWS_SECRET_ACCESS_KEY": credentials["SecretAccessKey"],
        "AWS_SESSION_TOKEN": credentials["SessionToken"],
    }


def _token(claims: Mapping[str, Any]) -> str:
    part = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{part}.e30"
