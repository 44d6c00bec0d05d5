"""One declaration, checked and resolved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from constructs_lib.config import awake_hours
from constructs_lib.config.errors import Problem, Severity
from constructs_lib.config.model import (
    AccountConfig,
    AdHocAppConfig,
    AdHocBaseConfig,
    LockConfig,
    ProdAppConfig,
    ProdBaseConfig,
    is_production_kind,
)
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.config.source import FieldPath, Source

BaseConfig = AdHocBaseConfig | ProdBaseConfig
ApplicationConfig = AdHocAppConfig | ProdAppConfig

APP_DEFAULTS = "app_defaults"
"""The field of a base below which the defaults of its apps stand."""


class AccountRegion(NamedTuple):
    """An AWS account and one of its regions: what the CDK calls an environment."""

    account: str
    region: str

    def __str__(self) -> str:
        """Return the CDK's notation, `aws://111111111111/us-east-1`."""
        return f"aws://{self.account}/{self.region}"


@dataclass(frozen=True, kw_only=True, slots=True)
class Environment:
    """One deployable declaration, resolved: where it goes, what it stands on, what it is."""

    name: EnvironmentName
    kind: str
    config: AccountConfig | BaseConfig | ApplicationConfig
    account_id: str
    region: str
    base: "Environment | None"
    source: Source

    @property
    def is_production(self) -> bool:
        """Whether it is production, by its kind."""
        return is_production_kind(self.kind)

    @property
    def account(self) -> str:
        """Name of the account that it is in: `main` for accounts/main.yaml."""
        config = (self.base or self).config
        return config.account if isinstance(config, AdHocBaseConfig | ProdBaseConfig) else self.name.file

    @property
    def place(self) -> AccountRegion:
        """The account and region that it is declared in."""
        return AccountRegion(self.account_id, self.region)

    @property
    def lock(self) -> LockConfig | None:
        """Its lock; an account has none."""
        return None if isinstance(self.config, AccountConfig) else self.config.lock

    @property
    def cache_takes_tls(self) -> bool:
        """Whether its cache takes TLS, a user and a password: that of a production app, unless its base says no."""
        return bool(self.base and isinstance(self.base.config, ProdBaseConfig) and self.base.config.cache.tls)

    @property
    def awake_share(self) -> float:
        """The share of the time, from 0 to 1, for which its schedule lets its services run."""
        schedule = self.config.schedule if isinstance(self.config, AdHocAppConfig) else None
        return awake_hours.parse(schedule.awake).share if schedule else 1

    def says(self, field_path: FieldPath) -> bool:
        """Return whether a field is written, in the declaration or among its base's defaults, and not removed."""
        for length in range(1, len(field_path) + 1):
            node = self.source.find(field_path[:length])
            if node is not None and node.value is None:
                return False
        return any(source.find(path) is not None for source, path in self._written(field_path))

    def problem(
        self,
        field_path: FieldPath,
        message: str,
        severity: Severity = "error",
        *,
        about: EnvironmentName | None = None,
    ) -> Problem:
        """Return a problem at the place where a field is written: in the declaration, or else in its base.

        `about` is the declaration that it stops, if that is not this one.
        """
        source, path = max(self._written(field_path), key=lambda place: place[0].depth(place[1]) - len(place[1]))
        return replace(source.problem(path, message), severity=severity, about=about or self.name)

    def _written(self, field_path: FieldPath) -> Iterable[tuple[Source, FieldPath]]:
        yield self.source, field_path
        if self.base:
            yield self.base.source, (APP_DEFAULTS, *field_path)
