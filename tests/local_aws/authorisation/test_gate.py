"""Calls of the embedded AWS are refused to principals that may not make them, in AWS's words."""

from __future__ import annotations

import json
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from tests.local_aws.accounts import REGION, Account


def policy(*actions: str, resource: str = "*", effect: str = "Allow", **conditions: Any) -> str:
    statement: dict[str, Any] = {"Effect": effect, "Action": list(actions), "Resource": resource}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: dict[str, str], action: str = "sts:AssumeRole", **conditions: Any) -> str:
    statement = {"Effect": "Allow", "Action": action, "Principal": principal, "Condition": conditions}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


class Role:
    """A role of an account that its administrator may assume, and clients of a session of it."""

    def __init__(self, account: Account, *documents: str, boundary: str | None = None) -> None:
        self.account = account
        iam = account.client("iam")
        limit = {}
        if boundary:
            made = iam.create_policy(PolicyName="boundary", PolicyDocument=boundary)
            limit = {"PermissionsBoundary": made["Policy"]["Arn"]}
        document = trust({"AWS": f"arn:aws:iam::{account.number}:root"})
        made = iam.create_role(RoleName="it", AssumeRolePolicyDocument=document, **limit)
        self.arn = made["Role"]["Arn"]
        for number, text in enumerate(documents):
            iam.put_role_policy(RoleName="it", PolicyName=f"policy{number}", PolicyDocument=text)
        answer = account.client("sts").assume_role(RoleArn=self.arn, RoleSessionName="session")
        self._credentials = answer["Credentials"]

    @property
    def session_arn(self) -> str:
        return f"arn:aws:sts::{self.account.number}:assumed-role/it/session"

    def client(self, service: str) -> Any:
        return boto3.client(
            service,  # type: ignore[call-overload]  # stubs are installed for few services
            endpoint_url=self.account.aws.endpoint,
            region_name=REGION,
            aws_access_key_id=self._credentials["AccessKeyId"],
            aws_secret_access_key=self._credentials["SecretAccessKey"],
            aws_session_token=self._credentials["SessionToken"],
        )


def test_an_administrator_may_do_everything(account: Account) -> None:
    assert account.client("ecs").create_cluster(clusterName="it")["cluster"]["clusterName"] == "it"


@pytest.mark.denied("ecs:CreateCluster")
def test_a_role_may_do_what_its_policy_allows_and_nothing_else(account: Account) -> None:
    role = Role(account, policy("ecs:DescribeClusters"))

    assert role.client("ecs").describe_clusters(clusters=["default"])["clusters"] == []
    with pytest.raises(ClientError) as refused:
        role.client("ecs").create_cluster(clusterName="it")
    assert refused.value.response["Error"]["Code"] == "AccessDeniedException"
    assert refused.value.response["Error"]["Message"] == (
        f"User: {role.session_arn} is not authorized to perform: ecs:CreateCluster on resource: "
        f"arn:aws:ecs:{REGION}:{account.number}:cluster/it because no identity-based policy allows the "
        "ecs:CreateCluster action"
    )
    assert account.client("ecs").list_clusters()["clusterArns"] == []


ROLE_OF_ANOTHER_ACCOUNT = {"RoleArn": "arn:aws:iam::1:role/x", "RoleSessionName": "it"}


@pytest.mark.parametrize(
    ("service", "operation", "parameters", "code"),
    [
        pytest.param(service, operation, parameters, code, id=service, marks=pytest.mark.denied(action))
        for service, operation, parameters, code, action in (
            ("cloudformation", "list_stacks", {}, "AccessDenied", "cloudformation:ListStacks"),
            ("ec2", "describe_vpcs", {}, "UnauthorizedOperation", "ec2:DescribeVpcs"),
            ("lambda", "list_functions", {}, "AccessDeniedException", "lambda:ListFunctions"),
            ("logs", "describe_log_groups", {}, "AccessDeniedException", "logs:DescribeLogGroups"),
            ("route53", "list_hosted_zones", {}, "AccessDenied", "route53:ListHostedZones"),
            ("s3", "list_buckets", {}, "AccessDenied", "s3:ListAllMyBuckets"),
            ("sts", "assume_role", ROLE_OF_ANOTHER_ACCOUNT, "AccessDenied", "sts:AssumeRole"),
        )
    ],
)
def test_every_protocol_tells_that_access_is_denied(
    account: Account, service: str, operation: str, parameters: dict[str, str], code: str
) -> None:
    role = Role(account)

    with pytest.raises(ClientError, match="is not authorized to perform") as refused:
        getattr(role.client(service), operation)(**parameters)
    assert refused.value.response["Error"]["Code"] == code


