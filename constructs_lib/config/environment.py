"""One declaration, checked and resolved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from constructs_lib.config.errors import Problem, Severity
from constructs_lib.config.model import (
    AccountConfig,
    AdHocAppConfig,
    AdHocBaseConfig,
    ProdAppConfig,
    ProdBaseConfig,
)
from constructs_lib.config.naming import EnvironmentName
from constructs_lib.config.source import FieldPath, Source

BaseConfig = AdHocBaseConfig | ProdBaseConfig
ApplicationConfig = AdHocAppConfig | ProdAppConfig

APP_DEFAULTS = "app_defaults"
"""The field of a base below which the defaults of its apps stand."""


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

    def says(self, field_path: FieldPath) -> bool:
        """Return whether a field is written, in the declaration or among its base's defaults."""
        return any(source.find(path) is not None for source, path in self._written(field_path))

    def problem(self, field_path: FieldPath, message: str, severity: Severity = "error") -> Problem:
        """Return a problem at the place where a field is written: in the declaration, or else in its base."""
        source, path = max(self._written(field_path), key=lambda place: place[0].depth(place[1]) - len(place[1]))
        return replace(source.problem(path, message), severity=severity)

    def _written(self, field_path: FieldPath) -> Iterable[tuple[Source, FieldPath]]:
        yield self.source, field_path
        if self.base:
            yield self.base.source, (APP_DEFAULTS, *field_path)
