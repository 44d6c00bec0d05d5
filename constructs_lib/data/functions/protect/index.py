"""Switches on, for a CloudFormation custom resource, what a template cannot: deletion protection and log retention.

A database that is protected from the start cannot be deleted when the first creation of its stack is rolled back, and
the groups of its logs are RDS's, which keeps them without an end.
https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_LogAccess.Procedural.UploadtoCloudWatch.html
"""

import json
import urllib.request
from contextlib import suppress
from functools import cache
from typing import Any, Literal

import boto3

FIRST_CREATION_FAILED = "ROLLBACK_IN_PROGRESS"


def handler(event: dict[str, Any], _context: object) -> None:
    """Do what the event calls for, and tell CloudFormation how it went: it waits for an answer."""
    answer = {
        "Status": "SUCCESS",
        "PhysicalResourceId": event.get("PhysicalResourceId") or f"{event['LogicalResourceId']}-on",
        **{key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")},
    }
    try:
        _protect(event)
        if event["RequestType"] != "Delete":
            _end_logs(event["ResourceProperties"])
    except Exception as error:  # noqa: BLE001 # CloudFormation would wait an hour for an answer
        answer |= {"Status": "FAILED", "Reason": str(error)}
    _send(event["ResponseURL"], answer)


def _protect(event: dict[str, Any]) -> None:
    """Protect both; when the stack is deleted, release the load balancer, which holds no data, so that it can go."""
    properties = event["ResourceProperties"]
    exists = event["RequestType"] != "Delete"
    if exists or _first_creation_failed(event["StackId"]):
        _client("rds").modify_db_instance(
            DBInstanceIdentifier=properties["Database"], DeletionProtection=exists, ApplyImmediately=True
        )
    _client("elbv2").modify_load_balancer_attributes(
        LoadBalancerArn=properties["LoadBalancer"],
        Attributes=[{"Key": "deletion_protection.enabled", "Value": str(exists).lower()}],
    )


def _end_logs(properties: dict[str, Any]) -> None:
    """Set the retention of the database's logs, whose groups RDS makes with the first line of each."""
    logs = _client("logs")
    for group in properties["LogGroups"]:
        with suppress(logs.exceptions.ResourceAlreadyExistsException):
            logs.create_log_group(logGroupName=group)
        logs.put_retention_policy(logGroupName=group, retentionInDays=int(properties["LogRetentionDays"]))


def _first_creation_failed(stack_id: str) -> bool:
    (stack,) = _client("cloudformation").describe_stacks(StackName=stack_id)["Stacks"]
    return bool(stack["StackStatus"] == FIRST_CREATION_FAILED)


def _send(url: str, answer: dict[str, str]) -> None:
    request = urllib.request.Request(url, data=json.dumps(answer).encode(), method="PUT", headers={"Content-Type": ""})  # noqa: S310 # the URL is CloudFormation's
    urllib.request.urlopen(request, timeout=30).close()  # noqa: S310 # as above


@cache
def _client(service: Literal["cloudformation", "elbv2", "logs", "rds"]) -> Any:  # noqa: ANN401 # boto3's stubs are not where this runs
    return boto3.client(service)
