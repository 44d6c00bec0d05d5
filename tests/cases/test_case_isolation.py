"""Nothing crosses: two environments on one base and production run one application, and every store is looked at.

Each leaves a mark of its own in every store, from inside its tasks. Then each looks at all that it finds there, and
tries the stores of the others, whose names and hosts it is told.
"""

from __future__ import annotations

import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest

from constructs_lib.config.environments import parse_name
from constructs_lib.config.naming import PUBLISHED_VALUES
from local_aws.data.postgres import PLAIN_PORT
from tests.cases.inside import answers, printed
from tests.cases.worlds import LEGACY, TAG, image, production, world_of_legacy
from tests.environments.world import Environment

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from tests.environments.world import World

Found = dict[str, Any]

NAMES = ("dev/one", "dev/two", "prod/app")
ON_ONE_BASE = NAMES[:2]
TASKS = 5
CACHE_PORT = 6379
POSTGRES_PORT = 5432
DATABASES = 16
"""Logical databases that an application can name in any Valkey."""

CACHE_BY_URL = """\
CELERY_BROKER_URL = CELERY_RESULT_BACKEND = os.environ["REDIS_URL"]
"""
"""What production asks of the application: its cache takes TLS, a user and a password, which the host alone lacks."""

LEAVE = """\
import os, sys
from urllib.parse import urlsplit
import boto3, psycopg, redis
import settings
mark, databases = sys.argv[1], int(sys.argv[2])
print(mark)
boto3.client("s3").put_object(Bucket=os.environ["S3_BUCKET_NAME"], Key=f"media/{mark}.txt", Body=mark.encode())
for number in range(databases):
    url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}").geturl()
    redis.Redis.from_url(url).set(f"session:{mark}", mark)
with psycopg.connect(
    host=os.environ["POSTGRES_SERVICE_HOST"], dbname=os.environ["POSTGRES_NAME"],
    user=os.environ["POSTGRES_USERNAME"], password=settings.PASSWORD,
) as connection:
    connection.execute(f'CREATE TABLE "{mark}" (mark text)')
"""
LOOK = """\
import json, os, sys
from urllib.parse import urlsplit
import boto3, psycopg, redis
import settings
keys = {}
for number in range(int(sys.argv[1])):
    url = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{number}").geturl()
    keys[number] = sorted(key.decode() for key in redis.Redis.from_url(url).keys())
pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=os.environ["S3_BUCKET_NAME"])
with psycopg.connect(
    host=os.environ["POSTGRES_SERVICE_HOST"], dbname=os.environ["POSTGRES_NAME"],
    user=os.environ["POSTGRES_USERNAME"], password=settings.PASSWORD,
) as connection:
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    open = connection.execute(
        "SELECT datname FROM pg_database WHERE datname LIKE 'app%' AND has_database_privilege(datname, 'CONNECT')"
    ).fetchall()
print("found:", json.dumps({
    "keys": keys,
    "objects": [one["Key"] for page in pages for one in page.get("Contents", [])],
    "tables": [name for name, in tables],
    "databases": [name for name, in open],
}))
"""


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev", "prod") as made:
        # The application, but for the lines that build URLs of REDIS_SERVICE_HOST.
        others = [line for line in (LEGACY / "settings.py").read_text().splitlines() if "HOST" not in line]
        made.image("by-url", image(made, settings="\n".join([*others, CACHE_BY_URL])))
        yield made


@pytest.fixture(scope="module")
def environments(world: World) -> Mapping[str, Environment]:
    """The three, deployed, by their marks: each has left its own in every store."""
    for name in ON_ONE_BASE:
        world.declare(name, image=TAG, settings_module="settings")
    production(world, NAMES[2], image="by-url", settings_module="settings")
    world.deploy(*NAMES)
    made = {f"mark-of-{name.replace('/', '-')}": Environment(world, name) for name in NAMES}
    for mark, environment in made.items():
        printed(environment, mark, LEAVE, mark, str(DATABASES))
    return made


def look(environment: Environment) -> Found:
    found: Found = json.loads(printed(environment, "found:", LOOK, str(DATABASES)))
    return found


