"""Rules on host names, certificates and hosted zones."""

from collections.abc import Iterator

from constructs_lib.config.environment import Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import ProdAppConfig
from constructs_lib.config.routing import host
from constructs_lib.config.rules.declarations import Declarations

LONGEST_COMMON_NAME = 64
"""Characters of the first name of a certificate.

https://docs.aws.amazon.com/acm/latest/APIReference/API_RequestCertificate.html, DomainName
"""


def hosts_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """Each app answers at a host name of its own."""
    domains = {base.name: config.domain for base, config in declarations.bases}
    first: dict[str, Environment] = {}
    for app, config in declarations.apps:
        hostname = config.hostname if isinstance(config, ProdAppConfig) else None
        name = host(app.name, domains[app.name.base], hostname)
        other = first.setdefault(name, app)
        if other is not app:
            message = f"would answer at {name}, as {other.name} does; rename this file or change its base's domain"
            yield app.problem(("hostname",) if hostname else (), message)


def hostnames_are_below_the_domain(declarations: Declarations) -> Iterator[Problem]:
    """The certificate of a base is for its domain and one label below it."""
    domains = {base.name: config.domain for base, config in declarations.bases}
    for app, config in declarations.apps:
        domain = domains[app.name.base]
        hostname = config.hostname if isinstance(config, ProdAppConfig) else None
        if hostname and hostname != domain and hostname.partition(".")[2] != domain:
            message = f"{hostname} is not covered by the base's certificate: use {domain} or one label below it"
            yield app.problem(("hostname",), message)


def certificates_can_be_issued(declarations: Declarations) -> Iterator[Problem]:
    """A base's own certificate has its domain as the common name, of at most 64 characters."""
    for base, config in declarations.bases:
        length = len(config.domain)
        if length > LONGEST_COMMON_NAME and not config.certificate_arn:
            message = f"has {length} characters, and ACM issues certificates for at most {LONGEST_COMMON_NAME}"
            yield base.problem(("domain",), f"{message}; use a shorter domain, or name one in certificate_arn")


def certificates_are_of_the_base(declarations: Declarations) -> Iterator[Problem]:
    """A load balancer takes only certificates of its own region and account.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/https-listener-certificates.html
    """
    for base, config in declarations.bases:
        if not config.certificate_arn or not base.account_id:
            continue
        region, account = config.certificate_arn.split(":")[3:5]
        if region != base.region:
            message = f"is in {region}, but the base in {base.region}: name one of its own region, or none"
            yield base.problem(("certificate_arn",), message)
        if account != base.account_id:
            message = f"is of account {account}, but the base of {base.account_id}: name one of its own, or none"
            yield base.problem(("certificate_arn",), message)


def zones_hold_their_domains(declarations: Declarations) -> Iterator[Problem]:
    """A hosted zone is in one account, and all its names end in its own."""
    first: dict[str, tuple[Environment, str]] = {}
    for base, config in declarations.bases:
        other, domain = first.setdefault(config.hosted_zone_id, (base, config.domain))
        if base.account_id and other.account_id and base.account_id != other.account_id:
            message = f"is also the zone of {other.source.path}, in another account; a zone is in one account"
            yield base.problem(("hosted_zone_id",), message)
        if config.domain.split(".")[-2:] != domain.split(".")[-2:]:
            message = f"is also the zone of {domain} ({other.source.path}), which cannot hold {config.domain} too"
            yield base.problem(("hosted_zone_id",), message)
