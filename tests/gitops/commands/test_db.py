import json
import re
import shlex
import socket
from pathlib import Path

import pytest

from gitops.commands.db import PASSWORD_ID, SECRET
from tests.gitops.checkouts import Checkout
from tests.gitops.commands.conftest import FORWARDS, Programs, RunningApp, on_aws

GOLDEN = Path(__file__).parents[2] / "golden"
PASSWORD = "the password of alpha"  # noqa: S105 # of a test


def test_a_port_is_forwarded_through_the_bastion_to_the_database(running_app: RunningApp, programs: Programs) -> None:
    programs.install("aws", "session-manager-plugin")
    port = free_port()

    result = on_aws(running_app.checkout, "db", "dev/alpha", "--port", str(port), PATH=programs.path)

    assert result.returncode == 0, result.stderr
    (aws,) = programs.started
    assert aws.argv[:3] == ["aws", "ssm", "start-session"]
    assert aws.option("--target") == running_app.checkout.physical_id("dev-base", "Bastion")
    assert aws.option("--document-name") == "AWS-StartPortForwardingSessionToRemoteHost"
    assert json.loads(aws.option("--parameters")) == {
        "host": ["database.internal"],
        "portNumber": ["5432"],
        "localPortNumber": [str(port)],
    }
    assert result.stdout == f"postgresql://app_alpha@localhost:{port}/app_alpha\n"


def test_a_restored_instance_is_reached_in_place_of_the_database_of_the_base(
    running_app: RunningApp, programs: Programs
) -> None:
    programs.install("session-manager-plugin")
    programs.install("aws", body=FORWARDS)
    programs.install("psql")
    restored = "restored.c0ffee.us-east-1.rds.amazonaws.com"

    result = on_aws(running_app.checkout, "db", "dev/alpha", "--host", restored, "--psql", PATH=programs.path)

    assert result.returncode == 0, result.stderr
    aws, psql = programs.started
    assert json.loads(aws.option("--parameters"))["host"] == [restored]
    assert aws.option("--target") == running_app.checkout.physical_id("dev-base", "Bastion")
    assert re.fullmatch(r"postgresql://app_alpha@localhost:\d+/app_alpha", psql.argv[1])
    assert psql.environ["PGPASSWORD"] == PASSWORD


@pytest.mark.parametrize("wrong", ["restored:5432", "restored/app_beta", "user@restored", "-restored", ""])
def test_what_is_no_host_is_refused(running_app: RunningApp, programs: Programs, wrong: str) -> None:
    result = on_aws(running_app.checkout, "db", "dev/alpha", f"--host={wrong}", PATH=programs.path)

    assert result.returncode == 2
    assert "write the address of an RDS endpoint, without a port" in result.stderr
    assert programs.started == []


def test_the_password_is_not_shown_but_how_to_read_it(running_app: RunningApp, programs: Programs) -> None:
    programs.install("aws", "session-manager-plugin")

    result = on_aws(running_app.checkout, "db", "dev/alpha", PATH=programs.path)

    assert "aws secretsmanager get-secret-value" in result.stderr
    assert re.search(r"--secret-id \S+:secret:alpha-password-\w{6} --query SecretString --output text", result.stderr)
    assert PASSWORD not in result.stdout + result.stderr
    assert not [program for program in programs.started if PASSWORD in json.dumps(program.environ)]


def test_psql_gets_the_password_in_its_environment_alone(running_app: RunningApp, programs: Programs) -> None:
    programs.install("session-manager-plugin")
    programs.install("aws", body=FORWARDS)
    programs.install("psql", body="sys.exit(3)")
    port = free_port()

    result = on_aws(running_app.checkout, "db", "dev/alpha", "--psql", "--port", str(port), PATH=programs.path)

    assert result.returncode == 3, result.stderr
    aws, psql = programs.started
    assert psql.argv == ["psql", f"postgresql://app_alpha@localhost:{port}/app_alpha"]
    assert psql.environ["PGPASSWORD"] == PASSWORD
    assert "PGPASSWORD" not in aws.environ
    assert PASSWORD not in result.stdout + result.stderr
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0, "the session ends with psql"


def test_a_session_that_fails_is_said_in_its_words(running_app: RunningApp, programs: Programs) -> None:
    programs.install("session-manager-plugin", "psql")
    programs.install("aws", body="sys.exit('An error occurred (TargetNotConnected)')")

    result = on_aws(running_app.checkout, "db", "dev/alpha", "--psql", PATH=programs.path)

    assert result.returncode == 1
    assert "the session could not be started:\nAn error occurred (TargetNotConnected)" in result.stderr
    assert [program.argv[0] for program in programs.started] == ["aws"]


