"""GitHub's own description of its API: what may be asked, what may be answered, and an example of each answer.

https://github.com/github/rest-api-description
"""

from __future__ import annotations

import copy
import json
import re
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, unquote

from openapi_core import Config, OpenAPI
from openapi_core.datatypes import RequestParameters
from openapi_core.exceptions import OpenAPIError
from openapi_core.validation.schemas._validators import build_forbid_unspecified_additional_properties_validator
from openapi_core.validation.schemas.factories import SchemaValidatorsFactory
from openapi_schema_validator import OAS30WriteValidator
from werkzeug.datastructures import Headers, ImmutableMultiDict

from tests.fake_github.description import FILE, with_components

if TYPE_CHECKING:
    from collections.abc import Mapping

_FAILURES = range(400, 600)
_DETAIL_LENGTH = 300

_STRICT = SchemaValidatorsFactory(build_forbid_unspecified_additional_properties_validator(OAS30WriteValidator))
"""GitHub ignores what it does not know; a client that sends it has a mistake.

This is openapi-core's policy "forbid", for which it makes the same class anew for each value that it validates.
"""


@dataclass(kw_only=True, slots=True)
class Asked:
    """A request as openapi-core reads it, and writes what it has converted."""

    method: str
    path_pattern: str
    path: str
    content_type: str
    body: bytes | None
    parameters: RequestParameters
    host_url: str = "https://api.github.com"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answered:
    """An answer as openapi-core reads it."""

    status_code: int
    data: bytes | None
    content_type: str = "application/json"
    headers: Headers = field(default_factory=Headers)


class Contract:
    """The part of GitHub's description that is about some operations, {path: methods}."""

    def __init__(self, operations: Mapping[str, frozenset[str]]) -> None:
        paths = _description()["paths"]
        self._document = _part(
            {
                path: {method: operation for method, operation in paths[path].items() if method in methods}
                for path, methods in operations.items()
            }
        )
        self._requests = OpenAPI.from_dict(self._document, _config(schema_validators_factory=_STRICT))
        self._answers = OpenAPI.from_dict(self._document, _config())

    def example(self, name: str) -> Any:
        """Return a copy of an example answer: `pull-request`, `issue-comment`, …"""
        return copy.deepcopy(self._document["components"]["examples"][name]["value"])

    def faults_of_request(self, asked: Asked) -> list[str]:
        """Return what is wrong with a request; nothing when it is as GitHub describes it."""
        operation = self._document["paths"][asked.path_pattern][asked.method]
        known = {self._resolved(parameter)["name"] for parameter in operation.get("parameters", [])}
        unknown = [f"the query parameter {name} is not known" for name in asked.parameters.query if name not in known]
        try:
            self._requests.validate_request(asked)
        except OpenAPIError as error:
            return [*unknown, _explained(error)]
        return unknown

    def faults_of_answer(self, asked: Asked, answered: Answered) -> list[str]:
        """Return what is wrong with an answer of the fake."""
        responses = self._document["paths"][asked.path_pattern][asked.method]["responses"]
        if answered.status_code in _FAILURES and str(answered.status_code) not in responses:
            return []  # GitHub describes some of its refusals only
        try:
            self._answers.validate_response(asked, answered)
        except OpenAPIError as error:
            return [_explained(error)]
        return []

    def _resolved(self, parameter: Any) -> Any:
        if "$ref" not in parameter:
            return parameter
        return self._document["components"]["parameters"][parameter["$ref"].rpartition("/")[2]]


def faults_of_event(name: str, payload: Mapping[str, Any]) -> list[str]:
    """Return how an event differs from GitHub's description of it: `issue-comment-created`, `push`, …"""
    body = json.dumps(payload).encode()
    event = Asked(
        method="post",
        path_pattern=f"/{name}",
        path=f"/{name}",
        content_type="application/json",
        body=body,
        parameters=RequestParameters(),
    )
    try:
        OpenAPI.from_dict(_part({f"/{name}": _description()["x-webhooks"][name]}), _config()).validate_request(event)
    except OpenAPIError as error:
        return [_explained(error)]
    return []


