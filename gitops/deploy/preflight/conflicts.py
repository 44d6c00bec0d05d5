"""What an account has already that the stack of its declaration would make a second time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import AccountConfig
from constructs_lib.config.naming import GITHUB_TOKEN_AUDIENCE, GITHUB_TOKEN_ISSUER
from gitops.aws.iam import Iam
from gitops.aws.route53 import Route53
from gitops.deploy.preflight.check import PreflightCheck

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.config.environments import Environment
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session


def conflict_checks(
    session: Session, regions: Regions, environments: Iterable[Environment], existing: Existing
) -> Iterator[PreflightCheck]:
    """Yield a check of each thing of an account that AWS allows once, or that is of no use twice.

    Repositories are not among them: a deployment imports those that exist.
    """
    for environment in environments:
        config = environment.config
        if not isinstance(config, AccountConfig):
            continue
        conflicts = _Conflicts(session, regions, environment, config, existing)
        if config.github is not None:
            yield PreflightCheck("GitHub's OIDC provider", [environment.name], conflicts.provider_problem)
        if config.domain is not None:
            yield PreflightCheck(f"hosted zone for {config.domain}", [environment.name], conflicts.zone_problem)


class _Conflicts:
    """The stack of an account, deployed or not, beside what the account has."""

    def __init__(
        self, session: Session, regions: Regions, environment: Environment, config: AccountConfig, existing: Existing
    ) -> None:
        self._session = session
        self._regions = regions
        self._place = environment.place
        self._stack = environment.name.stack
        self._config = config
        self._is_deployed = (environment.place, environment.name.stack) in existing

    def provider_problem(self) -> str:
        """An account has one OIDC provider for an issuer at most, made by its stack or declared as existing."""
        arn = f"arn:aws:iam::{self._place.account}:oidc-provider/{GITHUB_TOKEN_ISSUER}"
        audiences = Iam(self._session, self._place).audiences(arn)
        is_own = bool(self._owned("AWS::IAM::OIDCProvider"))
        if not (self._config.github and self._config.github.existing_oidc_provider):
            if audiences is None or is_own:
                return ""
            return f"the account has {arn} already; to use it, add `existing_oidc_provider: true` below `github`"
        if is_own:
            return "`existing_oidc_provider` would delete the provider that this stack has made; remove the field"
        if audiences is None:
            return f"the account has no {arn}; remove `existing_oidc_provider`, and the stack makes it"
        if GITHUB_TOKEN_AUDIENCE not in audiences:
            return (
                f"it does not accept the audience {GITHUB_TOKEN_AUDIENCE}; run: aws iam add-client-id-to-open-id-"
                f"connect-provider --open-id-connect-provider-arn {arn} --client-id {GITHUB_TOKEN_AUDIENCE}"
            )
        return ""

    def zone_problem(self) -> str:
        """A second hosted zone for a domain has other name servers, which the domain is not delegated to."""
        domain = self._config.domain or ""
        zones = Route53(self._session, self._place).public_zones(domain)
        others = sorted(set(zones) - self._owned("AWS::Route53::HostedZone"))
        if not others:
            return ""
        return (
            f"the account has the hosted zone {', '.join(others)} for it already; remove `domain`, and give the bases "
            f"`hosted_zone_id: {others[0]}`"
        )

    def _owned(self, resource_type: str) -> set[str]:
        if not self._is_deployed:
            return set()
        resources = self._regions[self._place].resources(self._stack)
        return {resource.physical_id for resource in resources if resource.type == resource_type}
