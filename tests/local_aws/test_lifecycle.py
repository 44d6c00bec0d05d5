"""Starting, finding and stopping the embedded AWS."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from local_aws import lifecycle, settings, shutdown
from local_aws.loopback import ANY_PORT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ACCOUNT = "123456789012"
# Leaves a process behind that does not notice when the server is gone.
FUNCTION = """
import json, subprocess, tempfile, urllib.request
def handler(event, context):
    null = subprocess.DEVNULL
    subprocess.Popen(["sleep", "300"], stdin=null, stdout=null, stderr=null)
    body = json.dumps({
        "Status": "SUCCESS", "PhysicalResourceId": "it", "StackId": event["StackId"],
        "RequestId": event["RequestId"], "LogicalResourceId": event["LogicalResourceId"],
        "Data": {"Tmp": tempfile.gettempdir()},
    }).encode()
    urllib.request.urlopen(urllib.request.Request(event["ResponseURL"], body, method="PUT"))
"""


@pytest.fixture
def state_dir(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "local"
    yield folder
    lifecycle.down(folder)


def up(state_dir: Path) -> lifecycle.EmbeddedAws:
    return lifecycle.up(state_dir, port=ANY_PORT, account=ACCOUNT)[0]


def run_worker(aws: lifecycle.EmbeddedAws) -> str:
    """Deploy a custom resource, whose function runs in a worker, and return the worker's temporary folder."""
    client = boto3.client(
        "cloudformation",
        region_name="us-east-1",
        endpoint_url=aws.endpoint,
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",  # noqa: S106 - checked by nobody
    )
    trust = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}
    resources = {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": trust}},
        "Function": {
            "Type": "AWS::Lambda::Function",
            "Properties": {
                "Runtime": "python3.12",
                "Handler": "index.handler",
                "Role": {"Fn::GetAtt": ["Role", "Arn"]},
                "Code": {"ZipFile": FUNCTION},
            },
        },
        "Custom": {
            "Type": "Custom::It",
            "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}},
        },
    }
    outputs = {"Tmp": {"Value": {"Fn::GetAtt": ["Custom", "Tmp"]}}}
    template = json.dumps({"Resources": resources, "Outputs": outputs})
    client.create_stack(StackName="it", TemplateBody=template, Capabilities=["CAPABILITY_IAM"])
    waiter = client.get_waiter("stack_create_complete")
    often: Any = {"Delay": 0.1, "MaxAttempts": 300}  # typed as whole seconds, which botocore does not need
    waiter.wait(StackName="it", WaiterConfig=often)
    return str(client.describe_stacks(StackName="it")["Stacks"][0]["Outputs"][0]["OutputValue"])


def kill_server(aws: lifecycle.EmbeddedAws, state_dir: Path) -> None:
    """Kill the server, and before it the watchdog, which would end what it leaves behind."""
    ps = subprocess.run(["ps", "-A", "-o", "pid=,command="], check=True, capture_output=True, text=True).stdout
    for line in ps.splitlines():
        if "local_aws.shutdown" in line and int(line.split()[0]) in shutdown.members(aws.pid):
            os.kill(int(line.split()[0]), signal.SIGKILL)
    os.kill(aws.pid, signal.SIGKILL)
    while lifecycle.find(state_dir):  # its threads end one after the other
        time.sleep(0.01)


def test_up_answers_and_is_found_by_a_second_up_too(state_dir: Path) -> None:
    aws, started = lifecycle.up(state_dir, port=ANY_PORT, account=ACCOUNT)

    assert started
    assert lifecycle.find(state_dir) == aws
    assert aws.endpoint == f"http://localhost:{aws.port}"
    assert aws.account == ACCOUNT
    with urllib.request.urlopen(f"{aws.endpoint}/_ministack/health") as answer:  # noqa: S310 - an http address
        assert answer.status == 200
    assert lifecycle.up(state_dir, port=ANY_PORT, account=ACCOUNT) == (aws, False)


def test_simultaneous_ups_start_one_server(state_dir: Path) -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: lifecycle.up(state_dir, port=ANY_PORT, account=ACCOUNT), range(4)))

    assert len({aws.pid for aws, _ in answers}) == 1
    assert sorted(started for _, started in answers) == [False, False, False, True]


def test_two_folders_have_two_servers(state_dir: Path, tmp_path: Path) -> None:
    other_dir = tmp_path / "other"
    one, other = up(state_dir), up(other_dir)
    try:
        assert one.pid != other.pid
        assert one.port != other.port
        lifecycle.down(state_dir)
        assert lifecycle.find(other_dir) == other
    finally:
        lifecycle.down(other_dir)


def test_the_port_asked_for_is_used(state_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]

    assert lifecycle.up(state_dir, port=port, account=ACCOUNT)[0].port == port


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_port_in_use_takes_another_and_says_so(state_dir: Path, caplog: pytest.LogCaptureFixture, address: str) -> None:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.create_server((address, 0), family=family) as taken:
        port = taken.getsockname()[1]
        aws, _ = lifecycle.up(state_dir, port=port, account=ACCOUNT)

    assert aws.port != port
    assert caplog.messages == [f"port {port} is in use; the embedded AWS listens on {aws.port} instead"]


