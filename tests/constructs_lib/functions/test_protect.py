"""What is protected when, and what CloudFormation is told."""

import json
from typing import Any

import pytest

from constructs_lib.data.functions.protect import index

LOAD_BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/prod/0a1b2c"


GROUPS = ["/aws/rds/instance/database/postgresql", "/aws/rds/instance/database/upgrade"]


class ExistsError(Exception):
    """What boto3 raises for a log group of a name that another one has."""


class FakeAws:
    """RDS, load balancing, CloudFormation, CloudWatch Logs, and the address that waits for an answer."""

    class exceptions:  # noqa: N801 # boto3's name
        ResourceAlreadyExistsException = ExistsError

    def __init__(self) -> None:
        self.database: bool | None = None
        self.load_balancer: str | None = None
        self.stack_status = "DELETE_IN_PROGRESS"
        self.refuses = False
        self.answers: list[dict[str, str]] = []
        self.retention_days: dict[str, int | None] = {}

    def modify_db_instance(self, **request: Any) -> None:
        if self.refuses:
            raise RuntimeError("AccessDenied: rds:ModifyDBInstance")
        assert request["DBInstanceIdentifier"] == "database"
        self.database = request["DeletionProtection"]

    def modify_load_balancer_attributes(self, **request: Any) -> None:
        assert request["LoadBalancerArn"] == LOAD_BALANCER
        (attribute,) = request["Attributes"]
        assert attribute["Key"] == "deletion_protection.enabled"
        self.load_balancer = attribute["Value"]

    def create_log_group(self, *, logGroupName: str) -> None:  # noqa: N803 # boto3's name
        if logGroupName in self.retention_days:
            raise ExistsError
        self.retention_days[logGroupName] = None

    def put_retention_policy(self, *, logGroupName: str, retentionInDays: int) -> None:  # noqa: N803 # as above
        assert logGroupName in self.retention_days
        self.retention_days[logGroupName] = retentionInDays

    def describe_stacks(self, **_request: Any) -> dict[str, Any]:
        return {"Stacks": [{"StackStatus": self.stack_status}]}


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> FakeAws:
    fake = FakeAws()
    monkeypatch.setattr(index, "_client", lambda _service: fake)

    class Answered:
        def close(self) -> None:
            """Nothing is open."""

    def urlopen(request: Any, **_options: Any) -> Answered:
        assert (request.full_url, request.method) == ("https://answers.example/", "PUT")
        fake.answers.append(json.loads(request.data))
        return Answered()

    monkeypatch.setattr("urllib.request.urlopen", urlopen)
    return fake


def event(request_type: str) -> dict[str, Any]:
    return {
        "RequestType": request_type,
        "ResponseURL": "https://answers.example/",
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "On",
        "ResourceProperties": {
            "Database": "database",
            "LoadBalancer": LOAD_BALANCER,
            "LogGroups": GROUPS,
            "LogRetentionDays": "90",
        },
    }


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_both_are_protected_once_they_exist(request_type: str, aws: FakeAws) -> None:
    index.handler(event(request_type), None)

    assert (aws.database, aws.load_balancer) == (True, "true")
    (answer,) = aws.answers
    assert (answer["Status"], answer["PhysicalResourceId"], answer["RequestId"]) == ("SUCCESS", "On-on", "request")


@pytest.mark.parametrize("made_by_rds", [[], GROUPS[:1], GROUPS])
def test_logs_end_when_rds_has_made_their_groups_and_when_it_has_not(made_by_rds: list[str], aws: FakeAws) -> None:
    aws.retention_days = dict.fromkeys(made_by_rds)

    index.handler(event("Create"), None)

    assert aws.retention_days == dict.fromkeys(GROUPS, 90)
    assert aws.answers[0]["Status"] == "SUCCESS"


def test_logs_are_left_alone_when_the_stack_goes(aws: FakeAws) -> None:
    index.handler(event("Delete"), None)

    assert aws.retention_days == {}


def test_database_stays_protected_when_the_stack_goes(aws: FakeAws) -> None:
    index.handler(event("Delete"), None)

    assert (aws.database, aws.load_balancer) == (None, "false")


def test_both_are_released_when_the_first_creation_fails(aws: FakeAws) -> None:
    aws.stack_status = "ROLLBACK_IN_PROGRESS"

    index.handler(event("Delete"), None)

    assert (aws.database, aws.load_balancer) == (False, "false")


def test_cloudformation_is_told_of_a_failure_at_once(aws: FakeAws) -> None:
    aws.refuses = True

    index.handler(event("Create"), None)

    (answer,) = aws.answers
    assert (answer["Status"], answer["Reason"]) == ("FAILED", "AccessDenied: rds:ModifyDBInstance")
