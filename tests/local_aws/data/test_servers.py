"""Databases and caches of stacks are real servers, which tasks reach as they would in an account."""

from __future__ import annotations

import json
import socket
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_aws.data.valkey import CacheUser
from tests.local_aws.runtimes import runs

if TYPE_CHECKING:
    from tests.local_aws.runtimes import Runtime

SCRIPT = Path(__file__).parents[3] / "constructs_lib" / "data" / "scripts" / "app_database.sh"

ALPHAS, BETAS = "alphas", "betas"  # passwords

# What of the template of a base makes its database.
DATABASE: dict[str, dict[str, Any]] = {
    "Secret": {
        "Type": "AWS::SecretsManager::Secret",
        "Properties": {
            "GenerateSecretString": {
                "ExcludeCharacters": " %+~`#$&*()|[]{}:;<>?!'/@\"\\",
                "GenerateStringKey": "password",
                "PasswordLength": 30,
                "SecretStringTemplate": '{"username":"postgres"}',
            }
        },
    },
    "Database": {
        "Type": "AWS::RDS::DBInstance",
        "Properties": {
            "Engine": "postgres",
            "EngineVersion": "17",
            "DBInstanceClass": "db.t4g.micro",
            "AllocatedStorage": "20",
            **{
                name: {"Fn::Join": ["", ["{{resolve:secretsmanager:", {"Ref": "Secret"}, f":SecretString:{key}::}}}}"]]}
                for name, key in (("MasterUsername", "username"), ("MasterUserPassword", "password"))
            },
        },
    },
}
OUTPUTS = {
    "Host": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Address"]}},
    "Port": {"Value": {"Fn::GetAtt": ["Database", "Endpoint.Port"]}},
}


def psql_task(runtime: Runtime, host: str, secret: str, *command: str, **variables: str) -> dict[str, Any]:
    """Run a task of PostgreSQL's image, with the master's secret, to its end."""
    secrets = [
        {"name": f"PG{name.upper()[:4]}", "valueFrom": f"{secret}:{key}::"} for name, key in (("user", "username"),)
    ]
    secrets.append({"name": "PGPASSWORD", "valueFrom": f"{secret}:password::"})
    environment = {"PGHOST": host, "PGDATABASE": "postgres", "PGSSLMODE": "require", **variables}
    definition = runtime.definition(
        *command,
        image="public.ecr.aws/docker/library/postgres:17-alpine",
        secrets=secrets,
        environment=[{"name": name, "value": value} for name, value in environment.items()],
    )
    return runtime.ended(runtime.run(definition))


def test_database_of_a_stack_and_its_apps(runtime: Runtime) -> None:
    stack = runtime.deploy("base", DATABASE, Outputs=OUTPUTS)
    host, secret = stack.outputs["Host"], stack.physical_ids["Secret"]
    assert host.startswith("127.")
    assert stack.outputs["Port"] == "5432"

    for _ in range(2):
        done = psql_task(
            runtime,
            host,
            secret,
            *("sh", "-c", SCRIPT.read_text()),
            ACTION="provision",
            APP_DATABASE="app_alpha",
            APP_PASSWORD=ALPHAS,
        )
        assert done["containers"][0]["exitCode"] == 0, runtime.log(done["taskArn"])

    query = ["sh", "-c", 'PGUSER=app_alpha PGPASSWORD="$APP_PASSWORD" psql -Atc "select current_user" app_alpha']
    right = psql_task(runtime, host, secret, *query, APP_PASSWORD=ALPHAS)
    assert runtime.log(right["taskArn"]) == ["app_alpha"]
    wrong = psql_task(runtime, host, secret, *query, APP_PASSWORD=BETAS)
    assert wrong["containers"][0]["exitCode"] != 0
    assert "password authentication failed" in "".join(runtime.log(wrong["taskArn"]))

    dropped = psql_task(
        runtime, host, secret, "sh", "-c", SCRIPT.read_text(), ACTION="drop", APP_DATABASE="app_alpha", APP_PASSWORD=""
    )
    assert dropped["containers"][0]["exitCode"] == 0, runtime.log(dropped["taskArn"])