def test_down_discards_everything_and_leaves_no_process(state_dir: Path) -> None:
    aws = up(state_dir)
    run_worker(aws)
    assert len(shutdown.members(aws.pid)) > 1

    assert lifecycle.down(state_dir)

    assert shutdown.members(aws.pid) == set()
    assert list(state_dir.iterdir()) == []
    assert lifecycle.find(state_dir) is None
    assert not lifecycle.down(state_dir)


def test_down_stops_workers_that_outlived_a_killed_server(state_dir: Path) -> None:
    aws = up(state_dir)
    run_worker(aws)
    kill_server(aws, state_dir)
    assert shutdown.members(aws.pid)

    assert lifecycle.down(state_dir)

    assert shutdown.members(aws.pid) == set()


def test_up_after_a_killed_server_starts_another_and_stops_its_workers(state_dir: Path) -> None:
    aws = up(state_dir)
    run_worker(aws)
    kill_server(aws, state_dir)

    successor, started = lifecycle.up(state_dir, port=ANY_PORT, account=ACCOUNT)

    assert started
    assert successor.pid != aws.pid
    assert shutdown.members(aws.pid) == set()


def test_down_spares_a_stranger_that_got_the_process_id(state_dir: Path) -> None:
    state_dir.mkdir()
    sleeper = [sys.executable, "-c", "input()"]
    with subprocess.Popen(sleeper, stdin=subprocess.PIPE, start_new_session=True) as stranger:
        stale = {"pid": stranger.pid, "port": 1, "account": ACCOUNT, "started": "2026-01-01T00:00:00+00:00"}
        (state_dir / "local.json").write_text(json.dumps(stale))

        assert lifecycle.find(state_dir) is None
        assert not lifecycle.down(state_dir)

        assert stranger.poll() is None
        stranger.communicate(b"\n")
    assert list(state_dir.iterdir()) == []


@pytest.mark.parametrize("content", ["", "{", "[]", "{}", '{"pid": 0}', '{"pid": 1}', '{"pid": "x"}'])
def test_unreadable_state_is_no_server(state_dir: Path, content: str) -> None:
    state_dir.mkdir()
    (state_dir / "local.json").write_text(content)

    assert lifecycle.find(state_dir) is None
    assert not lifecycle.down(state_dir)  # which `up` begins with
    assert list(state_dir.iterdir()) == []


def test_up_takes_the_place_of_unreadable_state(state_dir: Path) -> None:
    state_dir.mkdir()
    (state_dir / "local.json").write_text('{"pid": 0}')

    aws, started = lifecycle.up(state_dir, port=ANY_PORT, account=ACCOUNT)

    assert started
    assert lifecycle.find(state_dir) == aws


def test_no_folder_is_no_server(tmp_path: Path) -> None:
    assert lifecycle.find(tmp_path / "absent") is None
    assert not lifecycle.down(tmp_path / "absent")


def test_folder_that_cannot_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(lifecycle.LocalError, match=r"cannot start in .*file/local"):
        up(tmp_path / "file" / "local")


def test_a_server_that_ends_as_it_starts_is_an_error_with_its_log(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*arguments: Any) -> dict[str, str]:
        return {**settings.server_environment(*arguments), "GATEWAY_PORT": "not a port"}

    monkeypatch.setattr(lifecycle, "server_environment", broken)
    with pytest.raises(lifecycle.LocalError) as error:
        up(state_dir)

    message = str(error.value)
    assert "ended with exit code 1 while it started" in message
    assert str(state_dir / "server.log") in message
    assert "ValueError" in message
    assert lifecycle.find(state_dir) is None


def test_files_of_workers_stay_in_the_state_folder_and_the_caller_s_aws_settings_out(
    state_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as caller:
        caller.setenv("AWS_ENDPOINT_URL", "http://192.0.2.1")
        caller.setenv("AWS_PROFILE", "absent")
        aws = up(state_dir)

    assert run_worker(aws).startswith(str(state_dir.resolve()))


def test_environment_reaches_an_account(embedded_aws: lifecycle.EmbeddedAws) -> None:
    variables = lifecycle.environment(embedded_aws, "210987654321", "eu-west-1")

    assert set(variables) == {
        "AWS_ENDPOINT_URL",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
    }
    script = "import boto3; c = boto3.client('sts'); print(c.get_caller_identity()['Account'], c.meta.region_name)"
    answer = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=variables)
    assert answer.stdout.split() == ["210987654321", "eu-west-1"]


def test_s3_takes_links_that_were_signed_with_them_and_no_others(embedded_aws: lifecycle.EmbeddedAws) -> None:
    script = """if True:
        import boto3
        from botocore.config import Config
        s3 = boto3.client("s3", config=Config(signature_version="s3v4"))
        s3.create_bucket(Bucket="pictures")
        s3.put_object(Bucket="pictures", Key="a", Body=b"picture")
        print(s3.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": "a"}))
    """
    variables = lifecycle.environment(embedded_aws, "210987654322", "us-east-1")
    signed = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True, env=variables)
    link = signed.stdout.strip()

    with urllib.request.urlopen(link) as answer:  # noqa: S310 - of our server
        assert answer.read() == b"picture"
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link[:-4] + "0000")  # noqa: S310


def test_finding_imports_neither_boto3_nor_ministack() -> None:
    script = "import sys, local_aws.lifecycle; print(*sys.modules)"
    modules = subprocess.run([sys.executable, "-c", script], check=True, capture_output=True, text=True)

    assert not {"boto3", "botocore", "ministack", "hypercorn"} & set(modules.stdout.split())
