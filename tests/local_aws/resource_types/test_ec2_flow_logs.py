"""AWS::EC2::FlowLog."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account


def flow_log(**properties: Any) -> dict[str, Any]:
    given = {"ResourceId": {"Ref": "Vpc"}, "ResourceType": "VPC", "LogGroupName": "it", **properties}
    return {
        "Vpc": {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}},
        "Log": {"Type": "AWS::EC2::FlowLog", "Properties": given},
    }


def test_flow_log_returns_its_id(account: Account, attributes: Callable[..., Any]) -> None:
    tags = [{"Key": "Name", "Value": "a"}]
    stack = account.deploy("it", flow_log(TrafficType="REJECT", Tags=tags), Outputs=attributes("Log", "Id"))

    (log,) = account.client("ec2").describe_flow_logs()["FlowLogs"]
    assert stack.outputs == {"Ref": log["FlowLogId"], "Id": log["FlowLogId"]}
    assert log["ResourceId"] == stack.physical_ids["Vpc"]
    assert log["TrafficType"] == "REJECT"
    assert {"Key": "Name", "Value": "a"} in log["Tags"]


def test_flow_log_is_replaced_unless_only_tags_change(account: Account) -> None:
    first = account.deploy("it", flow_log(TrafficType="ALL")).physical_ids["Log"]
    retagged = flow_log(TrafficType="ALL", Tags=[{"Key": "Name", "Value": "b"}])
    assert account.deploy("it", retagged).physical_ids["Log"] == first

    second = account.deploy("it", flow_log(TrafficType="REJECT")).physical_ids["Log"]

    assert second != first
    logs = account.client("ec2").describe_flow_logs()["FlowLogs"]
    assert [(log["FlowLogId"], log["TrafficType"]) for log in logs] == [(second, "REJECT")]


def test_deleted_flow_log_is_gone(account: Account) -> None:
    account.deploy("it", flow_log())

    account.delete("it")

    assert account.client("ec2").describe_flow_logs()["FlowLogs"] == []
