"""What calls are authorised for: actions, resources and condition keys."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from local_aws.authorisation.mapping import Place, UnknownActionError, requirements
from local_aws.authorisation.requests import Call

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACE = Place("111111111111", "us-east-1")
ARN = "arn:aws:{}:us-east-1:111111111111:{}"
STACK = ARN.format("cloudformation", "stack/dev-alpha/0f1e")
DEFINITION = ARN.format("ecs", "task-definition/dev-alpha:3")
CLUSTER = ARN.format("ecs", "cluster/c")
ROLE = "arn:aws:iam::111111111111:role/task"


class Existing:
    """A stack, a task definition with a role, and a secret."""

    def arn(self, prefix: str, kind: str, name: str) -> str | None:
        known = {
            ("cloudformation", "stack", "dev-alpha"): STACK,
            ("ecs", "task-definition", "dev-alpha"): DEFINITION,
            ("ses", "identity", "Dev <no-reply@dev.example.com>"): ARN.format("ses", "identity/dev.example.com"),
            ("secretsmanager", "secret", "it"): ARN.format("secretsmanager", "secret:it-AbCdEf"),
            ("secretsmanager", "secret", ARN.format("secretsmanager", "secret:it")): ARN.format(
                "secretsmanager", "secret:it-AbCdEf"
            ),
        }
        return known.get((prefix, kind, name))

    def roles_of_task_definition(self, arn: str) -> list[str]:
        return [ROLE] if arn == DEFINITION else []

    def ssm_parameters_of_template(self, parameters: Mapping[str, Any]) -> list[str]:
        names: list[str] = json.loads(parameters.get("TemplateBody", "[]"))
        return names


def needed(service: str, operation: str, **parameters: Any) -> list[tuple[str, str, dict[str, Any]]]:
    call = Call(service=service, operation=operation, protocol="json", parameters=parameters)
    return [(one.action.name, one.resource, dict(one.context)) for one in requirements(call, PLACE, Existing())]


def resources(service: str, operation: str, **parameters: Any) -> list[tuple[str, str]]:
    return [(action, resource) for action, resource, _ in needed(service, operation, **parameters)]


def test_a_stack_is_known_by_its_id() -> None:
    assert resources("cloudformation", "DescribeStacks", StackName="dev-alpha") == [
        ("cloudformation:DescribeStacks", STACK)
    ]
    assert resources("cloudformation", "DescribeStacks", StackName=STACK) == [("cloudformation:DescribeStacks", STACK)]


def test_a_stack_that_does_not_exist_yet_has_no_id() -> None:
    assert resources("cloudformation", "CreateStack", StackName="new") == [
        ("cloudformation:CreateStack", ARN.format("cloudformation", "stack/new/*"))
    ]


@pytest.mark.parametrize("operation", ["CreateChangeSet", "CreateStack", "UpdateStack"])
def test_a_template_takes_reading_its_ssm_parameters_of_the_account(operation: str) -> None:
    public = "/aws/service/ami-amazon-linux-latest/al2023"
    names = json.dumps(["/gitops/dev/base/VpcId", public])

    found = resources("cloudformation", operation, StackName="dev-alpha", ChangeSetName="it", TemplateBody=names)

    assert [one for one in found if one[0].startswith("ssm:")] == [
        ("ssm:GetParameters", ARN.format("ssm", "parameter/gitops/dev/base/VpcId")),
    ]


def test_other_calls_with_a_template_read_no_ssm_parameter() -> None:
    names = json.dumps(["/gitops/dev/base/VpcId"])

    found = resources("cloudformation", "ValidateTemplate", TemplateBody=names)

    assert [action for action, _ in found] == ["cloudformation:ValidateTemplate"]


def test_a_list_of_everything_is_about_no_particular_resource() -> None:
    assert resources("cloudformation", "DescribeStacks") == [("cloudformation:DescribeStacks", "*")]
    assert resources("ecs", "ListTasks", cluster="c") == [("ecs:ListTasks", "*")]
    assert resources("ec2", "DescribeVpcs") == [("ec2:DescribeVpcs", "*")]


def test_a_change_set_has_conditions_and_passes_its_role() -> None:
    found = needed("cloudformation", "CreateChangeSet", StackName="dev-alpha", ChangeSetName="it", RoleARN=ROLE)

    assert found == [
        (
            "cloudformation:CreateChangeSet",
            STACK,
            {"cloudformation:ChangeSetName": "it", "cloudformation:RoleArn": ROLE},
        ),
        ("iam:PassRole", ROLE, {"iam:PassedToService": "cloudformation.amazonaws.com"}),
    ]


def test_a_task_is_run_from_its_definition_in_a_cluster_with_its_roles() -> None:
    tags = [{"key": "a", "value": "b"}]

    assert needed("ecs", "RunTask", cluster="c", taskDefinition="dev-alpha", tags=tags) == [
        ("ecs:RunTask", DEFINITION, {"ecs:cluster": CLUSTER, "aws:RequestTag/a": "b", "aws:TagKeys": ("a",)}),
        (
            "ecs:TagResource",
            ARN.format("ecs", "task/c/*"),
            {
                "ecs:cluster": CLUSTER,
                "ecs:CreateAction": "RunTask",
                "aws:RequestTag/a": "b",
                "aws:TagKeys": ("a",),
            },
        ),
        ("iam:PassRole", ROLE, {"iam:PassedToService": "ecs-tasks.amazonaws.com"}),
    ]


@pytest.mark.parametrize("cluster", ["c", CLUSTER])
def test_tasks_are_known_by_cluster_and_id(cluster: str) -> None:
    assert resources("ecs", "DescribeTasks", cluster=cluster, tasks=["t", "u"]) == [
        ("ecs:DescribeTasks", ARN.format("ecs", "task/c/t")),
        ("ecs:DescribeTasks", ARN.format("ecs", "task/c/u")),
    ]


def test_a_command_in_a_task_takes_cluster_and_task() -> None:
    assert resources("ecs", "ExecuteCommand", cluster="c", task="t", command="sh", interactive=True) == [
        ("ecs:ExecuteCommand", CLUSTER),
        ("ecs:ExecuteCommand", ARN.format("ecs", "task/c/t")),
    ]


@pytest.mark.parametrize(
    ("operation", "action", "resource"),
    [
        ("HeadObject", "s3:GetObject", "arn:aws:s3:::b/k"),
        ("GetObject", "s3:GetObject", "arn:aws:s3:::b/k"),
        ("UploadPart", "s3:PutObject", "arn:aws:s3:::b/k"),
        ("ListObjectsV2", "s3:ListBucket", "arn:aws:s3:::b"),
        ("HeadBucket", "s3:ListBucket", "arn:aws:s3:::b"),
        ("GetBucketEncryption", "s3:GetEncryptionConfiguration", "arn:aws:s3:::b"),
    ],
)
def test_operations_of_s3_have_actions_of_other_names(operation: str, action: str, resource: str) -> None:
    key = {"Key": "k"} if resource.endswith("/k") else {}

    assert resources("s3", operation, Bucket="b", **key) == [(action, resource)]


def test_deletion_of_several_objects_takes_the_permission_on_all_of_the_bucket() -> None:
    assert resources("s3", "DeleteObjects", Bucket="b") == [("s3:DeleteObject", "arn:aws:s3:::b/*")]


def test_a_copy_reads_its_source() -> None:
    assert resources("s3", "CopyObject", Bucket="b", Key="k", CopySource="c/d") == [
        ("s3:PutObject", "arn:aws:s3:::b/k"),
        ("s3:GetObject", "arn:aws:s3:::c/d"),
    ]


def test_a_log_group_is_asked_about_with_its_stream() -> None:
    group = ARN.format("logs", "log-group:/a")

    assert resources("logs", "GetLogEvents", logGroupName="/a", logStreamName="s/t") == [
        ("logs:GetLogEvents", f"{group}:log-stream:s/t")
    ]
    assert resources("logs", "FilterLogEvents", logGroupName="/a") == [("logs:FilterLogEvents", f"{group}:log-stream:")]
    assert resources("logs", "TagResource", resourceArn=group, tags={}) == [("logs:TagResource", group)]


@pytest.mark.parametrize("given", ["it", ARN.format("secretsmanager", "secret:it")])
def test_a_secret_is_asked_about_by_its_whole_arn(given: str) -> None:
    assert resources("secretsmanager", "GetSecretValue", SecretId=given) == [
        ("secretsmanager:GetSecretValue", ARN.format("secretsmanager", "secret:it-AbCdEf"))
    ]


def test_parameters_are_called_without_their_first_slash() -> None:
    assert resources("ssm", "GetParameters", Names=["/a/b", "c"]) == [
        ("ssm:GetParameters", ARN.format("ssm", "parameter/a/b")),
        ("ssm:GetParameters", ARN.format("ssm", "parameter/c")),
    ]


def test_a_function_is_invoked() -> None:
    assert resources("lambda", "Invoke", FunctionName="f") == [
        ("lambda:InvokeFunction", ARN.format("lambda", "function:f"))
    ]


def test_a_role_is_assumed_by_name_of_session_and_external_id() -> None:
    assert needed("sts", "AssumeRole", RoleArn=ROLE, RoleSessionName="s", ExternalId="e") == [
        ("sts:AssumeRole", ROLE, {"sts:ExternalId": "e", "sts:RoleSessionName": "s"})
    ]


def test_everybody_may_ask_who_they_are() -> None:
    assert needed("sts", "GetCallerIdentity") == []


def test_a_role_is_created_within_a_boundary() -> None:
    boundary = "arn:aws:iam::111111111111:policy/b"
    found = needed("iam", "CreateRole", RoleName="r", AssumeRolePolicyDocument="{}", PermissionsBoundary=boundary)

    assert found == [("iam:CreateRole", "arn:aws:iam::111111111111:role/r", {"iam:PermissionsBoundary": boundary})]


def test_an_operation_that_iam_does_not_know_is_an_error() -> None:
    with pytest.raises(UnknownActionError, match="GetLogObject"):
        needed("logs", "GetLogObject", logObjectPointer="x")


@pytest.mark.parametrize(("service", "parameter"), [("ses", "Source"), ("sesv2", "FromEmailAddress")])
def test_mail_takes_the_identity_of_its_sender_and_conditions_see_the_address(service: str, parameter: str) -> None:
    found = needed(service, "SendEmail", **{parameter: "Dev <no-reply@dev.example.com>"})

    assert [(action, resource, context.get("ses:FromAddress")) for action, resource, context in found] == [
        ("ses:SendEmail", ARN.format("ses", "identity/dev.example.com"), "no-reply@dev.example.com")
    ]


@pytest.mark.parametrize(
    "parameters",
    [
        {"QueueUrl": "https://sqs.us-east-1.amazonaws.com/111111111111/imports"},
        {"QueueUrl": "http://localhost:4566/111111111111/imports"},
    ],
)
def test_a_queue_is_known_by_its_url(parameters: Mapping[str, str]) -> None:
    for operation in ("SendMessage", "SendMessageBatch"):
        assert resources("sqs", operation, **parameters) == [("sqs:SendMessage", ARN.format("sqs", "imports"))]
    assert resources("sqs", "GetQueueUrl", QueueName="imports") == [("sqs:GetQueueUrl", ARN.format("sqs", "imports"))]
