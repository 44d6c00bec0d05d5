"""From a request to the API operation that it calls and its parameters, by botocore's service models.

botocore writes requests; this reads them, for each protocol that its models describe.
https://smithy.io/2.0/aws/protocols/index.html
"""

from __future__ import annotations

import functools
import gzip
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, cast
from urllib.parse import parse_qs, parse_qsl, unquote

import botocore
from botocore.session import Session

if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import ListShape, MapShape, OperationModel, ServiceModel, Shape, StructureShape

_CREDENTIAL = re.compile(r"Credential=([^/\s]+)/\d+/([^/\s]+)/([^/\s]+)/aws4_request")
_METADATA = re.compile(
    r'"(signingName|endpointPrefix|targetPrefix|apiVersion)"\s*:\s*"([^"]*)"',
)
_METADATA_BYTES = 6_000  # of a model's file, which begins with its metadata


@dataclass(frozen=True, kw_only=True, slots=True)
class Request:
    """A request as it arrived. `headers` are by lower-case name; `query` is the parsed query string."""

    method: str
    path: str
    headers: Mapping[str, str]
    query: Mapping[str, list[str]]
    body: bytes

    @property
    def credential(self) -> tuple[str, str] | None:
        """The access key id and the signing name of the service, of a signed header or link; None if unsigned."""
        link = self.query.get("X-Amz-Credential", [""])[0]
        found = _CREDENTIAL.search(self.headers.get("authorization", "") or (f"Credential={link}" if link else ""))
        return (found[1], found[3]) if found else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """A call of an API: botocore's names of service and operation, the protocol of the request and its parameters."""

    service: str
    operation: str
    protocol: str
    parameters: Mapping[str, Any]


class UnknownCallError(Exception):
    """No service model describes the request."""


def read(request: Request) -> Call:
    """Return what a request calls.

    Raises:
        UnknownCallError: no service model describes it.
    """
    for service in _candidates(request):
        model = service_model(service)
        found = _operation(model, request)
        if found is not None:
            operation, protocol = found
            parameters = _READERS[protocol](operation, request)
            return Call(service=service, operation=operation.name, protocol=protocol, parameters=parameters)
    msg = f"{request.method} {request.path}: no service model describes this request"
    raise UnknownCallError(msg)


@functools.cache
def service_model(service: str) -> ServiceModel:
    """Return botocore's model of a service by botocore's name."""
    return Session().get_service_model(service)


class Metadata(NamedTuple):
    """What a service model says of the service, by which its requests are told."""

    name: str
    signing_name: str
    target_prefix: str
    version: str


@functools.cache
def catalogue() -> tuple[Metadata, ...]:
    """Return the metadata of every service, without reading whole models."""
    found = []
    for folder in sorted((Path(botocore.__file__).parent / "data").iterdir()):
        for file in sorted(folder.glob("*/service-2.json.gz"))[-1:]:
            with gzip.open(file) as model:
                values = dict(_METADATA.findall(model.read(_METADATA_BYTES).decode(errors="ignore")))
            signing_name = values.get("signingName") or values.get("endpointPrefix", "")
            found.append(
                Metadata(folder.name, signing_name, values.get("targetPrefix", ""), values.get("apiVersion", ""))
            )
    return tuple(found)


def _candidates(request: Request) -> Iterator[str]:
    """Yield the services that a request may be for."""
    target = request.headers.get("x-amz-target", "").rpartition(".")[0]
    if target:
        # Some SDKs leave the namespace out: `CloudTrail_20131101` for `com.amazonaws.….CloudTrail_20131101`.
        yield from (one.name for one in catalogue() if f".{one.target_prefix}".endswith(f".{target}"))
        return
    rpc = _RPC_PATH.fullmatch(request.path)
    if rpc:
        yield from (one.name for one in catalogue() if one.target_prefix == rpc["prefix"])
        return
    credential = request.credential
    version = _form(request).get("Version", "")
    for one in catalogue():
        if credential and one.signing_name != credential[1]:
            continue
        if version and one.version != version:
            continue
        if credential or version:
            yield one.name


