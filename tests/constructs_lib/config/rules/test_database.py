"""What RDS and ElastiCache would refuse of a base."""

from collections.abc import Callable
from pathlib import Path

import pytest

from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError
from constructs_lib.config.rules.database import LARGEST_STORAGE_GIB
from constructs_lib.config.schema import schema

Write = Callable[..., Path]

PROD = """\
kind: prod-base
account: main
domain: example.com
hosted_zone_id: Z9876543210ZYXWVUTSRQ
network: {cidr: 10.40.0.0/16}
"""


def base(write: Write, lines: str, *, prod: bool = False) -> Path:
    """Write a base alone with more lines, which begin at line 7 of an ad hoc base and at line 6 of production."""
    first = PROD if prod else "\n".join((write() / "dev/base.yaml").read_text().splitlines()[:6]) + "\n"
    other = {"dev/base.yaml": None, "dev/alpha.yaml": None} if prod else {"dev/alpha.yaml": None}
    folder = write()
    for path in other:
        (folder / path).unlink(missing_ok=True)
    return write({**other, "prod/base.yaml" if prod else "dev/base.yaml": first + lines})


def refusal(folder: Path) -> str:
    with pytest.raises(DeclarationError) as error:
        load(folder)
    (message,) = str(error.value).splitlines()
    return message


@pytest.mark.parametrize(
    ("storage", "where"),
    [
        ("storage_gib: 600", "6:25: database.storage_gib: 600 GiB may grow to max_storage_gib, 500"),
        ("storage_gib: 455", "6:25: database.storage_gib: 455 GiB"),
        ("storage_gib: 100, max_storage_gib: 109", "6:25: database.storage_gib: 100 GiB"),
        ("storage_gib: 105, max_storage_gib: 115", "6:25: database.storage_gib: 105 GiB"),
        ("max_storage_gib: 100", "6:29: database.max_storage_gib: 100 GiB may grow to max_storage_gib, 100"),
    ],
)
def test_storage_has_to_have_room_to_grow(storage: str, where: str, write: Write) -> None:
    message = refusal(base(write, f"database: {{{storage}}}\n", prod=True))

    assert message.startswith(f"environments/prod/base.yaml:{where}")
    assert "RDS wants 10 % more at least: set max_storage_gib to" in message


@pytest.mark.parametrize(
    "storage",
    ["storage_gib: 454", "storage_gib: 100, max_storage_gib: 110", "storage_gib: 105, max_storage_gib: 116"],
)
def test_a_tenth_is_enough(storage: str, write: Write) -> None:
    assert load(base(write, f"database: {{{storage}}}\n", prod=True))


def test_the_schema_lets_no_storage_grow_beyond_the_largest_of_rds() -> None:
    parts = schema()["$defs"]
    most = parts["prodBase"]["properties"]["database"]["properties"]["max_storage_gib"]["maximum"]

    assert parts["adHocStorageGib"]["maximum"] * 2 == most == LARGEST_STORAGE_GIB
    assert parts["storageGib"]["maximum"] * 11 <= most * 10 < (parts["storageGib"]["maximum"] + 1) * 11


def test_storage_of_an_ad_hoc_base_is_limited_to_half_of_what_rds_has(write: Write) -> None:
    assert load(base(write, "database: {storage_gib: 32768}\n"))
    assert "at most 32768, not 32769" in refusal(base(write, "database: {storage_gib: 32769}\n"))


@pytest.mark.parametrize("version", ["17", "18", "17.5"])
def test_versions_that_rds_creates_are_good(version: str, write: Write) -> None:
    assert load(base(write, f'database: {{engine_version: "{version}"}}\n')).warnings == ()


@pytest.mark.parametrize("version", ["17.99", "19", "99", "17.0"])
def test_other_versions_are_refused_with_those_there_are(version: str, write: Write) -> None:
    message = refusal(base(write, f'database: {{engine_version: "{version}"}}\n'))

    assert message.startswith(
        f"environments/dev/base.yaml:7:28: database.engine_version: RDS has no PostgreSQL {version}; it has "
    )
    assert ", 17" in message or "has 17, 17.5" in message


def test_a_version_that_may_run_and_cannot_be_created_is_a_warning(write: Write) -> None:
    (warning,) = load(base(write, 'database: {engine_version: "16.3"}\n')).warnings

    assert "warning: database.engine_version: RDS creates no instance with PostgreSQL 16.3 any more; " in str(warning)


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("t4g.mikro", "; of this family it has t4g."),
        ("m7g.medium", "; of this family it has m7g."),
        ("t2.micro", "; did you mean t"),
        ("banana.large", ""),
    ],
)
def test_an_instance_class_that_does_not_exist_is_refused(name: str, remedy: str, write: Write) -> None:
    message = refusal(base(write, f"database: {{instance_class: {name}}}\n"))

    assert f"7:28: database.instance_class: RDS has no instance class db.{name} for PostgreSQL in us-east-1" in message
    assert remedy in message


def test_classes_depend_on_the_region_of_the_base(write: Write) -> None:
    database = "database: {instance_class: m9g.large}\n"

    assert load(base(write, database))
    assert "in af-south-1" in refusal(base(write, f"{database}region: af-south-1\n"))


@pytest.mark.parametrize("name", ["cache.t4g.mikro", "cache.t1.micro", "cache.m9z.large"])
def test_a_node_type_that_does_not_exist_is_refused(name: str, write: Write) -> None:
    message = refusal(base(write, f"cache: {{node_type: {name}}}\n", prod=True))

    assert f"6:20: cache.node_type: ElastiCache has no node type {name} in us-east-1; " in message
