"""Rules on mail."""

from collections.abc import Iterator, Mapping
from email.utils import parseaddr
from typing import cast

from constructs_lib.config import references
from constructs_lib.config.contract import DEFAULT_SENDER
from constructs_lib.config.environment import AccountRegion, ApplicationConfig, BaseConfig, Environment
from constructs_lib.config.errors import Problem
from constructs_lib.config.model import ProdAppConfig
from constructs_lib.config.references import Reference
from constructs_lib.config.routing import host
from constructs_lib.config.rules.declarations import Declarations
from constructs_lib.config.source import FieldPath

_SENDERS = frozenset({DEFAULT_SENDER, "SERVER_EMAIL"})
"""Django's settings that hold the address of a sender.

https://docs.djangoproject.com/en/stable/ref/settings/#email
"""

_PREFIX = "DJANGO_"
"""What cookiecutter-django puts before the names of settings."""


def mail_identities_are_unique(declarations: Declarations) -> Iterator[Problem]:
    """An account has one identity for a domain in a region.

    https://docs.aws.amazon.com/ses/latest/dg/creating-identities.html
    """
    first: dict[tuple[AccountRegion, str], Environment] = {}
    for base, config in declarations.bases:
        if not config.mail:
            continue
        other = first.setdefault((base.place, config.domain), base)
        if other is not base:
            message = f"{other.source.path} makes {config.domain} an identity of SES in this account and region already"
            yield base.problem(("mail",), f"{message}; remove `mail` here, or use a domain of its own")


def senders_are_of_the_domain(declarations: Declarations) -> Iterator[Problem]:
    """An app on a base with `mail` sends from that base's domain; another sender is a warning.

    SES refuses it, and so does the permission to send. The application may send by other means.
    """
    for app, config in declarations.apps:
        base = cast("BaseConfig", cast("Environment", app.base).config)
        if not base.mail:
            continue
        hostname = config.hostname if isinstance(config, ProdAppConfig) else None
        known = {"domain": base.domain, "host": host(app.name, base.domain, hostname)}
        for path, value in _senders(config):
            domain = parseaddr(_text(value, known))[1].rpartition("@")[2].lower()
            if domain and "{" not in domain and domain != base.domain:
                message = f"SES sends no mail from {domain}, only from addresses at {base.domain}, the base's domain"
                yield app.problem(path, f"{message}; use one, or leave it out", "warning")


def _senders(config: ApplicationConfig) -> Iterator[tuple[FieldPath, str]]:
    places: list[tuple[FieldPath, Mapping[str, str]]] = [(("environment",), config.environment)]
    places += [(("services", name, "environment"), one.environment) for name, one in config.services.items()]
    for path, variables in places:
        for name, value in variables.items():
            if name.removeprefix(_PREFIX) in _SENDERS:
                yield (*path, name), value


def _text(value: str, known: Mapping[str, str]) -> str:
    """Return a value with known references in their place; another one stays as it is written."""
    return "".join(
        known.get(part.name, f"{{{part.name}}}") if isinstance(part, Reference) else part
        for part in references.parse(value)
    )