def test_an_app_s_database_may_be_a_copy_of_another_s(runtime: Runtime) -> None:
    stack = runtime.deploy("base", DATABASE, Outputs=OUTPUTS)
    host, secret = stack.outputs["Host"], stack.physical_ids["Secret"]
    provision = ("sh", "-c", SCRIPT.read_text())
    fill = 'PGUSER=app_alpha PGPASSWORD="$APP_PASSWORD" psql -c "create table posts as select 42 as id" app_alpha'
    read = 'PGUSER=app_beta PGPASSWORD="$APP_PASSWORD" psql -Atc "select id from posts" app_beta'
    steps: list[tuple[tuple[str, ...], dict[str, str]]] = [
        (provision, {"ACTION": "provision", "APP_DATABASE": "app_alpha", "APP_PASSWORD": ALPHAS}),
        (("sh", "-c", fill), {"APP_PASSWORD": ALPHAS}),
        (
            provision,
            {"ACTION": "provision", "APP_DATABASE": "app_beta", "APP_PASSWORD": BETAS, "SEED_FROM": "app_alpha"},
        ),
        (("sh", "-c", read), {"APP_PASSWORD": BETAS}),
    ]
    for command, variables in steps:
        done = psql_task(runtime, host, secret, *command, **variables)
        assert done["containers"][0]["exitCode"] == 0, runtime.log(done["taskArn"])

    assert runtime.log(done["taskArn"]) == ["42"]


def test_clients_that_do_not_encrypt_are_refused(runtime: Runtime) -> None:
    stack = runtime.deploy("base", DATABASE, Outputs=OUTPUTS)
    where = (stack.outputs["Host"], 5432)
    startup = b"\x00\x03\x00\x00user\x00nobody\x00\x00"
    with socket.create_connection(where, timeout=5) as plain:
        plain.sendall((len(startup) + 4).to_bytes(4, "big") + startup)
        assert b"no encryption" in plain.recv(200)

    authorities = runtime.state_dir / "authority" / "authorities.pem"
    context = ssl.create_default_context(cafile=str(authorities))
    with socket.create_connection(where, timeout=5) as connection:
        connection.sendall((8).to_bytes(4, "big") + (80877103).to_bytes(4, "big"))
        assert connection.recv(1) == b"S"
        with context.wrap_socket(connection, server_hostname=where[0]) as encrypted:
            encrypted.sendall((len(startup) + 4).to_bytes(4, "big") + startup)
            assert encrypted.recv(1) == b"R"  # it asks for the password


def test_master_s_password_changes_with_the_stack(runtime: Runtime) -> None:
    stack = runtime.deploy("base", DATABASE, Outputs=OUTPUTS)
    host, secret = stack.outputs["Host"], stack.physical_ids["Secret"]
    properties = {**DATABASE["Database"]["Properties"], "MasterUserPassword": "another-password"}
    runtime.deploy(
        "base", {**DATABASE, "Database": {**DATABASE["Database"], "Properties": properties}}, Outputs=OUTPUTS
    )

    old = psql_task(runtime, host, secret, "psql", "-c", "select 1")
    runtime.client("secretsmanager").put_secret_value(
        SecretId=secret, SecretString=json.dumps({"username": "postgres", "password": "another-password"})
    )
    new = psql_task(runtime, host, secret, "psql", "-c", "select 1")

    assert old["containers"][0]["exitCode"] != 0
    assert new["containers"][0]["exitCode"] == 0


def test_a_deleted_stack_leaves_no_server(runtime: Runtime) -> None:
    runtime.deploy("base", DATABASE, Outputs=OUTPUTS)
    (folder,) = (runtime.state_dir / "databases").glob(f"{runtime.number}-*[!.log]")
    pid = int((folder / "postmaster.pid").read_text().splitlines()[0])
    assert runs(pid)

    runtime.delete("base")

    assert not runs(pid)
    assert not folder.exists()


