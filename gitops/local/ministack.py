"""The only door to MiniStack's code: what this project calls in it, and the tables that it adds to.

Names that begin with an underscore are MiniStack's own. Its version is pinned, and the tests of the resource
types show whether another version still has them.
"""

from __future__ import annotations

import functools
import json
import re
from contextvars import ContextVar
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qs, urlencode, urlsplit

from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from botocore.session import Session

# MiniStack ships no types, which mypy says once of each of its packages.
from ministack import app as _app  # type: ignore[import-untyped]
from ministack.core import responses as _responses  # type: ignore[import-untyped]
from ministack.core import router as _router
from ministack.services import ec2 as _ec2  # type: ignore[import-untyped]
from ministack.services import ecs as _ecs
from ministack.services import lambda_svc as _lambda
from ministack.services import rds as _rds
from ministack.services import route53 as _route53
from ministack.services import ssm as _ssm
from ministack.services.cloudformation import (  # type: ignore[import-untyped]
    custom_resource as _custom_resource,
)
from ministack.services.cloudformation import provisioners as _provisioners

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, MutableMapping

    from botocore.model import ServiceModel, Shape
    from botocore.parsers import ResponseParser
    from botocore.serialize import Serializer
    from hypercorn.typing import ASGIFramework

    Response = tuple[int, dict[str, str], bytes]
    """Status, headers and body, as MiniStack's services answer."""
    RequestHandler = Callable[[str, str, dict[str, str], bytes, dict[str, list[str]]], Coroutine[Any, Any, Response]]
    """A service of MiniStack: method, path, headers, body and query parameters to a response."""

APPLICATION = cast("ASGIFramework", _app.app)

# CloudFormation's tables, by resource type: how to provision it, the properties whose change replaces it for
# certain or perhaps, and the property that takes the tags of the stack with its shape.
RESOURCE_HANDLERS: MutableMapping[str, dict[str, Any]] = _provisioners._RESOURCE_HANDLERS  # noqa: SLF001
REPLACING_PROPERTIES: MutableMapping[str, tuple[str, ...]] = _provisioners._REPLACING_PROPERTIES  # noqa: SLF001
CONDITIONALLY_REPLACING_PROPERTIES: MutableMapping[str, tuple[str, ...]] = (
    _provisioners._CONDITIONALLY_REPLACING_PROPERTIES  # noqa: SLF001
)
STACK_TAG_PROPERTY: MutableMapping[str, tuple[str, str]] = _provisioners._STACK_TAG_PROPERTY  # noqa: SLF001

# The records of EC2's instances in the account and region of the request.
INSTANCES: MutableMapping[str, dict[str, Any]] = _ec2._instances  # noqa: SLF001

# The records of ECS's tasks in the account and region of the request.
TASKS: MutableMapping[str, dict[str, Any]] = _ecs._tasks  # noqa: SLF001

HOSTED_ZONE_ID = re.compile(r"Z[A-Z0-9]{1,31}")


class ApiError(ValueError):
    """An AWS service refused a call; ``code`` is the error code of its API reference.

    MiniStack expects a ValueError of a resource that cannot be provisioned.
    """

    def __init__(self, operation: str, code: str, message: str) -> None:
        super().__init__(f"{operation}: {code}: {message}")
        self.code = code