@pytest.mark.denied("logs:CreateLogGroup")
def test_a_boundary_limits_what_a_policy_allows(account: Account) -> None:
    role = Role(account, policy("*"), boundary=policy("ecs:*"))

    role.client("ecs").create_cluster(clusterName="it")
    with pytest.raises(ClientError, match="because no permissions boundary allows the logs:CreateLogGroup action"):
        role.client("logs").create_log_group(logGroupName="it")


@pytest.mark.denied("ecs:DeleteCluster")
def test_an_explicit_deny_is_named(account: Account) -> None:
    role = Role(account, policy("*"), policy("ecs:DeleteCluster", effect="Deny"))

    with pytest.raises(ClientError, match="with an explicit deny in an identity-based policy"):
        role.client("ecs").delete_cluster(cluster="it")


@pytest.mark.denied("ecs:DeleteCluster")
def test_conditions_on_tags_of_resources_hold(account: Account) -> None:
    tagged = policy("ecs:DescribeTasks", "ecs:DeleteCluster", StringEquals={"aws:ResourceTag/kind": "ad-hoc"})
    role = Role(account, tagged)
    for name in ("ad-hoc", "prod"):
        account.client("ecs").create_cluster(clusterName=name, tags=[{"key": "kind", "value": name}])

    role.client("ecs").delete_cluster(cluster="ad-hoc")
    with pytest.raises(ClientError, match="ecs:DeleteCluster"):
        role.client("ecs").delete_cluster(cluster="prod")


@pytest.mark.denied("iam:PassRole")
def test_a_role_is_passed_only_where_that_is_allowed(account: Account) -> None:
    passing = policy("iam:PassRole", StringEquals={"iam:PassedToService": "ecs-tasks.amazonaws.com"})
    role = Role(account, policy("ecs:RegisterTaskDefinition", "lambda:CreateFunction"), passing)
    container = {"name": "it", "image": "it", "memory": 128}

    role.client("ecs").register_task_definition(family="it", taskRoleArn=role.arn, containerDefinitions=[container])
    with pytest.raises(ClientError, match=f"iam:PassRole on resource: {role.arn}"):
        role.client("lambda").create_function(
            FunctionName="it", Role=role.arn, Code={"ZipFile": b""}, Runtime="python3.12", Handler="it.it"
        )


@pytest.mark.denied("s3:DeleteObject")
def test_the_policy_of_a_bucket_denies_too(account: Account) -> None:
    role = Role(account, policy("s3:*"))
    bucket = f"it-{account.number}"
    account.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    role.client("s3").put_object(Bucket=bucket, Key="a/b")
    denying = json.loads(policy("s3:DeleteObject", effect="Deny", resource=f"arn:aws:s3:::{bucket}/*"))
    denying["Statement"][0]["Principal"] = "*"
    account.client("s3").put_bucket_policy(Bucket=bucket, Policy=json.dumps(denying))

    assert role.client("s3").head_object(Bucket=bucket, Key="a/b")["ContentLength"] == 0
    with pytest.raises(ClientError, match="explicit deny in a resource-based policy"):
        role.client("s3").delete_object(Bucket=bucket, Key="a/b")


@pytest.mark.denied("sts:AssumeRole")
def test_a_role_is_assumed_by_those_whom_it_trusts(account: Account) -> None:
    document = trust({"Service": "lambda.amazonaws.com"})
    made = account.client("iam").create_role(RoleName="of-functions", AssumeRolePolicyDocument=document)

    with pytest.raises(ClientError, match="sts:AssumeRole"):
        account.client("sts").assume_role(RoleArn=made["Role"]["Arn"], RoleSessionName="it")