def test_print_gives_the_commands_and_starts_nothing(running_app: RunningApp, programs: Programs) -> None:
    result = on_aws(running_app.checkout, "db", "dev/alpha", "--print", "--psql", PATH=programs.path)

    assert result.returncode == 0, result.stderr
    forward, psql = map(shlex.split, result.stdout.splitlines())
    port = json.loads(forward[forward.index("--parameters") + 1])["localPortNumber"][0]
    assert psql == ["psql", f"postgresql://app_alpha@localhost:{port}/app_alpha"]
    assert programs.started == []


def test_psql_is_asked_for_only_where_it_is_used(running_app: RunningApp, programs: Programs) -> None:
    programs.install("aws", "session-manager-plugin")

    without = on_aws(running_app.checkout, "db", "dev/alpha", PATH=programs.path)
    with_psql = on_aws(running_app.checkout, "db", "dev/alpha", "--psql", PATH=programs.path)

    assert without.returncode == 0
    assert with_psql.returncode == 1
    assert "psql: " in with_psql.stderr


def test_in_the_embedded_aws_no_port_is_forwarded(running_app: RunningApp, programs: Programs) -> None:
    url = running_app.checkout.gitops("db", "dev/alpha", PATH=programs.path)
    psql = running_app.checkout.gitops("db", "dev/alpha", "--psql", "--print", PATH=programs.path)
    restored = running_app.checkout.gitops("db", "dev/alpha", "--host", "restored.internal", PATH=programs.path)

    assert restored.stdout == "postgresql://app_alpha@restored.internal:5432/app_alpha?sslmode=require\n"
    assert url.stdout == "postgresql://app_alpha@database.internal:5432/app_alpha?sslmode=require\n"
    assert ":secret:alpha-password-" in url.stderr
    assert shlex.split(psql.stdout)[-3:] == ["psql", "--", "postgresql://app_alpha@database.internal/app_alpha"]
    assert PASSWORD not in url.stdout + url.stderr + psql.stdout + psql.stderr
    assert programs.started == []


def test_a_stopped_bastion_is_said_with_the_command_that_starts_it(running_app: RunningApp, programs: Programs) -> None:
    bastion = running_app.checkout.physical_id("dev-base", "Bastion")
    running_app.checkout.client("ec2").stop_instances(InstanceIds=[bastion])

    result = on_aws(running_app.checkout, "db", "dev/alpha", "--print", PATH=programs.path)

    assert result.returncode == 1
    assert "the bastion of dev/base is stopped. Start it: gitops bastion start dev" in result.stderr


def test_a_bastion_that_is_gone_is_said_with_the_command_that_makes_one(
    running_app: RunningApp, programs: Programs
) -> None:
    bastion = running_app.checkout.physical_id("dev-base", "Bastion")
    running_app.checkout.client("ec2").terminate_instances(InstanceIds=[bastion])

    result = on_aws(running_app.checkout, "db", "dev/alpha", "--print", PATH=programs.path)

    assert result.returncode == 1
    assert "gitops deploy dev" in result.stderr


def test_a_port_in_use_is_said(running_app: RunningApp, programs: Programs) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        result = on_aws(running_app.checkout, "db", "dev/alpha", "--print", "--port", str(port), PATH=programs.path)

    assert result.returncode == 1
    assert f"port {port} of this machine cannot be used" in result.stderr


def test_a_base_without_the_output_is_said_with_the_command(checkout: Checkout) -> None:
    checkout.base("dev")
    checkout.app("dev/alpha")
    checkout.create_stack("dev/base", kind="ad-hoc-base")
    checkout.create_stack("dev/alpha")

    result = on_aws(checkout, "db", "dev/alpha", "--print")

    assert result.returncode == 1
    assert "the stack dev-base has no output BastionInstanceId; `gitops deploy dev/base` adds it" in result.stderr


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


@pytest.mark.parametrize("app", ["dev-alpha", "dev-beta", "prod-app"])
def test_templates_of_apps_have_one_secret_that_is_the_password(app: str) -> None:
    template = json.loads((GOLDEN / f"{app}.template.json").read_text())
    secrets = [name for name, resource in template["Resources"].items() if resource["Type"] == SECRET]

    (password,) = filter(PASSWORD_ID.fullmatch, secrets)
    assert "password" in json.dumps(template["Resources"][password]["Properties"]).lower()
