"""What declarations refer to and do not make themselves: images, secrets, hosted zones, certificates."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

from constructs_lib.config.model import AdHocBaseConfig, AppConfig, ProdAppConfig, ProdBaseConfig
from constructs_lib.config.routing import host

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from constructs_lib.config.environments import AccountRegion, BaseConfig, Environment
    from constructs_lib.config.model import Architecture
    from constructs_lib.config.naming import EnvironmentName


class Image(NamedTuple):
    """An image in ECR. `version` is a tag, or a digest that begins with `sha256:`."""

    where: AccountRegion
    repository: str
    version: str
    architecture: Architecture

    def __str__(self) -> str:
        return f"{self.repository}{'@' if self.version.startswith('sha256:') else ':'}{self.version}"


class Secret(NamedTuple):
    """A secret in Secrets Manager. `key` is empty where the whole secret is meant, else a key of the JSON in it."""

    where: AccountRegion
    name: str
    key: str

    def __str__(self) -> str:
        return f"{self.name}:{self.key}" if self.key else self.name


class HostedZone(NamedTuple):
    """A hosted zone in Route 53 and a domain that it has to hold."""

    where: AccountRegion
    zone_id: str
    domain: str

    def __str__(self) -> str:
        return f"{self.zone_id} ({self.domain})"


class Certificate(NamedTuple):
    """A certificate in ACM and a host name that it has to cover, with `*` for any label."""

    where: AccountRegion
    arn: str
    host: str

    def __str__(self) -> str:
        return f"{self.arn.rpartition('/')[2]} ({self.host})"


Reference = Image | Secret | HostedZone | Certificate


def collect(environments: Iterable[Environment]) -> Mapping[Reference, list[EnvironmentName]]:
    """Return everything that `environments` refer to, in their order, with those that do."""
    references: defaultdict[Reference, list[EnvironmentName]] = defaultdict(list)
    for environment in environments:
        for reference in dict.fromkeys(_references(environment)):
            references[reference].append(environment.name)
    return references


def _references(environment: Environment) -> Iterator[Reference]:
    where = environment.place
    base = (environment.base or environment).config
    if not isinstance(base, AdHocBaseConfig | ProdBaseConfig):
        return  # an account refers to nothing
    yield HostedZone(where, base.hosted_zone_id, base.domain)
    if base.certificate_arn:
        for name in _hosts(environment, base):
            yield Certificate(where, base.certificate_arn, name)
    if isinstance(environment.config, AppConfig):
        yield from _of_application(where, environment.config)


def _hosts(environment: Environment, base: BaseConfig) -> Iterator[str]:
    """Yield the host names at which an environment answers; those of a base for ad hoc ones are not known yet."""
    config = environment.config
    if isinstance(config, AppConfig):
        yield host(environment.name, base.domain, config.hostname if isinstance(config, ProdAppConfig) else None)
    elif isinstance(config, AdHocBaseConfig):
        yield f"*.{base.domain}"


def _of_application(where: AccountRegion, config: AppConfig) -> Iterator[Reference]:
    for service in config.services.values():
        yield Image(where, service.repository or config.repository, config.image, config.architecture)
    if config.release_command:
        yield Image(where, config.repository, config.image, config.architecture)
    for reference in config.secrets.values():
        name, _, key = reference.partition(":")
        yield Secret(where, name, key)
