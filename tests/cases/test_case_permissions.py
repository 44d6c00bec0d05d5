"""`permissions` on the embedded AWS: tasks of the app that asked do what it asked for, and nothing else does."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.cases.inside import ALLOWED, AwsCall, answers
from tests.cases.worlds import BASE, TAG, world_of_legacy

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.environments.world import Environment, World

FIXTURES, EXPORTS, EVENTS, IMPORTS = "acme-fixtures", "acme-exports", "events", "imports"
PERMITTED = {"buckets": {FIXTURES: "read", EXPORTS: "read-write"}, "queues": {EVENTS: "send", IMPORTS: "receive"}}
ALLOWED_PERMISSIONS = """\
allowed_permissions:
  buckets: {acme-fixtures: read, acme-exports: read-write}
  queues: {events: send-receive, imports: receive}
  send_email: true
"""
WITHOUT_WORKER = {"worker": None}


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with world_of_legacy(tmp_path_factory.mktemp("world"), "dev") as made:
        base = BASE.format(kind="ad-hoc-base", folder="dev", number=20)
        made.write("dev/base.yaml", base + ALLOWED_PERMISSIONS)
        for bucket in (FIXTURES, EXPORTS):
            made.client("s3").create_bucket(Bucket=bucket)
            made.client("s3").put_object(Bucket=bucket, Key="there.txt", Body=b"x")
        for queue in (EVENTS, IMPORTS):
            made.client("sqs").create_queue(QueueName=queue)
        made.client("ses").verify_domain_identity(Domain="dev.example.com")
        yield made


@pytest.fixture(scope="module")
def both(world: World) -> tuple[Environment, Environment]:
    """An app that asks for something, and one that asks for nothing."""
    asking = {**PERMITTED, "send_email": True}
    fields = {"image": TAG, "settings_module": "settings", "services": WITHOUT_WORKER}
    one, two = world.declare("dev/one", **fields, permissions=asking), world.declare("dev/two", **fields)
    world.deploy(one.name, two.name)
    return one, two


def queue(world: World, name: str) -> str:
    url: str = world.client("sqs").get_queue_url(QueueName=name)["QueueUrl"]
    return url


def mail(sender: str) -> AwsCall:
    message = {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}
    arguments = {"Source": sender, "Destination": {"ToAddresses": ["octocat@example.com"]}, "Message": message}
    return ("ses", "send_email", arguments)


def granted(world: World) -> list[AwsCall]:
    return [
        ("s3", "get_object", {"Bucket": FIXTURES, "Key": "there.txt"}),
        ("s3", "list_objects_v2", {"Bucket": FIXTURES}),
        ("s3", "put_object", {"Bucket": EXPORTS, "Key": "new.txt", "Body": "x"}),
        ("s3", "delete_object", {"Bucket": EXPORTS, "Key": "new.txt"}),
        ("sqs", "send_message", {"QueueUrl": queue(world, EVENTS), "MessageBody": "x"}),
        ("sqs", "receive_message", {"QueueUrl": queue(world, IMPORTS)}),
        mail("Dev <no-reply@dev.example.com>"),
    ]


def beyond(world: World) -> list[AwsCall]:
    return [
        ("s3", "put_object", {"Bucket": FIXTURES, "Key": "new.txt", "Body": "x"}),
        ("sqs", "receive_message", {"QueueUrl": queue(world, EVENTS)}),
        ("sqs", "send_message", {"QueueUrl": queue(world, IMPORTS), "MessageBody": "x"}),
        ("sqs", "purge_queue", {"QueueUrl": queue(world, IMPORTS)}),
        mail("ceo@example.com"),
    ]


def test_tasks_do_what_their_app_has_asked_for(world: World, both: tuple[Environment, Environment]) -> None:
    calls = granted(world)

    assert answers(both[0], calls) == [ALLOWED] * len(calls)


@pytest.mark.denied("s3:PutObject", "ses:SendEmail", "sqs:PurgeQueue", "sqs:ReceiveMessage", "sqs:SendMessage")
def test_tasks_are_denied_what_their_app_has_not_asked_for(world: World, both: tuple[Environment, Environment]) -> None:
    found = answers(both[0], beyond(world))

    assert all(answer.startswith("AccessDenied") for answer in found), found


@pytest.mark.denied(
    *("s3:DeleteObject", "s3:GetObject", "s3:ListBucket", "s3:PutObject", "ses:SendEmail"),
    *("sqs:ReceiveMessage", "sqs:SendMessage"),
)
def test_tasks_of_an_app_that_asked_for_nothing_are_denied_all_of_it(
    world: World, both: tuple[Environment, Environment]
) -> None:
    found = answers(both[1], granted(world))

    assert all(answer.startswith("AccessDenied") for answer in found), found


def test_what_the_base_does_not_allow_is_not_deployed(world: World) -> None:
    world.declare("dev/three", image=TAG, settings_module="settings", permissions={"buckets": {FIXTURES: "read-write"}})

    refused = world.gitops("deploy", "dev/three")

    assert refused.returncode == 1
    assert "permissions.buckets.acme-fixtures: read-write of acme-fixtures is more than read" in refused.stderr
    (world.root / "environments" / "dev" / "three.yaml").unlink()