def schema_of_event(name: str) -> tuple[Any, Any]:
    """Return the schema of an event, and the components that it refers to."""
    body = _description()["x-webhooks"][name]["post"]["requestBody"]
    return body["content"]["application/json"]["schema"], _description()["components"]


def asked(*, method: str, pattern: str, path: str, query: str, content_type: str, body: bytes) -> Asked:
    """Return a request as openapi-core reads it; `pattern` is a path of GitHub's description, `path` as it was sent."""
    names = re.findall(r"{(\w+)}", pattern)
    matched = re.fullmatch(path_expression(pattern), path)
    values = [unquote(value) for value in matched.groups()] if matched else []
    parameters = RequestParameters(
        query=ImmutableMultiDict(parse_qsl(query, keep_blank_values=True)),
        header=Headers(),
        cookie=ImmutableMultiDict(),
        path=dict(zip(names, values, strict=True)),
    )
    return Asked(
        method=method.lower(),
        path_pattern=pattern,
        path=path,
        content_type=content_type,
        body=body or None,
        parameters=parameters,
    )


@cache
def path_expression(pattern: str) -> str:
    """Return the regular expression of a path of GitHub's description; files and refs have slashes in them."""
    escaped = re.escape(pattern).replace(r"\{", "{").replace(r"\}", "}")
    return re.sub(r"{(\w+)}", lambda found: "(.+)" if found[1] in {"path", "ref"} else "([^/]+)", escaped)


def _config(**options: Any) -> Config:
    """Return a configuration that takes the description as it is: checking all of it takes long."""
    return Config(spec_validator_cls=None, **options)  # type: ignore[arg-type] # None is "do not check"


def _explained(error: BaseException) -> str:
    """Return the causes of an error of openapi-core, whose own words repeat the whole value."""
    found: list[str] = []
    cause: BaseException | None = error
    while cause is not None:
        details = getattr(cause, "schema_errors", ())
        found += [
            f"{'.'.join(map(str, detail.absolute_path))}: {detail.message}"[:_DETAIL_LENGTH] for detail in details
        ]
        cause = cause.__cause__
    return "; ".join(found) or str(error)[:_DETAIL_LENGTH]


@cache
def _description() -> Any:
    return json.loads(FILE.read_bytes())


def _part(paths: Mapping[str, Any]) -> Any:
    """Return a description of these paths alone: each has to be prepared, which takes long."""
    part = copy.deepcopy(with_components(_description(), {"paths": paths}))
    _mend([part["paths"], part["components"]])
    return part


def _mend(node: Any) -> None:
    """Change what the description says otherwise than it means.

    A value that may be null is not always among its `enum` as OpenAPI wants it
    (https://github.com/OAI/OpenAPI-Specification/blob/main/proposals/2019-10-31-Clarify-Nullable.md), the refusals that
    an operation has "one of" are such that one fits several, a discriminator is said to tell a list by its `type`, and
    the repository of a pull request's branch may be null, as the descriptions of events say: it can be deleted.
    """
    if isinstance(node, dict):
        branch = node.get("properties", {})
        if {"label", "ref", "repo", "sha"} <= branch.keys():
            branch["repo"] = {"anyOf": [branch["repo"], {"type": "object", "nullable": True, "enum": [None]}]}
        if node.get("nullable") and None not in node.get("enum", [None]):
            node["enum"] = [*node["enum"], None]
        if {"$ref": "#/components/schemas/basic-error"} in node.get("oneOf", []):
            node["anyOf"] = node.pop("oneOf")
        if "oneOf" in node:
            node.pop("discriminator", None)
        _mend(list(node.values()))
    elif isinstance(node, list):
        for item in node:
            _mend(item)
