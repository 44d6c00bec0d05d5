"""What is protected when, and what CloudFormation is told."""

import json
from typing import Any

import pytest

from constructs_lib.data.functions.protect import index

LOAD_BALANCER = "arn:aws:elasticloadbalancing:us-east-1:111111111111:loadbalancer/app/prod/0a1b2c"


class FakeAws:
    """RDS, load balancing, CloudFormation, and the address that waits for an answer."""

    def __init__(self) -> None:
        self.database: bool | None = None
        self.load_balancer: str | None = None
        self.stack_status = "DELETE_IN_PROGRESS"
        self.refuses = False
        self.answers: list[dict[str, str]] = []

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
        "ResourceProperties": {"Database": "database", "LoadBalancer": LOAD_BALANCER},
    }


@pytest.mark.parametrize("request_type", ["Create", "Update"])
def test_both_are_protected_once_they_exist(request_type: str, aws: FakeAws) -> None:
    index.handler(event(request_type), None)

    assert (aws.database, aws.load_balancer) == (True, "true")
    (answer,) = aws.answers
    assert (answer["Status"], answer["PhysicalResourceId"], answer["RequestId"]) == ("SUCCESS", "On-on", "request")


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