CACHE: dict[str, dict[str, Any]] = {
    "Parameters": {
        "Type": "AWS::ElastiCache::ParameterGroup",
        "Properties": {
            "CacheParameterGroupFamily": "valkey8",
            "Description": "it",
            "Properties": {"databases": "10000"},
        },
    },
    "Cache": {
        "Type": "AWS::ElastiCache::ReplicationGroup",
        "Properties": {
            "ReplicationGroupDescription": "it",
            "Engine": "valkey",
            "CacheNodeType": "cache.t4g.micro",
            "CacheParameterGroupName": {"Ref": "Parameters"},
            "NumNodeGroups": 1,
            "ReplicasPerNodeGroup": 0,
            "Port": 6379,
            "TransitEncryptionEnabled": False,
        },
    },
}
CACHE_OUTPUTS = {"Host": {"Value": {"Fn::GetAtt": ["Cache", "PrimaryEndPoint.Address"]}}}

# Sends commands of the Redis protocol, and prints the answers.
CLIENT = """
import os, socket, ssl, sys
connection = socket.create_connection((os.environ["HOST"], 6379), timeout=5)
if os.environ.get("TLS"):
    connection = ssl.create_default_context().wrap_socket(connection, server_hostname=os.environ["HOST"])
for line in sys.argv[1:]:
    connection.sendall(line.encode() + b"\\r\\n")
    print(connection.recv(1000).decode().strip())
"""


def test_cache_of_a_stack(runtime: Runtime, python: str) -> None:
    stack = runtime.deploy("base", CACHE, Outputs=CACHE_OUTPUTS)
    host = [{"name": "HOST", "value": stack.outputs["Host"]}]

    commands = ("SELECT 9999", "SET a 1", "GET a", "SELECT 0", "GET a")
    task = runtime.run(runtime.definition(python, "-c", CLIENT, *commands, environment=host))

    runtime.ended(task)
    assert runtime.log(task) == ["+OK", "+OK", "$1", "1", "+OK", "$-1"]
    runtime.delete("base")


def test_encrypted_cache_asks_for_its_users_password(runtime: Runtime, python: str) -> None:
    user = {
        "Engine": "valkey",
        "UserId": "shop-cache",
        "UserName": "application",
        "Passwords": ["sixteen-characters"],
        "AccessString": "on ~* &* +@all -@admin",
    }
    group = {"Engine": "valkey", "UserGroupId": "shop-users", "UserIds": [{"Ref": "User"}]}
    properties = {**CACHE["Cache"]["Properties"], "TransitEncryptionEnabled": True, "UserGroupIds": [{"Ref": "Group"}]}
    stack = runtime.deploy(
        "base",
        {
            **CACHE,
            "Cache": {**CACHE["Cache"], "Properties": properties},
            "User": {"Type": "AWS::ElastiCache::User", "Properties": user},
            "Group": {"Type": "AWS::ElastiCache::UserGroup", "Properties": group},
        },
        Outputs=CACHE_OUTPUTS,
    )
    variables = [{"name": "HOST", "value": stack.outputs["Host"]}, {"name": "TLS", "value": "1"}]

    commands = ("GET a", "AUTH application wrong", "AUTH application sixteen-characters", "SET a 1", "CONFIG GET dir")
    task = runtime.run(runtime.definition(python, "-c", CLIENT, *commands, environment=variables))

    runtime.ended(task)
    refused, wrong, right, done, forbidden = runtime.log(task)
    assert refused.startswith("-NOAUTH")
    assert wrong.startswith("-WRONGPASS")
    assert (right, done) == ("+OK", "+OK")
    assert forbidden.startswith("-NOPERM")


def test_user_is_a_line_of_valkey_conf() -> None:
    user = CacheUser(name="application", passwords=("one", "two"), access="on ~* &* +@all -@admin")

    assert user.rule == "user application >one >two on ~* &* +@all -@admin"