def test_a_role_that_does_not_exist_cannot_be_assumed(account: Account) -> None:
    arn = f"arn:aws:iam::{account.number}:role/none"

    with pytest.raises(ClientError, match=f"sts:AssumeRole on resource: {arn}") as refused:
        account.client("sts").assume_role(RoleArn=arn, RoleSessionName="it")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"


@pytest.mark.denied("ecs:ListClusters")
def test_an_unknown_key_is_refused(account: Account) -> None:
    client = boto3.client(
        "ecs",
        endpoint_url=account.aws.endpoint,
        region_name=REGION,
        aws_access_key_id="AKIAUNKNOWN",
        aws_secret_access_key="x",  # noqa: S106 - of nobody
    )

    with pytest.raises(ClientError, match="security token included in the request is invalid"):
        client.list_clusters()


READS_A_PARAMETER = {
    "Parameters": {"Read": {"Type": "AWS::SSM::Parameter::Value<String>", "Default": "/gitops/dev/base/VpcId"}},
    "Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": {"Ref": "Read"}}}},
}


@pytest.mark.denied("ssm:GetParameters")
def test_a_template_with_ssm_parameters_takes_reading_them(account: Account) -> None:
    account.client("ssm").put_parameter(Name="/gitops/dev/base/VpcId", Value="vpc-1", Type="String")
    role = Role(account, policy("cloudformation:*", "sns:*"))
    body = {"StackName": "it", "TemplateBody": json.dumps(READS_A_PARAMETER)}

    with pytest.raises(ClientError, match=r"ssm:GetParameters.*parameter/gitops/dev/base/VpcId"):
        role.client("cloudformation").create_stack(**body)

    arn = f"arn:aws:ssm:{REGION}:{account.number}:parameter/gitops/*"
    allowed = policy("ssm:GetParameters", resource=arn)
    account.client("iam").put_role_policy(RoleName="it", PolicyName="read", PolicyDocument=allowed)
    assert role.client("cloudformation").create_stack(**body)["StackId"]


RAW = "From: Shop <{sender}>\r\nTo: octocat@example.com\r\nSubject: Hello\r\n\r\nx"


def sent(role: Role, form: str, sender: str) -> None:
    """Send a mail by SESv2, in a form that names the sender or leaves it to the message."""
    simple = {"Simple": {"Subject": {"Data": "Hello"}, "Body": {"Text": {"Data": "x"}}}}
    forms: dict[str, dict[str, Any]] = {
        "parameter": {"FromEmailAddress": sender, "Content": simple},
        "header": {"Content": {"Raw": {"Data": RAW.format(sender=sender).encode()}}},
    }
    role.client("sesv2").send_email(Destination={"ToAddresses": ["octocat@example.com"]}, **forms[form])


@pytest.mark.denied("ses:SendEmail")
@pytest.mark.parametrize("form", ["parameter", "header"])
def test_mail_by_either_form_of_sesv2_is_authorised_by_its_sender(form: str, account: Account) -> None:
    for domain in ("dev.example.com", "example.com"):
        account.client("sesv2").create_email_identity(EmailIdentity=domain)
    only: dict[str, Any] = {"StringLike": {"ses:FromAddress": "*@dev.example.com"}}
    identity = f"arn:aws:ses:{REGION}:{account.number}:identity/dev.example.com"
    role = Role(account, policy("ses:SendEmail", resource=identity, **only))

    sent(role, form, "noreply@dev.example.com")

    with pytest.raises(ClientError, match=r"AccessDenied.*not authorized to perform: ses:SendEmail on resource"):
        sent(role, form, "ceo@example.com")


@pytest.mark.denied("ses:CreateEmailIdentity", "ses:SendEmail")
def test_a_role_without_permissions_may_do_nothing_with_sesv2(account: Account) -> None:
    account.client("sesv2").create_email_identity(EmailIdentity="dev.example.com")
    role = Role(account)

    with pytest.raises(ClientError, match="AccessDenied"):
        role.client("sesv2").create_email_identity(EmailIdentity="qa.example.com")
    with pytest.raises(ClientError, match="AccessDenied"):
        sent(role, "parameter", "noreply@dev.example.com")
