"""How workflows on GitHub log in to an account: with tokens of their own, without keys."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from constructs_lib.config.model import ApplicationRepositoryConfig, GitHubConfig
from constructs_lib.config.naming import GITHUB_REFS, GITHUB_TOKEN_AUDIENCE, GITHUB_TOKEN_ISSUER

GitHubRepository = GitHubConfig | ApplicationRepositoryConfig
"""A repository whose jobs get a role."""


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

    def principal(self, github: GitHubRepository, environment: str) -> iam.WebIdentityPrincipal:
        """Return the jobs of the repository that run in a GitHub environment, at the refs that it is for.

        An environment in a token has passed that environment's rules: branches, tags. The repository's
        administrators choose the claims that make up `sub`, but not the other claims.
        https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_iam-condition-keys.html#condition-keys-wif
        """
        claims: dict[str, str | list[str]] = {
            "aud": GITHUB_TOKEN_AUDIENCE,
            "sub": subjects(github, environment),
            "repository_id": str(github.repository_id),
            "environment": environment,
        }
        conditions = {"StringEquals": _keys(claims)}
        if environment in GITHUB_REFS:
            conditions["StringLike"] = _keys({"ref": list(GITHUB_REFS[environment])})
        return iam.WebIdentityPrincipal(self._provider_arn, conditions)


def subjects(github: GitHubRepository, environment: str) -> list[str]:
    """Return the two forms that the token's `sub` has: with ids for repositories made after July 2026, and without.

    Neither has a wildcard: `*` matches slashes, colons and `@` too, and owners of another repository choose the names
    of branches and the claims in its tokens' `sub`.
    https://docs.github.com/en/actions/reference/security/oidc#immutable-subject-claims
    """
    owner, _, repository = github.repository.partition("/")
    return [
        f"repo:{owner}/{repository}:environment:{environment}",
        f"repo:{owner}@{github.owner_id}/{repository}@{github.repository_id}:environment:{environment}",
    ]


def _keys(claims: Mapping[str, str | list[str]]) -> dict[str, str | list[str]]:
    """Return condition keys for claims of GitHub's tokens."""
    return {f"{GITHUB_TOKEN_ISSUER}:{claim}": value for claim, value in claims.items()}
