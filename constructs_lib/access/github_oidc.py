"""How workflows on GitHub log in to an account: with tokens of their own, without keys."""

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.config.model import GitHubConfig
from constructs_lib.config.naming import GITHUB_TOKEN_AUDIENCE, GITHUB_TOKEN_ISSUER


class GitHubOidc(Construct):
    """Trusts GitHub's tokens, through a provider of its own or the `existing` one of the account.

    IAM checks their issuer's certificate against its own store: no thumbprint is needed.
    """

    def __init__(self, scope: Construct, construct_id: str, *, existing: bool) -> None:
        super().__init__(scope, construct_id)
        if existing:
            stack = cdk.Stack.of(self)
            self._provider_arn = f"arn:{stack.partition}:iam::{stack.account}:oidc-provider/{GITHUB_TOKEN_ISSUER}"
            return
        provider = iam.CfnOIDCProvider(
            self, "Provider", url=f"https://{GITHUB_TOKEN_ISSUER}", client_id_list=[GITHUB_TOKEN_AUDIENCE]
        )
        provider.apply_removal_policy(cdk.RemovalPolicy.DESTROY)
        self._provider_arn = provider.attr_arn

    def principal(self, github: GitHubConfig, environment: str) -> iam.WebIdentityPrincipal:
        """Return the jobs of the repository that run in a GitHub environment, and no others.

        An environment in a token has passed that environment's rules: reviewers, branches.
        """
        return iam.WebIdentityPrincipal(
            self._provider_arn,
            {
                "StringEquals": {f"{GITHUB_TOKEN_ISSUER}:aud": GITHUB_TOKEN_AUDIENCE},
                "StringLike": {f"{GITHUB_TOKEN_ISSUER}:sub": subjects(github, environment)},
            },
        )


def subjects(github: GitHubConfig, environment: str) -> list[str]:
    """Return the two forms that the token's `sub` has: plain, and with ids for repositories made after July 2026.

    An id that is not declared is any id. GitHub writes `%3A` for a colon inside a name, and neither an owner's nor a
    repository's name has `@`, so that a `*` matches an id and no other repository. What it does not tell apart is a
    repository that was deleted and made again under its name, by another owner of the name.
    """
    owner, _, repository = github.repository.partition("/")
    owner_id = github.owner_id or "*"
    repository_id = github.repository_id or "*"
    return [
        f"repo:{owner}/{repository}:environment:{environment}",
        f"repo:{owner}@{owner_id}/{repository}@{repository_id}:environment:{environment}",
    ]
