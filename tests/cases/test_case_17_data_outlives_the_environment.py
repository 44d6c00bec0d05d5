"""Destroyed means gone: an environment that is declared again finds nothing of the one before in any store."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

import pytest

from constructs_lib.config.environments import parse_name
from local_aws.data.postgres import PLAIN_PORT
from tests.cases.worlds import TAG, world_of_legacy

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from tests.environments.world import Environment, World

NAME = "dev/residue"
MARK = "left-by-the-first"
OBJECTS = [f"{MARK}.txt", f"residue/media/{MARK}.txt", f"residue/{MARK}/ä ö.txt"]
MANY = 1100
"""Objects: more than S3 lists or deletes at once."""

LEAVE = """\
import json, os, sys
import boto3, redis
mark, many, objects = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
print(mark)
bucket = os.environ["S3_BUCKET_NAME"]
for key in [*objects, *(f"many/{number}" for number in range(many))]:
    boto3.client("s3").put_object(Bucket=bucket, Key=key, Body=mark.encode())
for number in (0, 1, 2, 15):
    database = redis.Redis(host=os.environ["REDIS_SERVICE_HOST"], db=number)
    database.set(f"session:{mark}", mark)
    database.lpush("unread", mark)
"""
LOOK = """\
import json, os
import boto3, redis
keys = [key.decode() for number in range(16)
        for key in redis.Redis(host=os.environ["REDIS_SERVICE_HOST"], db=number).keys()]
pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=os.environ["S3_BUCKET_NAME"])
found = [one["Key"] for page in pages for one in page.get("Contents", [])]
print("look:", json.dumps({"keys": keys, "objects": found}))
"""
ENQUEUE_UNREAD = """\
from tasks import app, who
print("queued:", who.apply_async(queue="unread").id)
"""


class Stores(NamedTuple):
    """What an account keeps that could belong to an environment, by the names of its stores."""

    buckets: set[str]
    secrets: set[str]
    log_groups: set[str]
    clusters: set[str]
    names: set[str]
    tables: set[str]
    databases: set[str]
    roles: set[str]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev") as made:
        yield made


def look_around(world: World, neighbour: Environment) -> Stores:
    """Return what there is in every store, databases as the neighbour on the same instance sees them."""
    clusters = world.client("ecs").list_clusters()["clusterArns"]
    return Stores(
        buckets={one["Name"] for one in world.client("s3").list_buckets()["Buckets"]},
        secrets={one["Name"] for one in world.client("secretsmanager").list_secrets()["SecretList"]},
        log_groups={one["logGroupName"] for one in world.client("logs").describe_log_groups()["logGroups"]},
        clusters={arn.rpartition("/")[2] for arn in clusters},
        names={one["Name"] for one in world.client("servicediscovery").list_services()["Services"]},
        tables=set(neighbour.rows("SELECT relname FROM pg_class WHERE relname = 'residue'")),
        databases=set(neighbour.rows("SELECT datname FROM pg_database")),
        roles=set(neighbour.rows("SELECT rolname FROM pg_roles")),
    )


def looked(environment: Environment) -> dict[str, Any]:
    done = environment.run("python", "-c", LOOK)
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = (line for line in done.stdout.splitlines() if "look: " in line)
    found: dict[str, Any] = json.loads(line.partition("look: ")[2])
    return found


def test_new_environment_of_the_name_finds_nothing_of_the_old_one_in_any_store(world: World) -> None:
    neighbour = world.declare("dev/neighbour", image=TAG, settings_module="settings", services={"worker": None})
    first = world.declare(NAME, image=TAG, settings_module="settings", services={"worker": None})
    world.deploy(neighbour.name)
    without = look_around(world, neighbour)
    world.deploy(first.name)
    before = first.variables()
    left = first.run("python", "-c", LEAVE, MARK, str(MANY), json.dumps(OBJECTS))
    assert left.returncode == 0, left.stdout + left.stderr
    assert "queued:" in first.run("python", "-c", ENQUEUE_UNREAD).stdout
    first.rows(f"CREATE TABLE residue (text text); INSERT INTO residue VALUES ('{MARK}')")  # noqa: S608 # our own text
    there = looked(first)
    assert set(OBJECTS) <= set(there["objects"])
    assert {f"session:{MARK}", "unread"} <= set(there["keys"])

    destroyed = world.gitops("destroy", first.name, "--yes")

    assert destroyed.returncode == 0, destroyed.stdout + destroyed.stderr
    after_it = look_around(world, neighbour)
    assert after_it._replace(log_groups=without.log_groups) == without
    # What tasks have logged can be read for a day: docs/adr/0014.
    logs = world.client("logs").describe_log_groups()["logGroups"]
    days = {one["logGroupName"]: one["retentionInDays"] for one in logs}
    of_the_first = days.keys() - without.log_groups
    assert {name.rsplit("-", 2)[0] for name in of_the_first} == {"dev-residue"}
    assert {days[name] for name in of_the_first} == {1}
    assert first.logged("cache")

    second = world.declare(NAME, owner="hubot", image=TAG, settings_module="settings", services={"worker": None})
    world.deploy(second.name)

    found = looked(second)
    assert found["objects"] == []
    assert found["keys"] == []
    assert second.rows("SELECT relname FROM pg_class WHERE relname = 'residue'") == []
    assert not any(MARK in line for line in second.logged())
    after = second.variables()
    for variable in ("SECRET_KEY", "POSTGRES_PASSWORD", "S3_BUCKET_NAME", "DB_SECRET_NAME"):
        assert after[variable] != before[variable]
    # What stays the same is made of the name alone.
    assert after["POSTGRES_NAME"] == before["POSTGRES_NAME"] == parse_name(NAME).database
    old = second.psql("SELECT 1", PGPASSWORD=before["POSTGRES_PASSWORD"], PGPORT=str(PLAIN_PORT))
    assert "password authentication failed" in old.stderr


@pytest.mark.denied("s3:PutObject")
def test_role_of_one_reaches_nothing_in_the_bucket_of_the_other(world: World) -> None:
    one = world.declare("dev/one", image=TAG, settings_module="settings", services={"worker": None})
    two = world.declare("dev/two", image=TAG, settings_module="settings", services={"worker": None})
    world.deploy(one.name, two.name)
    mine, theirs = one.variables()["S3_BUCKET_NAME"], two.variables()["S3_BUCKET_NAME"]

    assert mine != theirs
    for bucket, allowed in ((mine, True), (theirs, False)):
        code = f"import boto3; boto3.client('s3').put_object(Bucket={bucket!r}, Key='root.txt', Body=b'x')"
        done = one.run("python", "-c", code)
        assert (done.returncode == 0) is allowed, done.stdout + done.stderr
