"""What is changed of MiniStack itself."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import WaiterError

if TYPE_CHECKING:
    from tests.local_aws.accounts import Account

TRUST = {"Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": "*"}]}


def custom_resource(code: str) -> dict[str, Any]:
    function = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Code": {"ZipFile": code},
    }
    service_token = {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}
    return {
        "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
        "Function": {"Type": "AWS::Lambda::Function", "Properties": function},
        "Custom": {"Type": "Custom::It", "Properties": service_token},
    }


@pytest.mark.parametrize("code", ["def handler(event, context): raise ValueError('it is broken')", "it is"])
def test_custom_resource_fails_at_once_when_its_function_crashes(account: Account, code: str) -> None:
    with pytest.raises(WaiterError):
        account.deploy("it", custom_resource(code))

    (reason,) = [reason for reason in account.failures("it") if "Error" in reason]
    assert "function:it-Function" in reason
    assert "it is broken" in reason or "syntax" in reason


CLASSES = "class A(Exception):\n  class BError(Exception): pass\n"


@pytest.mark.parametrize(
    ("raised", "name"),
    [
        ("ValueError('it is broken')", "ValueError"),
        ("ValueError('it: is\\n  broken.')", "ValueError"),
        ("KeyError('it')", "KeyError"),
        ("ValueError()", "ValueError"),
        ("A.BError('it')", "BError"),
    ],
)
def test_error_of_a_function_has_its_class_as_type(account: Account, raised: str, name: str) -> None:
    resources = custom_resource(f"{CLASSES}def handler(event, context): raise {raised}")
    del resources["Custom"]
    function = account.deploy("it", resources).physical_ids["Function"]

    answer = account.client("lambda").invoke(FunctionName=function)

    assert answer["FunctionError"] == "Unhandled"
    assert json.load(answer["Payload"])["errorType"] == name


def test_a_stack_made_again_chooses_other_names_and_keeps_them_when_it_is_updated(account: Account) -> None:
    bucket = {"Type": "AWS::S3::Bucket", "DeletionPolicy": "Retain"}
    first = account.deploy("it", {"Bucket": bucket}).physical_ids["Bucket"]
    cloudformation = account.client("cloudformation")
    cloudformation.delete_stack(StackName="it")
    cloudformation.get_waiter("stack_delete_complete").wait(StackName="it", WaiterConfig={"Delay": 1})

    second = account.deploy("it", {"Bucket": bucket}).physical_ids["Bucket"]
    updated = account.deploy("it", {"Bucket": bucket, "Topic": {"Type": "AWS::SNS::Topic"}}).physical_ids["Bucket"]

    assert first.startswith("it-bucket-")
    assert first != second
    assert second == updated
    assert {bucket["Name"] for bucket in account.client("s3").list_buckets()["Buckets"]} == {first, second}


def test_access_string_of_a_cache_user_is_answered_as_it_was_given(account: Account) -> None:
    elasticache = account.client("elasticache")
    access = "on ~* &* +@all -@admin"

    elasticache.create_user(
        UserId="user", UserName="it", Engine="valkey", AccessString=access, Passwords=["sixteen-or-more-characters"]
    )

    assert [user["AccessString"] for user in elasticache.describe_users(UserId="user")["Users"]] == [access]


def test_parameter_of_a_stack_has_its_name_in_ssm_and_its_resolved_value(account: Account) -> None:
    account.client("ssm").put_parameter(Name="/a/b", Value="one & two", Type="String")
    parameters = {
        "Read": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/a/b"},
        "Plain": {"Type": "String", "Default": "/a/b"},
    }
    topic = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Read"}}}

    account.deploy("it", {"Topic": topic}, Parameters=parameters)

    (stack,) = account.client("cloudformation").describe_stacks(StackName="it")["Stacks"]
    assert sorted(stack["Parameters"], key=lambda parameter: parameter["ParameterKey"]) == [
        {"ParameterKey": "Plain", "ParameterValue": "/a/b"},
        {"ParameterKey": "Read", "ParameterValue": "/a/b", "ResolvedValue": "one & two"},
    ]


def test_template_of_a_stack_is_returned_in_ascii_and_deployed_as_it_was_given(account: Account) -> None:
    cloudformation = account.client("cloudformation")
    body = "Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n    Properties:\n      DisplayName: Grüße 👋 & Küsse\n"
    cloudformation.create_stack(StackName="it", TemplateBody=body)
    cloudformation.get_waiter("stack_create_complete").wait(StackName="it", WaiterConfig={"Delay": 1})

    returned = cloudformation.get_template(StackName="it", TemplateStage="Original")["TemplateBody"]

    assert returned == body.replace("ü", "?").replace("ß", "?").replace("👋", "?")
    topic = account.deployed("it").physical_ids["Topic"]
    attributes = account.client("sns").get_topic_attributes(TopicArn=topic)["Attributes"]
    assert attributes["DisplayName"] == "Grüße 👋 & Küsse"


@pytest.mark.parametrize("image", ["al2023-ami", "al2023-ami-minimal"])
@pytest.mark.parametrize("kernel", ["default", "6.1", "6.12"])
@pytest.mark.parametrize("architecture", ["arm64", "x86_64"])
def test_amazon_linux_images_are_known(account: Account, image: str, kernel: str, architecture: str) -> None:
    name = f"/aws/service/ami-amazon-linux-latest/{image}-kernel-{kernel}-{architecture}"

    assert account.client("ssm").get_parameter(Name=name)["Parameter"]["Value"].startswith("ami-")


def test_hosted_zone_of_a_stack_gets_an_id(account: Account) -> None:
    zone = {"Type": "AWS::Route53::HostedZone", "Properties": {"Name": "example.com"}}
    stack = account.deploy("it", {"Zone": zone})

    found = account.client("route53").get_hosted_zone(Id=stack.physical_ids["Zone"])["HostedZone"]
    assert found["Name"] == "example.com."


@pytest.mark.parametrize(("reference", "chosen"), [("Z0123456789ABCDEFGHIJ", True), ("2026-11-23T12:00", False)])
def test_a_caller_reference_in_the_form_of_an_id_is_the_id_of_the_hosted_zone(
    account: Account,
    reference: str,
    chosen: bool,  # noqa: FBT001 - a table
) -> None:
    client = account.client("route53")
    create = {"Name": "example.com", "CallerReference": reference}

    zone_id = client.create_hosted_zone(**create)["HostedZone"]["Id"]

    assert (zone_id == f"/hostedzone/{reference}") == chosen
    assert client.create_hosted_zone(**create)["HostedZone"]["Id"] == zone_id
    assert client.get_hosted_zone(Id=zone_id)["HostedZone"]["Name"] == "example.com."
