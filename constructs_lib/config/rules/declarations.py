"""What rules look at."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import cast

from constructs_lib.config.build import Account
from constructs_lib.config.environment import ApplicationConfig, BaseConfig, Environment
from constructs_lib.config.model import ServiceConfig
from constructs_lib.config.naming import EnvironmentName


@dataclass(frozen=True, kw_only=True, slots=True)
class Declarations:
    """All declarations of the right shape; `today` is None where no clock may be read.

    `names` are those of all files, of declarations with the wrong shape too; None when only some files were read.
    `accounts` and `environments` are in the order of their claims: of two that collide, a rule finds the second.
    `strict` and `new` are those of `environments.read`.
    """

    accounts: Mapping[str, Account]
    environments: Sequence[Environment]
    names: Collection[EnvironmentName] | None
    today: date | None
    strict: frozenset[EnvironmentName]
    new: frozenset[EnvironmentName] = frozenset()

    @property
    def bases(self) -> Iterator[tuple[Environment, BaseConfig]]:
        """Every base with its configuration."""
        for environment in self.environments:
            if environment.name.is_base:
                yield environment, cast("BaseConfig", environment.config)

    @property
    def apps(self) -> Iterator[tuple[Environment, ApplicationConfig]]:
        """Every app with its configuration, in the order of their claims."""
        for environment in self.environments:
            if environment.base is not None:
                yield environment, cast("ApplicationConfig", environment.config)

    @property
    def services(self) -> Iterator[tuple[Environment, str, ServiceConfig]]:
        """Every service of every app, with its name."""
        for app, config in self.apps:
            for name, service in config.services.items():
                yield app, name, service

    @property
    def by_name(self) -> Mapping[EnvironmentName, Environment]:
        """Every base and app by its name."""
        return {environment.name: environment for environment in self.environments}

    def by_base(self) -> dict[EnvironmentName, list[tuple[Environment, ApplicationConfig]]]:
        """Return the apps of each base that has any."""
        apps: dict[EnvironmentName, list[tuple[Environment, ApplicationConfig]]] = {}
        for app, config in self.apps:
            apps.setdefault(app.name.base, []).append((app, config))
        return apps