def owned(environment: Environment, kind: str) -> set[str]:
    """Return the physical ids of the resources of a type in the stack of the environment."""
    client = environment.world.client("cloudformation")
    resources = client.describe_stack_resources(StackName=parse_name(environment.name).stack)["StackResources"]
    return {one["PhysicalResourceId"] for one in resources if one["ResourceType"] == kind}


def test_workers_do_the_tasks_of_their_own_environment_and_no_others(environments: Mapping[str, Environment]) -> None:
    for environment in environments.values():
        asked = environment.run("python", "enqueue.py", str(TASKS))
        assert asked.returncode == 0, asked.stdout + asked.stderr
        (line,) = (line for line in asked.stdout.splitlines() if "done by: " in line)
        own = parse_name(environment.name).file
        assert json.loads(line.partition("done by: ")[2]) == [own] * TASKS
    for environment in environments.values():
        received = [line for line in environment.logged("worker") if "legacy.who" in line and "received" in line]
        assert len(received) == TASKS


def test_each_finds_what_it_has_left_itself_and_nothing_of_the_others(
    environments: Mapping[str, Environment],
) -> None:
    keys: list[set[str]] = []
    for mark, environment in environments.items():
        found = look(environment)

        assert found["objects"] == [f"media/{mark}.txt"]
        assert found["tables"] == [mark]
        assert found["databases"] == [parse_name(environment.name).database]
        assert len(found["keys"]) == DATABASES
        for in_database in found["keys"].values():
            assert [key for key in in_database if key.startswith("session:")] == [f"session:{mark}"]
        results = {key for in_database in found["keys"].values() for key in in_database if "celery-task-meta" in key}
        keys.append(results)
    for one, other in itertools.combinations(keys, 2):
        assert one.isdisjoint(other)


def test_logs_of_each_have_its_own_mark_alone(environments: Mapping[str, Environment]) -> None:
    for environment in environments.values():
        client = environment.world.client("logs")
        messages = [
            event["message"]
            for group in owned(environment, "AWS::Logs::LogGroup")
            for event in client.filter_log_events(logGroupName=group)["events"]
        ]
        assert messages
        for mark, other in environments.items():
            assert any(mark in message for message in messages) is (other is environment)


def test_no_two_have_a_secret_bucket_log_group_role_or_cluster_in_common(
    world: World, environments: Mapping[str, Environment]
) -> None:
    variables = [environment.variables() for environment in environments.values()]
    for name in ("DB_SECRET_NAME", "POSTGRES_PASSWORD", "REDIS_URL", "S3_BUCKET_NAME", "SECRET_KEY"):
        assert len({one[name] for one in variables}) == len(NAMES), name
    for kind in ("SecretsManager::Secret", "S3::Bucket", "Logs::LogGroup", "IAM::Role", "ECS::Cluster"):
        ids = [owned(environment, f"AWS::{kind}") for environment in environments.values()]
        assert all(ids), kind
        assert all(one.isdisjoint(other) for one, other in itertools.combinations(ids, 2)), kind
    # Applications have no parameters: all that there are, bases publish.
    parameters = [
        one["Name"]
        for page in world.client("ssm").get_paginator("describe_parameters").paginate()
        for one in page["Parameters"]
        if not one["Name"].startswith("/cdk-bootstrap/")
    ]
    assert parameters
    assert all(
        name.startswith((f"{PUBLISHED_VALUES}dev/base/", f"{PUBLISHED_VALUES}prod/base/")) for name in parameters
    )


@pytest.mark.denied(
    "logs:FilterLogEvents",
    "s3:GetObject",
    "s3:ListBucket",
    "s3:PutObject",
    "secretsmanager:GetSecretValue",
    "ssm:GetParameter",
)
def test_role_of_each_is_denied_what_belongs_to_the_others(environments: Mapping[str, Environment]) -> None:
    for (_, asking), (mark, other) in itertools.permutations(environments.items(), 2):
        bucket = other.variables()["S3_BUCKET_NAME"]
        folder = parse_name(other.name).folder
        calls = [
            ("s3", "get_object", {"Bucket": bucket, "Key": f"media/{mark}.txt"}),
            ("s3", "list_objects_v2", {"Bucket": bucket}),
            ("s3", "put_object", {"Bucket": bucket, "Key": "from-outside.txt", "Body": "x"}),
            *(
                ("secretsmanager", "get_secret_value", {"SecretId": secret})
                for secret in sorted(owned(other, "AWS::SecretsManager::Secret"))
            ),
            *(
                ("logs", "filter_log_events", {"logGroupName": group})
                for group in sorted(owned(other, "AWS::Logs::LogGroup"))
            ),
            ("ssm", "get_parameter", {"Name": f"{PUBLISHED_VALUES}{folder}/base/DatabaseHost"}),
        ]

        found = answers(asking, calls)

        assert len(found) == len(calls)
        assert set(found) <= {"AccessDenied", "AccessDeniedException"}, list(zip(calls, found, strict=True))


