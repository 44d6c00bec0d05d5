"""What to give the environment variables that an application's settings read by names of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from constructs_lib.config.contract import SECRETS, VARIABLES, mail_sender
from gitops.init.process_files import Written
from gitops.init.variable_reads import read

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from gitops.init.python_source import PythonSource
    from gitops.init.variable_reads import Variable

_SERVER = "(POSTGRES|POSTGRESQL|DATABASE|DB|SQL|RDS)"
_VALUES: Mapping[str, str] = {
    f"{_SERVER}_(URL|URI)": "{database.url}",
    f"{_SERVER}_?(HOST|HOSTNAME|SERVER)|PGHOST": "{database.host}",
    f"{_SERVER}_?PORT|PGPORT": "{database.port}",
    f"{_SERVER}_?(NAME|DB|DATABASE|DB_NAME)|PGDATABASE": "{database.name}",
    f"{_SERVER}_?(USER|USERNAME)|PGUSER": "{database.username}",
    f"{_SERVER}_?(PASSWORD|PASS)|PGPASSWORD": "{database.password}",
    "(REDIS|CACHE|BROKER|CELERY_BROKER|CELERY_RESULT_BACKEND|CHANNEL_REDIS)_URL|CELERY_RESULT_BACKEND": "{cache.url}",
    "SECRET_KEY": "{secret_key}",
    # The load balancer forwards requests for the environment's host alone; it asks for health by the task's address.
    "ALLOWED_HOSTS": "*",
    "CSRF_TRUSTED_ORIGINS": "{url}",
    # The load balancer does it, and would not follow one of the health check.
    "SECURE_SSL_REDIRECT": "False",
    "DEFAULT_FROM_EMAIL": mail_sender("{domain}"),
    "AWS_(STORAGE|S3)_BUCKET(_NAME)?": "{bucket.name}",
    "AWS_S3_REGION_NAME": "{bucket.region}",
    # Without keys, clients of AWS take the role of the task.
    "DJANGO_AWS_(S3_)?(ACCESS_KEY_ID|SECRET_ACCESS_KEY)": "",
}
"""Values by the names that projects commonly give to variables, as regular expressions."""

_VALUES_WITHOUT_A_DEFAULT: Mapping[str, str] = {"ADMIN_URL": "admin/"}
"""Values for variables that have to be there, and whose default is as good."""

_ENGINE = "django.db.backends.postgresql"

_OFF: Mapping[str, str] = {"int": "0", "float": "0", "bool": ""}
"""What turns a variable off whose text is converted at once: `bool("False")` is True."""


@dataclass(frozen=True, slots=True)
class Environment:
    """Values for variables, and the variables for which there is none.

    Without a `missing` one the settings fail, and without an `uncertain` one in a branch of theirs. An `unset` one is
    None.
    """

    values: Mapping[str, Written] = field(default_factory=dict)
    missing: tuple[Variable, ...] = ()
    uncertain: tuple[Variable, ...] = ()
    unset: tuple[Variable, ...] = ()


def environment(source: PythonSource, settings: str) -> Environment:
    """Return values for what the settings module reads, or another module that it imports everything of.

    Variables that every container gets anyway are left out.
    """
    values: dict[str, Written] = {}
    unknown: list[Variable] = []
    for variable in read(source, settings):
        if variable.name in VARIABLES | SECRETS:
            continue
        value = _value(variable, settings)
        if value is None:
            unknown.append(variable)
        else:
            values[variable.name] = Written(value, variable.place)
    needed = [variable for variable in unknown if not variable.has_default]
    return Environment(
        values,
        missing=tuple(variable for variable in needed if not variable.is_conditional),
        uncertain=tuple(variable for variable in needed if variable.is_conditional),
        unset=tuple(variable for variable in unknown if variable.is_optional),
    )


def debug_variable(variables: Iterable[Variable], settings: str) -> Variable | None:
    """Return the variable that turns Django's DEBUG on or off, by its name."""
    return next((variable for variable in variables if "DEBUG" in _names(variable, settings)), None)


def _value(variable: Variable, settings: str) -> str | None:
    names = _names(variable, settings)
    values = _VALUES if variable.has_default else {**_VALUES, **_VALUES_WITHOUT_A_DEFAULT}
    for pattern, value in values.items():
        if any(re.fullmatch(pattern, name) for name in names):
            return value
    if chosen := _postgresql(variable, names):
        return chosen
    if "DEBUG" in names and (variable.is_on or not variable.has_default):
        return _OFF.get(variable.conversion, "False")
    return None


def _postgresql(variable: Variable, names: set[str]) -> str | None:
    """Return what chooses PostgreSQL where settings know several database servers."""
    if chosen := [choice for choice in variable.choices if choice.startswith("postgres")]:
        return chosen[0]
    if not any(re.fullmatch(f"{_SERVER}_?(ENGINE|BACKEND)", name) for name in names) or variable.is_optional:
        return None
    # Some settings have the whole name of the module, others put `django.db.backends.` before it.
    return "postgresql" if isinstance(variable.default, str) and "." not in variable.default else _ENGINE


def _names(variable: Variable, settings: str) -> set[str]:
    """Return a variable's name, and what follows a prefix such as `DJANGO_` or the name of the project in it."""
    project = settings.partition(".")[0].upper()
    return {variable.name, *(variable.name.removeprefix(f"{prefix}_") for prefix in ("DJANGO", project))}
