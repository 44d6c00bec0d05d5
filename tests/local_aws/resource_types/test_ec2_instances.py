"""AWS::EC2::Instance."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.local_aws.accounts import Account

ATTRIBUTES = (
    "AvailabilityZone",
    "InstanceId",
    "PrivateDnsName",
    "PrivateIp",
    "PublicDnsName",
    "PublicIp",
    "State.Code",
    "State.Name",
    "VpcId",
)
TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}
IMAGE = "/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-arm64"


def server(**properties: Any) -> dict[str, Any]:
    given = {"ImageId": "ami-1", "InstanceType": "t4g.nano", "SubnetId": {"Ref": "Subnet"}, **properties}
    return {"Server": {"Type": "AWS::EC2::Instance", "Properties": given}}


def describe(account: Account) -> dict[str, Any]:
    """The one instance that is not terminated."""
    reservations = account.client("ec2").describe_instances()["Reservations"]
    instances = [instance for reservation in reservations for instance in reservation["Instances"]]
    (instance,) = [i for i in instances if i["State"]["Name"] != "terminated"]
    return dict(instance)


def test_instance_returns_where_it_is(
    account: Account, network: dict[str, Any], attributes: Callable[..., Any]
) -> None:
    resources = {**network, **server(SecurityGroupIds=[{"Ref": "Group"}])}
    stack = account.deploy("it", resources, Outputs=attributes("Server", *ATTRIBUTES))

    instance = describe(account)
    assert stack.outputs == {
        "Ref": instance["InstanceId"],
        "InstanceId": instance["InstanceId"],
        "AvailabilityZone": "eu-central-1b",
        "PrivateDnsName": instance["PrivateDnsName"],
        "PrivateIp": instance["PrivateIpAddress"],
        "PublicDnsName": instance["PublicDnsName"],
        "PublicIp": instance["PublicIpAddress"],
        "StateCode": "16",
        "StateName": "running",
        "VpcId": stack.physical_ids["Vpc"],
    }
    assert instance["Placement"]["AvailabilityZone"] == "eu-central-1b"
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [stack.physical_ids["Group"]]


@pytest.mark.parametrize(("assigned", "public"), [(True, True), (False, False)])
def test_interface_says_whether_there_is_a_public_address(
    account: Account, network: dict[str, Any], *, assigned: bool, public: bool
) -> None:
    interface = {
        "DeviceIndex": "0",
        "SubnetId": {"Ref": "Subnet"},
        "GroupSet": [{"Ref": "Group"}],
        "AssociatePublicIpAddress": assigned,
    }
    properties = {"ImageId": "ami-1", "NetworkInterfaces": [interface]}
    stack = account.deploy("it", {**network, "Server": {"Type": "AWS::EC2::Instance", "Properties": properties}})

    instance = describe(account)
    assert bool(instance["PublicIpAddress"]) == public
    assert instance["SubnetId"] == stack.physical_ids["Subnet"]
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [stack.physical_ids["Group"]]


def test_instance_in_a_private_subnet_has_no_public_address(account: Account, network: dict[str, Any]) -> None:
    network["Subnet"]["Properties"]["MapPublicIpOnLaunch"] = False
    account.deploy("it", {**network, **server()})

    assert not describe(account)["PublicIpAddress"]


def test_instance_changes_in_place(account: Account, network: dict[str, Any], attributes: Callable[..., Any]) -> None:
    def role(name: str) -> dict[str, Any]:
        return {
            f"{name}Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
            name: {"Type": "AWS::IAM::InstanceProfile", "Properties": {"Roles": [{"Ref": f"{name}Role"}]}},
        }

    resources = {**network, **role("One"), **role("Two")}
    resources["Other"] = network["Group"]
    before = account.deploy("it", {**resources, **server(IamInstanceProfile={"Ref": "One"})})

    changed = server(
        IamInstanceProfile={"Ref": "Two"},
        InstanceType="t4g.small",
        SecurityGroupIds=[{"Ref": "Other"}],
        Tags=[{"Key": "Name", "Value": "b"}],
        UserData={"Fn::Base64": "true"},
    )
    outputs = attributes("Two", "Arn")
    after = account.deploy("it", {**resources, **changed}, Outputs=outputs)

    instance = describe(account)
    assert after.physical_ids["Server"] == before.physical_ids["Server"] == instance["InstanceId"]
    assert instance["InstanceType"] == "t4g.small"
    assert [group["GroupId"] for group in instance["SecurityGroups"]] == [after.physical_ids["Other"]]
    assert instance["IamInstanceProfile"]["Arn"] == after.outputs["Arn"]
    assert {"Key": "Name", "Value": "b"} in instance["Tags"]


def test_another_image_replaces_the_instance(account: Account, network: dict[str, Any]) -> None:
    before = account.deploy("it", {**network, **server(ImageId="ami-1")})
    after = account.deploy("it", {**network, **server(ImageId="ami-2")})

    instance = describe(account)
    assert after.physical_ids["Server"] != before.physical_ids["Server"]
    assert (instance["InstanceId"], instance["ImageId"]) == (after.physical_ids["Server"], "ami-2")
    assert len(account.client("ec2").describe_volumes()["Volumes"]) == 1


def test_deleted_instance_leaves_no_volume(account: Account, network: dict[str, Any]) -> None:
    account.deploy("it", {**network, **server()})

    account.delete("it")

    ec2 = account.client("ec2")
    (reservation,) = ec2.describe_instances()["Reservations"]
    assert reservation["Instances"][0]["State"]["Name"] == "terminated"
    assert ec2.describe_volumes()["Volumes"] == []


def test_image_comes_from_a_public_parameter(account: Account, network: dict[str, Any]) -> None:
    parameter = {"Type": "AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>", "Default": IMAGE}
    resources = {**network, **server(ImageId={"Ref": "Image"})}
    account.deploy("it", resources, Parameters={"Image": parameter})

    value = account.client("ssm").get_parameter(Name=IMAGE)["Parameter"]["Value"]
    assert value.startswith("ami-")
    assert describe(account)["ImageId"] == value
