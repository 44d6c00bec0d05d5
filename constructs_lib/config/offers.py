"""What AWS offers in each region: instance classes, node types, processors, PostgreSQL versions.

The file is made from data of the pinned cfn-lint and botocore, and from the price file, by `make bless`. What none of
them knows of a region is not judged.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("offers.json")


@dataclass(frozen=True, kw_only=True, slots=True)
class RegionOffers:
    """What one region has. A set is empty where that is not known.

    `instance_classes` are those of RDS for PostgreSQL without `db.`, `node_types` those of ElastiCache, `processors`
    those that Fargate has there, as declarations call them.
    """

    instance_classes: frozenset[str]
    node_types: frozenset[str]
    processors: frozenset[str]


@dataclass(frozen=True, kw_only=True, slots=True)
class Offers:
    """All regions by name, and the PostgreSQL versions of RDS: those it still creates, and those it only runs."""

    regions: Mapping[str, RegionOffers]
    postgres: frozenset[str]
    postgres_deprecated: frozenset[str]

    @property
    def postgres_majors(self) -> frozenset[str]:
        """The major versions of which RDS creates a minor one."""
        return frozenset(version.partition(".")[0] for version in self.postgres)


@cache
def load() -> Offers:
    """Return the content of the file."""
    document = json.loads(FILE.read_text(encoding="utf-8"))
    return Offers(
        regions={
            name: RegionOffers(
                instance_classes=frozenset(region["instance_classes"].split()),
                node_types=frozenset(region["node_types"].split()),
                processors=frozenset(region["processors"].split()),
            )
            for name, region in document["regions"].items()
        },
        postgres=frozenset(document["postgres"].split()),
        postgres_deprecated=frozenset(document["postgres_deprecated"].split()),
    )
