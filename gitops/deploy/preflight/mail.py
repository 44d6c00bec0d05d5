"""What stands between a base with `mail` and its first mail: an identity that somebody else made, and SES's sandbox."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocBaseConfig, AppConfig, ProdBaseConfig
from gitops.aws.ses import Ses
from gitops.aws.session import AwsError
from gitops.deploy.preflight.check import PreflightCheck
from gitops.output.progress import say

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from constructs_lib.config.environments import Environment
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session

IDENTITY = "AWS::SES::EmailIdentity"


def identity_checks(
    session: Session, regions: Regions, environments: Iterable[Environment], existing: Existing
) -> Iterator[PreflightCheck]:
    """Yield a check of each identity that a base would make: an account has one for a domain in a region."""
    for base in environments:
        config = base.config
        if isinstance(config, AdHocBaseConfig | ProdBaseConfig) and config.mail:
            problem = partial(_identity_problem, session, regions, base, config.domain, existing)
            yield PreflightCheck(f"identity of SES for {config.domain}", [base.name], problem)


def _identity_problem(session: Session, regions: Regions, base: Environment, domain: str, existing: Existing) -> str:
    if not Ses(session, base.place).has_identity(domain):
        return ""
    if (base.place, base.name.stack) in existing:
        resources = regions[base.place].resources(base.name.stack)
        if any((one.type, one.physical_id) == (IDENTITY, domain) for one in resources):
            return ""
    return (
        "it exists already, and was not made by this base; remove `mail` to go on with it, or delete it and its DKIM "
        f"records: aws sesv2 delete-email-identity --email-identity {domain} --region {base.region}"
    )


def warn_of_sandbox(session: Session, environments: Iterable[Environment]) -> None:
    """Say where mail goes to verified addresses alone: every account begins in the sandbox, in each region.

    https://docs.aws.amazon.com/ses/latest/dg/request-production-access.html
    """
    for place in sorted({environment.place for environment in environments if _sends(environment)}):
        try:
            sandbox = Ses(session, place).in_sandbox()
        except AwsError as error:
            say(f"whether SES in {place} is in its sandbox is not known: {error}")
            continue
        if sandbox:
            say(
                f"SES in {place} is in its sandbox: it sends to verified addresses alone, and 200 mails a day; "
                'docs/operations.md, "Mail does not arrive", says how to leave it'
            )


def _sends(environment: Environment) -> bool:
    config = environment.config
    if isinstance(config, AppConfig):
        return config.permissions.send_email
    return isinstance(config, AdHocBaseConfig | ProdBaseConfig) and config.mail