_RPC_PATH = re.compile(r"/service/(?P<prefix>\w+)/operation/(?P<operation>\w+)")


def _operation(model: ServiceModel, request: Request) -> tuple[OperationModel, str] | None:
    """Return the operation that a request calls and the protocol that it uses, or None if the service has no such."""
    rpc = _RPC_PATH.fullmatch(request.path)
    name, protocol = "", ""
    if rpc:
        name, protocol = rpc["operation"], "smithy-rpc-v2-cbor"
    elif "x-amz-target" in request.headers:
        name, protocol = request.headers["x-amz-target"].rpartition(".")[2], "json"
    elif "Action" in (form := _form(request)):
        name, protocol = form["Action"], "ec2" if model.resolved_protocol == "ec2" else "query"
    if name:
        return (model.operation_model(name), protocol) if name in model.operation_names else None
    matched = [
        (score, operation)
        for operation in map(model.operation_model, model.operation_names)
        if not operation.deprecated and (score := _route_score(operation, request)) is not None
    ]
    if not matched:
        return None
    return max(matched, key=lambda one: one[0])[1], model.resolved_protocol


def _form(request: Request) -> dict[str, str]:
    """Return the parameters of a request of the query protocol, from its body or its query string."""
    if request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    return {name: values[0] for name, values in request.query.items()} if "Action" in request.query else {}


