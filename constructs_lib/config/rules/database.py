"""Rules on the PostgreSQL instance of a base: what RDS would refuse to create."""

from collections.abc import Iterator
from dataclasses import replace

from constructs_lib.config import offers
from constructs_lib.config.environment import BaseConfig, Environment
from constructs_lib.config.errors import Problem, suggestion
from constructs_lib.config.rules.declarations import Declarations

LARGEST_STORAGE_GIB = 65_536
"""Of a PostgreSQL instance with gp3 storage.

https://docs.aws.amazon.com/AmazonRDS/latest/APIReference/API_CreateDBInstance.html, AllocatedStorage
"""

LEAST_GROWTH_PERCENT = 10
"""Storage that grows by itself has a limit that is above its size by at least this.

https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_PIOPS.Autoscaling.html
"""

_STORAGE, _MOST = ("database", "storage_gib"), ("database", "max_storage_gib")
_VERSION, _CLASS = ("database", "engine_version"), ("database", "instance_class")


def storage_can_grow(declarations: Declarations) -> Iterator[Problem]:
    """The size up to which storage grows is at least a tenth above its first size, and one that RDS has."""
    for base, config in declarations.bases:
        size, most = config.database.storage_gib, config.database.max_storage_gib
        least = -(-size * (100 + LEAST_GROWTH_PERCENT) // 100)
        path = _STORAGE if base.says(_STORAGE) else _MOST
        if most < least:
            message = (
                f"{size} GiB may grow to max_storage_gib, {most}; RDS wants {LEAST_GROWTH_PERCENT} % more at least"
            )
            yield base.problem(path, f"{message}: set max_storage_gib to {least} or more, or storage_gib to less")
        elif most > LARGEST_STORAGE_GIB:
            message = f"{size} GiB would grow to {most} GiB, and RDS has at most {LARGEST_STORAGE_GIB}"
            yield base.problem(path, f"{message}; use at most {size * LARGEST_STORAGE_GIB // most}")


def database_versions_exist(declarations: Declarations) -> Iterator[Problem]:
    """RDS has the PostgreSQL version; one that it does not create any more is a warning, since it may run already."""
    known = offers.load()
    for base, config in declarations.bases:
        version = config.database.engine_version
        if version in known.postgres_deprecated:
            message = f"RDS creates no instance with PostgreSQL {version} any more; it has {_versions_like(version)}"
            yield replace(base.problem(_VERSION, message), severity="warning")
        elif version not in known.postgres | known.postgres_majors:
            yield base.problem(_VERSION, f"RDS has no PostgreSQL {version}; it has {_versions_like(version)}")


def instance_classes_exist(declarations: Declarations) -> Iterator[Problem]:
    """RDS has the instance class for PostgreSQL, in the region of the base."""
    for base, config in declarations.bases:
        region = offers.load().regions.get(base.region)
        name = config.database.instance_class
        if region and region.instance_classes and name not in region.instance_classes:
            message = f"RDS has no instance class db.{name} for PostgreSQL in {base.region}"
            yield base.problem(_CLASS, message + _remedy(name, region.instance_classes, base, config))


def _versions_like(version: str) -> str:
    """Return versions that can be created: those of the same major version, or else the major versions."""
    known = offers.load()
    major = version.partition(".")[0]
    versions = {other for other in known.postgres if other.partition(".")[0] == major} or known.postgres_majors
    if major in known.postgres_majors:
        versions |= {major}
    return ", ".join(sorted(versions, key=lambda other: [int(part) for part in other.split(".")]))


def _remedy(name: str, offered: frozenset[str], base: Environment, config: BaseConfig) -> str:
    """Return the end of a message on a class that is not offered."""
    family = sorted(other for other in offered if other.partition(".")[0] == name.partition(".")[0])
    if family:
        return f"; of this family it has {', '.join(family)}"
    hint = suggestion(name, sorted(offered))
    if hint or base.says(_CLASS):
        return hint or "; choose another"
    return f"; {config.database.instance_class} is the default: name another"
