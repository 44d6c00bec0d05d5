"""Requests of every operation are told from each other, as botocore writes them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from botocore.serialize import create_serializer

from local_aws.authorisation.requests import Call, Request, UnknownCallError, read, service_model

if TYPE_CHECKING:
    from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

USED = (
    "acm",
    "cloudformation",
    "ec2",
    "ecr",
    "ecs",
    "elbv2",
    "iam",
    "lambda",
    "logs",
    "route53",
    "s3",
    "secretsmanager",
    "service-quotas",
    "sesv2",
    "ssm",
    "stepfunctions",
    "sts",
)
"""Services that gitops, the CDK, functions and applications call."""

SAME_ROUTE = {"ListDirectoryBuckets"}
"""Operations whose requests differ from another's in the host alone."""


def sample(shape: Shape) -> Any:
    """Return a value of a shape, with its required members."""
    match shape.type_name:
        case "structure":
            structure = cast("StructureShape", shape)
            return {name: sample(structure.members[name]) for name in structure.required_members}
        case "list":
            return [sample(cast("ListShape", shape).member)]
        case "map":
            return {"key": sample(cast("MapShape", shape).value)}
        case "string":
            return (getattr(shape, "enum", None) or ["x"])[0]
    return {"boolean": True, "blob": b"x", "double": 1.5, "float": 1.5}.get(shape.type_name, 1)


def request(operation: OperationModel, parameters: dict[str, Any], credential: str = "") -> Request:
    """Return a request as botocore writes it, signed for the service."""
    serializer = create_serializer(operation.service_model.resolved_protocol, include_validation=False)
    written = serializer.serialize_to_request(parameters, operation)
    url, body = urlsplit(written["url_path"]), written["body"]
    if isinstance(body, dict):
        body = urlencode(body)
    scope = f"{credential or '111111111111'}/20261126/us-east-1/{operation.service_model.signing_name}/aws4_request"
    in_query = {
        name: [str(one) for one in (value if isinstance(value, list) else [value])]
        for name, value in dict(written["query_string"]).items()
    }
    return Request(
        method=written["method"],
        path=url.path,
        headers={
            **{name.lower(): value for name, value in written["headers"].items()},
            "authorization": f"AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0",
        },
        query=parse_qs(url.query, keep_blank_values=True) | in_query,
        body=body.encode() if isinstance(body, str) else body,
    )


def called(service: str, operation: str, **parameters: Any) -> Call:
    return read(request(service_model(service).operation_model(operation), parameters))


@pytest.mark.parametrize("service", USED)
def test_every_operation_is_told_by_its_request(service: str) -> None:
    model = service_model(service)
    operations = [
        operation
        for operation in map(model.operation_model, model.operation_names)
        if not operation.deprecated and operation.name not in SAME_ROUTE
    ]
    mistaken = {}
    for operation in operations:
        parameters = sample(operation.input_shape) if operation.input_shape else {}
        found = read(request(operation, parameters))
        if (found.service, found.operation) != (service, operation.name):
            mistaken[operation.name] = found

    assert operations
    assert mistaken == {}


def test_nested_parameters_of_the_query_protocol_are_read() -> None:
    tags = [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": "2"}]
    call = called("cloudformation", "CreateChangeSet", StackName="dev-alpha", ChangeSetName="it", Tags=tags)

    assert call.parameters == {"StackName": "dev-alpha", "ChangeSetName": "it", "Tags": tags}


def test_nested_parameters_of_ec2_are_read() -> None:
    specification = [{"ResourceType": "instance", "Tags": [{"Key": "a", "Value": "1"}]}]
    call = called("ec2", "RunInstances", MinCount=1, MaxCount=1, TagSpecifications=specification)

    assert call.parameters["TagSpecifications"] == specification


def test_keys_of_objects_have_slashes_and_spaces() -> None:
    call = called("s3", "PutObject", Bucket="media", Key="a/b c")

    assert call.parameters == {"Bucket": "media", "Key": "a/b c"}


def test_a_part_of_an_upload_is_told_from_an_object() -> None:
    assert called("s3", "UploadPart", Bucket="b", Key="k", PartNumber=1, UploadId="u").operation == "UploadPart"
    assert called("s3", "CopyObject", Bucket="b", Key="k", CopySource="c/d").operation == "CopyObject"
    assert called("s3", "PutObject", Bucket="b", Key="k").operation == "PutObject"


def test_the_access_key_is_read_from_headers_and_from_links() -> None:
    operation = service_model("s3").operation_model("GetObject")
    signed = request(operation, {"Bucket": "b", "Key": "k"}, "ASIAX")
    link = Request(
        method="GET",
        path="/b/k",
        headers={},
        query={"X-Amz-Credential": ["ASIAY/20261126/r/s3/aws4_request"]},
        body=b"",
    )
    unsigned = Request(method="GET", path="/b/k", headers={}, query={}, body=b"")

    assert signed.credential == ("ASIAX", "s3")
    assert link.credential == ("ASIAY", "s3")
    assert unsigned.credential is None


def test_an_unsigned_call_for_a_role_is_known() -> None:
    body = b"Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleArn=arn&RoleSessionName=s&WebIdentityToken=t"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    call = read(Request(method="POST", path="/", headers=headers, query={}, body=body))

    assert (call.service, call.operation) == ("sts", "AssumeRoleWithWebIdentity")


def test_what_no_model_describes_is_an_error() -> None:
    with pytest.raises(UnknownCallError, match="PATCH /x"):
        read(Request(method="PATCH", path="/x", headers={}, query={}, body=b""))