def _read_json(_operation: OperationModel, request: Request) -> dict[str, Any]:
    try:
        found = json.loads(request.body or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _read_nothing(_operation: OperationModel, _request: Request) -> dict[str, Any]:
    """Return no parameters: no action of a service with this protocol has resources that they would name."""
    return {}


def _read_query(operation: OperationModel, request: Request) -> dict[str, Any]:
    return _members(operation, _form(request), _query_name)


def _read_ec2(operation: OperationModel, request: Request) -> dict[str, Any]:
    return _members(operation, _form(request), _ec2_name)


def _members(operation: OperationModel, form: Mapping[str, str], name_of: Any) -> dict[str, Any]:  # noqa: ANN401
    if operation.input_shape is None:
        return {}
    found = _from_form(operation.input_shape, "", form, name_of)
    return cast("dict[str, Any]", found or {})


def _query_name(name: str, shape: Shape) -> str:
    return str(shape.serialization.get("name", name))


def _ec2_name(name: str, shape: Shape) -> str:
    given = shape.serialization.get("queryName")
    if given:
        return str(given)
    name = str(shape.serialization.get("name", name))
    return name[:1].upper() + name[1:]


def _from_form(shape: Shape, prefix: str, form: Mapping[str, str], name_of: Any) -> object:  # noqa: ANN401
    """Return the value of a shape from flat names such as `Tags.member.1.Key`, or None if nothing gives one."""
    if shape.type_name == "structure":
        before = f"{prefix}." if prefix else ""
        found = {
            name: value
            for name, member in cast("StructureShape", shape).members.items()
            if (value := _from_form(member, f"{before}{name_of(name, member)}", form, name_of)) is not None
        }
        return found or None
    if shape.type_name == "list":
        return _list_from_form(cast("ListShape", shape), prefix, form, name_of)
    if shape.type_name == "map":
        return _map_from_form(cast("MapShape", shape), prefix, form, name_of)
    return form.get(prefix)


def _list_from_form(shape: ListShape, prefix: str, form: Mapping[str, str], name_of: Any) -> object:  # noqa: ANN401
    names = [prefix, f"{prefix}.member", f"{prefix}.{shape.member.serialization.get('name', 'member')}"]
    for name in dict.fromkeys(names):
        numbers = {
            int(number)
            for key in form
            if key.startswith(f"{name}.") and (number := key[len(name) + 1 :].partition(".")[0]).isdigit()
        }
        if numbers:
            values = (_from_form(shape.member, f"{name}.{number}", form, name_of) for number in sorted(numbers))
            return [value for value in values if value is not None]
    return None


def _map_from_form(shape: MapShape, prefix: str, form: Mapping[str, str], name_of: Any) -> object:  # noqa: ANN401
    found: dict[str, object] = {}
    for start in (f"{prefix}.entry", prefix):
        number = 1
        while (key := form.get(f"{start}.{number}.key")) is not None:
            found[key] = _from_form(shape.value, f"{start}.{number}.value", form, name_of)
            number += 1
    return found or None


def _route_score(operation: OperationModel, request: Request) -> tuple[int, int, int] | None:
    """Return how exactly an operation's route describes a request, or None if it does not.

    What is required in the query string or in headers tells operations with the same path apart, such as S3's
    UploadPart and PutObject.
    """
    route = _route(operation.service_model.service_name, operation.name)
    if route.method != request.method or not route.path.fullmatch(request.path):
        return None
    given = {name: values[0] for name, values in request.query.items()}
    for name, value in route.query.items():
        if name not in given or (value and given[name] != value):
            return None
    if not route.required_query <= given.keys() or not route.required_headers <= request.headers.keys():
        return None
    marks = len(route.query) + len(route.required_query) + len(route.required_headers)
    return marks, route.literal_length, -len(route.path.groupindex)


class _Route(NamedTuple):
    method: str
    path: re.Pattern[str]
    query: dict[str, str]
    required_query: set[str]
    required_headers: set[str]
    literal_length: int


@functools.cache
def _route(service: str, operation: str) -> _Route:
    model = service_model(service).operation_model(operation)
    path, _, query = str(model.http["requestUri"]).partition("?")
    required_query, required_headers = set(), set()
    shape = model.input_shape
    for name in shape.required_members if shape else ():
        serialization = cast("StructureShape", shape).members[name].serialization
        if serialization.get("location") == "querystring":
            required_query.add(serialization.get("name", name))
        if serialization.get("location") == "header":
            required_headers.add(serialization.get("name", name).lower())
    parts, end = [], 0
    for found in re.finditer(r"\{(\w+)(\+?)\}", path):
        parts.append(re.escape(path[end : found.start()]))
        parts.append(f"(?P<{found[1]}>{'.+' if found[2] else '[^/]+'})")
        end = found.end()
    expression = re.compile("".join([*parts, re.escape(path[end:]), "/?"]))
    literal = len(re.sub(r"\{\w+\+?\}", "", path))
    fixed = {name: values[0] for name, values in parse_qs(query, keep_blank_values=True).items()}
    return _Route(str(model.http["method"]), expression, fixed, required_query, required_headers, literal)


def _read_rest(operation: OperationModel, request: Request) -> dict[str, Any]:
    """Return the parameters in path, query string, headers and, where it is JSON, the body."""
    shape = operation.input_shape
    if shape is None:
        return {}
    matched = _route(operation.service_model.service_name, operation.name).path.fullmatch(request.path)
    in_path = {name: unquote(value) for name, value in matched.groupdict().items()} if matched else {}
    found: dict[str, Any] = {}
    body = _read_json(operation, request) if operation.service_model.resolved_protocol == "rest-json" else {}
    for name, member in shape.members.items():
        location = member.serialization.get("location")
        wire_name = str(member.serialization.get("name", name))
        if location == "uri" and wire_name in in_path:
            found[name] = in_path[wire_name]
        elif location == "querystring" and wire_name in request.query:
            values = request.query[wire_name]
            found[name] = list(values) if member.type_name == "list" else values[0]
        elif location == "header" and wire_name.lower() in request.headers:
            found[name] = request.headers[wire_name.lower()]
        elif location is None and wire_name in body:
            found[name] = body[wire_name]
    return found


_READERS = {
    "ec2": _read_ec2,
    "json": _read_json,
    "query": _read_query,
    "rest-json": _read_rest,
    "rest-xml": _read_rest,
    "smithy-rpc-v2-cbor": _read_nothing,
}
