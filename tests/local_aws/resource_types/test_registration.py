"""Which resource types the embedded AWS knows, and what CloudFormation makes of them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError, WaiterError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account


def test_unknown_type_is_refused_before_anything_is_created(account: Account) -> None:
    resources = {"Eip": {"Type": "AWS::EC2::EIP"}, "It": {"Type": "AWS::EC2::Nonsense"}}

    with pytest.raises(ClientError, match=r"Unrecognized resource types: \[AWS::EC2::Nonsense\]"):
        account.deploy("it", resources)

    assert account.client("ec2").describe_addresses()["Addresses"] == []


@pytest.mark.parametrize(
    ("changed", "replacement"),
    [({"ImageId": "ami-2"}, "True"), ({"InstanceType": "t4g.small"}, "Conditional"), ({"Tags": []}, "False")],
)
def test_change_set_says_whether_a_change_replaces(
    account: Account, changed: dict[str, object], replacement: str
) -> None:
    def template(**more: object) -> str:
        tags = [{"Key": "Name", "Value": "a"}]
        properties = {"ImageId": "ami-1", "InstanceType": "t4g.nano", "Tags": tags, **more}
        return json.dumps({"Resources": {"It": {"Type": "AWS::EC2::Instance", "Properties": properties}}})

    account.deploy("it", json.loads(template())["Resources"])
    cloudformation = account.client("cloudformation")
    names = {"StackName": "it", "ChangeSetName": "change"}
    cloudformation.create_change_set(**names, TemplateBody=template(**changed))
    cloudformation.get_waiter("change_set_create_complete").wait(**names, WaiterConfig={"Delay": 0.05})

    (change,) = cloudformation.describe_change_set(**names)["Changes"]
    assert change["ResourceChange"]["Replacement"] == replacement


@pytest.mark.parametrize("region", [{}, {"Region": "eu-central-1"}])
def test_output_of_another_stack_can_be_read(account: Account, region: dict[str, str]) -> None:
    eip = {"Eip": {"Type": "AWS::EC2::EIP"}}
    account.deploy("base", eip, Outputs={"Address": {"Value": {"Ref": "Eip"}}})
    weak = {"Fn::GetStackOutput": {"StackName": "base", "OutputName": "Address", **region}}
    topic = {"Topic": {"Type": "AWS::SNS::Topic"}}

    app = account.deploy("app", topic, Outputs={"Seen": {"Value": weak}})

    assert app.outputs["Seen"] == account.deployed("base").outputs["Address"]


def test_failed_creation_leaves_nothing_of_ours(account: Account) -> None:
    rule = {"GroupId": "sg-0", "IpProtocol": "-1", "CidrIp": "0.0.0.0/0"}
    flow_log = {"ResourceId": "vpc-1", "ResourceType": "VPC", "LogGroupName": "it"}
    resources = {
        "Eip": {"Type": "AWS::EC2::EIP"},
        "Log": {"Type": "AWS::EC2::FlowLog", "Properties": flow_log},
        "Broken": {
            "Type": "AWS::EC2::SecurityGroupIngress",
            "Properties": rule,
            "DependsOn": ["Eip", "Log"],
        },
    }

    with pytest.raises(WaiterError):
        account.deploy("it", resources)

    ec2 = account.client("ec2")
    assert ec2.describe_addresses()["Addresses"] == []
    assert ec2.describe_flow_logs()["FlowLogs"] == []
    assert any("InvalidGroup.NotFound" in reason for reason in account.failures("it"))