def call(service: str, operation: str, /, **parameters: object) -> dict[str, Any]:
    """Call an AWS API in this process, in the account and region of the request that is served.

    ``service``, ``operation``, ``parameters`` and the answer are those of a boto3 client: botocore writes the
    request and reads the answer, only the network between is left out. A client proper would wait for this
    very process, which CloudFormation keeps busy until its resource is provisioned.

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


def account_id() -> str:
    """Return the account of the request that is served."""
    return str(_responses.get_account_id())


def region() -> str:
    """Return the region of the request that is served."""
    return str(_responses.get_region())


def new_store() -> MutableMapping[str, dict[str, Any]]:
    """Return records of a service by name, apart for each account and region."""
    return cast("MutableMapping[str, dict[str, Any]]", _responses.AccountRegionScopedDict())


def generated_name(stack_name: str, logical_id: str) -> str:
    """Return the physical name that CloudFormation generates; it changes when the resource is replaced."""
    return str(_provisioners._physical_name(stack_name, logical_id))  # noqa: SLF001


def add_service(name: str, target_prefix: str, handler: RequestHandler) -> None:
    """Add an AWS service of the JSON protocol, told by the prefix of its ``X-Amz-Target`` header."""
    _app.SERVICE_HANDLERS[name] = handler
    _router.SERVICE_PATTERNS[name] = {"target_prefixes": [target_prefix]}


def add_public_parameters() -> None:
    """Add the public SSM parameters of Amazon Linux 2023 images; MiniStack has one of them.

    https://docs.aws.amazon.com/linux/al2023/ug/ec2.html#launch-via-aws-cli
    """
    parameters: MutableMapping[str, str] = _ssm._PUBLIC_AMI_PARAMETERS  # noqa: SLF001
    prefix = "/aws/service/ami-amazon-linux-latest"
    image = parameters[f"{prefix}/al2023-ami-kernel-default-x86_64"]
    images, kernels = ("al2023-ami", "al2023-ami-minimal"), ("default", "6.1", "6.12")
    for name, kernel, architecture in product(images, kernels, ("arm64", "x86_64")):
        parameters.setdefault(f"{prefix}/{name}-kernel-{kernel}-{architecture}", image)


def let_clients_choose_hosted_zone_ids() -> None:
    """Make the caller reference of a new hosted zone its id, where it has the form of one.

    Route 53 chooses the id. Declarations name zones that an account has already, so here they are made under
    the ids that are declared: see ``gitops.preflight.prerequisites``.
    """
    create, generate = _route53._create_hosted_zone, _route53._zone_id  # noqa: SLF001
    chosen: ContextVar[str] = ContextVar("chosen", default="")

    @functools.wraps(create)
    def create_as_called(body: bytes, query: dict[str, list[str]]) -> Response:
        root = _route53._parse_body(body)  # noqa: SLF001
        reference = "" if root is None else _route53._text(root, "CallerReference")  # noqa: SLF001
        chosen.set(reference if HOSTED_ZONE_ID.fullmatch(reference) else "")
        return cast("Response", create(body, query))

    _route53._create_hosted_zone = create_as_called  # noqa: SLF001
    _route53._zone_id = lambda: chosen.get() or generate()  # noqa: SLF001


def fail_custom_resources_early() -> None:
    """Let a custom resource fail as soon as the function behind it crashes.

    CloudFormation waits an hour (``ServiceTimeout``) for the answer of a function that cannot answer any
    more, and so does MiniStack. Only the function that ``ServiceToken`` names is meant: one that it calls in
    turn, as CDK's provider framework does, leaves it to its caller to answer.
    """
    execute = _lambda._execute_function_with_config_scope  # noqa: SLF001

    @functools.wraps(execute)
    def execute_and_answer(function: dict[str, Any], event: dict[str, Any]) -> dict[str, Any]:
        result: dict[str, Any] = execute(function, event)
        service_token = event.get("ResourceProperties", {}).get("ServiceToken")
        if result.get("error") and service_token == function["config"]["FunctionArn"]:
            error = result["body"]
            reason = f"{service_token}: {error.get('errorType')}: {error.get('errorMessage')}"
            request_token = event["ResponseURL"].rpartition("/")[2]
            _custom_resource.deliver_response(request_token, {"Status": "FAILED", "Reason": reason})
        return result

    _lambda._execute_function_with_config_scope = execute_and_answer  # noqa: SLF001


class OneOffTask(NamedTuple):
    """A task that RunTask started, and what can be done with it."""

    record: dict[str, Any]
    containers: list[dict[str, Any]]
    overrides: dict[str, Any]

    def log(self, container: dict[str, Any], message: str) -> None:
        """Write a line to the container's log group, if it has one."""
        task_id = self.record["taskArn"].rpartition("/")[2]
        config = _ecs._awslogs_config(container, task_id, task_id)  # noqa: SLF001
        if config and _ecs._ensure_awslogs_stream(config):  # noqa: SLF001
            _ecs._emit_awslogs_event(config, message)  # noqa: SLF001

    def stop(self, reason: str, exit_code: int | None) -> None:
        """End the task. Without an exit code it never started."""
        code = "TaskFailedToStart" if exit_code is None else "EssentialContainerExited"
        _ecs._mark_task_stopped(self.record["taskArn"], self.record, reason, code, exit_code)  # noqa: SLF001


def after_run_task(hook: Callable[[OneOffTask], None]) -> None:
    """Call ``hook`` with each task that RunTask starts where there is no Docker; services start theirs otherwise."""
    run_task = _ecs._ACTION_MAP["RunTask"]  # noqa: SLF001

    @functools.wraps(run_task)
    def run_task_and_call(data: dict[str, Any]) -> Response:
        response = cast("Response", run_task(data))
        if _ecs._get_docker() is None:  # noqa: SLF001
            for started in json.loads(response[2]).get("tasks", []):
                record = _ecs._tasks[started["taskArn"]]  # noqa: SLF001
                definition = _ecs._task_defs[_ecs._resolve_td_key(record["taskDefinitionArn"])]  # noqa: SLF001
                hook(OneOffTask(record, definition["containerDefinitions"], record["overrides"]))
        return response

    _ecs._ACTION_MAP["RunTask"] = run_task_and_call  # noqa: SLF001


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
    name = _app.SERVICE_NAME_ALIASES.get(service, service)
    return cast("RequestHandler", _app.SERVICE_HANDLERS[name])


async def _call_ecs(
    _method: str, _path: str, headers: dict[str, str], body: bytes, _query: dict[str, list[str]]
) -> Response:
    action = headers["x-amz-target"].rpartition(".")[2]
    return cast("Response", _ecs._dispatch_action(action, json.loads(body)))  # noqa: SLF001


async def _call_rds(
    method: str, path: str, headers: dict[str, str], body: bytes, query: dict[str, list[str]]
) -> Response:
    answer = _rds._handle_request_sync(method, path, headers, body, query)  # noqa: SLF001
    return cast("Response", answer)


# Services that MiniStack runs in threads, for the sake of Docker; below those threads nothing waits.
_UNTHREADED: dict[str, RequestHandler] = {"ecs": _call_ecs, "rds": _call_rds}


def _finish(coroutine: Coroutine[Any, Any, Response]) -> Response:
    """Run a coroutine that waits for nothing to its end; the event loop is busy with the caller."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        return cast("Response", finished.value)
    coroutine.close()
    msg = "the service waits for something, which a resource handler cannot"
    raise RuntimeError(msg)