def test_password_of_each_opens_no_database_of_the_others(environments: Mapping[str, Environment]) -> None:
    for asking, other in itertools.permutations(environments.values(), 2):
        theirs, own = other.variables(), asking.variables()
        where = {"PGHOST": theirs["POSTGRES_SERVICE_HOST"], "PGPORT": str(PLAIN_PORT)}
        names = {"PGDATABASE": theirs["POSTGRES_NAME"]}

        as_oneself = asking.psql("SELECT 1", **where, **names)
        as_the_other = asking.psql("SELECT 1", **where, **names, PGUSER=theirs["POSTGRES_USERNAME"])

        on_one_server = own["POSTGRES_SERVICE_HOST"] == theirs["POSTGRES_SERVICE_HOST"]
        assert on_one_server is ({asking.name, other.name} == set(ON_ONE_BASE))
        expected = "permission denied for database" if on_one_server else "password authentication failed"
        assert expected in as_oneself.stderr
        assert "password authentication failed" in as_the_other.stderr


def test_security_groups_let_each_reach_its_own_cache_and_no_other(
    world: World, environments: Mapping[str, Environment]
) -> None:
    """Security groups have no effect on this machine, so that their rules are read instead."""
    caches = {"prod/app": cache_groups_of_base(world)}
    for name in ON_ONE_BASE:
        (environment,) = (one for one in environments.values() if one.name == name)
        caches[name] = groups_of(environment, "cache")
    for environment in environments.values():
        for service in ("web", "worker"):
            clients = groups_of(environment, service)
            for name, cache in caches.items():
                assert accepts(world, cache, clients, CACHE_PORT) is (name == environment.name), (environment, name)


def test_databases_let_in_the_tasks_of_their_own_base_alone(
    world: World, environments: Mapping[str, Environment]
) -> None:
    instances = world.client("rds").describe_db_instances()["DBInstances"]
    databases = {
        one["Endpoint"]["Address"]: {group["VpcSecurityGroupId"] for group in one["VpcSecurityGroups"]}
        for one in instances
    }
    assert len(databases) == len({"dev", "prod"})
    for environment in environments.values():
        own = environment.variables()["POSTGRES_SERVICE_HOST"]
        clients = groups_of(environment, "web")
        for host, groups in databases.items():
            assert accepts(world, groups, clients, POSTGRES_PORT) is (host == own)


def groups_of(environment: Environment, service: str) -> set[str]:
    network = environment.services()[service]["networkConfiguration"]["awsvpcConfiguration"]
    return set(network["securityGroups"])


def cache_groups_of_base(world: World) -> set[str]:
    resources = world.client("cloudformation").describe_stack_resources(StackName="prod-base")["StackResources"]
    return {
        one["PhysicalResourceId"]
        for one in resources
        if one["ResourceType"] == "AWS::EC2::SecurityGroup" and "Cache" in one["LogicalResourceId"]
    }


def accepts(world: World, groups: set[str], clients: set[str], port: int) -> bool:
    """Return whether a rule of `groups` lets in members of `clients`; a rule for addresses lets in everybody."""
    described = world.client("ec2").describe_security_groups(GroupIds=sorted(groups))["SecurityGroups"]
    assert len(described) == len(groups)
    return any(
        rule.get("IpRanges") or rule.get("Ipv6Ranges") or clients & {one["GroupId"] for one in rule["UserIdGroupPairs"]}
        for group in described
        for rule in group["IpPermissions"]
        if rule["IpProtocol"] == "-1" or rule["FromPort"] <= port <= rule["ToPort"]
    )
