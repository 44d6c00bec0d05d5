"""What `permissions` of an app allow its tasks, and what they do not."""

from dataclasses import replace
from typing import Any

import pytest

from constructs_lib.ad_hoc_app import AdHocApp
from constructs_lib.config.model import PermissionsConfig, ServiceConfig
from constructs_lib.config.naming import EnvironmentName
from tests.constructs_lib.iam import ACCOUNT, Request, Statement, allows, statements_of
from tests.constructs_lib.synthesis import AD_HOC_BASE, Synthesise, one_service

PERMISSIONS = PermissionsConfig(
    buckets={"acme-fixtures": "read", "acme-exports": "read-write"},
    queues={"events": "send", "imports.fifo": "receive", "both": "send-receive"},
    send_email=True,
)
HERE = {"aws:resourceaccount": ACCOUNT}
ELSEWHERE = {"aws:resourceaccount": "999999999999"}


def template_of(synthesise: Synthesise, permissions: PermissionsConfig) -> dict[str, Any]:
    web = ServiceConfig(port=8000, paths=("/*",))
    config = replace(one_service(web), permissions=permissions)
    config = replace(config, services={**config.services, "other": ServiceConfig(repository="other")})
    return dict(
        synthesise(
            lambda stack: AdHocApp(stack, "App", name=EnvironmentName("dev", "alpha"), config=config, base=AD_HOC_BASE)
        ).to_json()
    )


def role(template: dict[str, Any], part: str) -> str:
    """Return the logical id of the role of the application's tasks with this part in it."""
    found: str
    (found,) = (
        name
        for name, one in template["Resources"].items()
        if one["Type"] == "AWS::IAM::Role" and name.startswith(f"AppApplication{part}")
    )
    return found


def request(action: str, resource: str, context: dict[str, str]) -> Request:
    service = action.partition(":")[0]
    arn = f"arn:aws:s3:::{resource}" if service == "s3" else f"arn:aws:{service}:us-east-1:{ACCOUNT}:{resource}"
    return Request(action=action, resource=arn, context=context)


ALLOWED = [
    ("s3:ListBucket", "acme-fixtures", HERE),
    ("s3:GetObject", "acme-fixtures/a/b", HERE),
    ("s3:ListBucket", "acme-exports", HERE),
    ("s3:GetObject", "acme-exports/a", HERE),
    ("s3:PutObject", "acme-exports/a", HERE),
    ("s3:DeleteObject", "acme-exports/a", HERE),
    ("sqs:SendMessage", "events", {}),
    ("sqs:GetQueueUrl", "events", {}),
    ("sqs:ReceiveMessage", "imports.fifo", {}),
    ("sqs:DeleteMessage", "imports.fifo", {}),
    ("sqs:SendMessage", "both", {}),
    ("sqs:ReceiveMessage", "both", {}),
    ("ses:SendEmail", "identity/dev.example.com", {"ses:fromaddress": "no-reply@dev.example.com"}),
    ("ses:SendRawEmail", "identity/dev.example.com", {"ses:fromaddress": "no-reply@dev.example.com"}),
]
REFUSED = [
    ("s3:PutObject", "acme-fixtures/a", HERE),
    ("s3:DeleteObject", "acme-fixtures/a", HERE),
    ("s3:PutBucketPolicy", "acme-exports", HERE),
    ("s3:DeleteBucket", "acme-exports", HERE),
    ("s3:GetObject", "acme-fixtures/a", ELSEWHERE),
    ("s3:PutObject", "acme-exports/a", ELSEWHERE),
    ("s3:GetObject", "acme-fixtures-2/a", HERE),
    ("s3:ListAllMyBuckets", "*", {}),
    ("sqs:ReceiveMessage", "events", {}),
    ("sqs:SendMessage", "imports.fifo", {}),
    ("sqs:PurgeQueue", "both", {}),
    ("sqs:SetQueueAttributes", "both", {}),
    ("sqs:SendMessage", "other", {}),
    ("ses:SendEmail", "identity/dev.example.com", {"ses:fromaddress": "ceo@example.com"}),
    ("ses:SendEmail", "identity/example.com", {"ses:fromaddress": "no-reply@dev.example.com"}),
    ("ses:CreateEmailIdentity", "identity/dev.example.com", {}),
]


@pytest.fixture
def added(synthesise: Synthesise, template: dict[str, Any]) -> list[Statement]:
    """The statements that the application's tasks have besides those of an app that asks for nothing."""
    without = template_of(synthesise, PermissionsConfig())
    always = statements_of(without, role(without, "TaskRole"))
    return [one for one in statements_of(template, role(template, "TaskRole")) if one not in always]


@pytest.fixture
def template(synthesise: Synthesise) -> dict[str, Any]:
    return template_of(synthesise, PERMISSIONS)


def test_tasks_may_do_what_was_asked_for_and_nothing_beside_it(added: list[Statement]) -> None:
    assert [one for one in ALLOWED if not allows(added, request(*one))] == []
    assert [one for one in REFUSED if allows(added, request(*one))] == []


def test_services_without_data_may_do_none_of_it(template: dict[str, Any]) -> None:
    for part in ("OtherTaskRole", "ExecutionRole"):
        statements = statements_of(template, role(template, part))
        assert [one for one in ALLOWED if allows(statements, request(*one))] == []


def test_app_that_asks_for_nothing_may_do_nothing_with_mail_and_queues(synthesise: Synthesise) -> None:
    template = template_of(synthesise, PermissionsConfig())
    statements = statements_of(template, role(template, "TaskRole"))

    assert not [one for one in ALLOWED if not one[0].startswith("s3:") and allows(statements, request(*one))]
    assert "acme" not in str(template)
