"""AWS APIs called in this process, without a network."""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.session import Session

from local_aws.ministack import seams

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from botocore.model import ServiceModel, Shape
    from botocore.parsers import ResponseParser
    from botocore.serialize import Serializer

    from local_aws.ministack.seams import RequestHandler, Response


class ApiError(ValueError):
    """An AWS service refused a call; ``code`` is the error code in its API reference.

    A ValueError, since that is what MiniStack expects when a resource cannot be provisioned.
    """

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code
        self.message = message


def call(service: str, operation: str, /, **parameters: object) -> dict[str, Any]:
    """Call an AWS API in this process, in the account and region of the request that is being served.

    ``service``, ``operation``, ``parameters`` and the answer are those of a boto3 client: botocore writes the
    request and reads the answer, without a network in between. A boto3 client would deadlock: it would wait for this
    process, which CloudFormation keeps busy until its resource is provisioned.

    Raises:
        ApiError: the service refused.
    """
    protocol = _protocol(service)
    model = protocol.model.operation_model(operation)
    request = protocol.serializer.serialize_to_request(parameters, model)
    url, body = urlsplit(request["url_path"]), request["body"]
    query = parse_qs(url.query, keep_blank_values=True)
    status, headers, content = _finish(
        _handler(service)(
            request["method"],
            url.path,
            {name.lower(): value for name, value in request["headers"].items()},
            urlencode(body).encode() if isinstance(body, dict) else body,
            query | {name: [str(value)] for name, value in dict(request["query_string"]).items()},
        )
    )
    answer = protocol.parser.parse(
        {"status_code": status, "headers": headers, "body": content}, cast("Shape", model.output_shape)
    )
    if "Error" in answer:
        raise ApiError(operation, answer["Error"]["Code"], answer["Error"]["Message"])
    return cast("dict[str, Any]", answer)


class _Protocol(NamedTuple):
    """How requests to a service are written and its answers read."""

    model: ServiceModel
    serializer: Serializer
    parser: ResponseParser


@functools.cache
def _protocol(service: str) -> _Protocol:
    model = Session().get_service_model(service)
    name = model.resolved_protocol
    serializer = cast("Serializer", create_serializer(name, include_validation=False))
    return _Protocol(model, serializer, create_parser(name))


def _handler(service: str) -> RequestHandler:
    if service in _UNTHREADED:
        return _UNTHREADED[service]
    return seams.service_handlers[seams.service_aliases.get(service, service)]


async def _call_ecs(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Response:
    action = headers["x-amz-target"].rpartition(".")[2]
    return seams.dispatch_ecs_action(action, json.loads(body))


async def _call_rds(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
) -> Response:
    return seams.handle_rds_request(method, path, headers, body, query)


# MiniStack runs these services in threads, since Docker may keep them waiting. Without those threads nothing waits.
_UNTHREADED: dict[str, RequestHandler] = {"ecs": _call_ecs, "rds": _call_rds}


def _finish(answer: Awaitable[Response]) -> Response:
    """Run a coroutine that waits for nothing to its end. The event loop is busy with the caller."""
    try:
        next(answer.__await__())
    except StopIteration as finished:
        return cast("Response", finished.value)
    raise RuntimeError("the service waits, which the handler of a CloudFormation resource cannot")
