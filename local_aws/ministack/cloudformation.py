"""CloudFormation's tables, and what is changed of how it provisions."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any, NamedTuple

from ministack.services import cloudformation as _stacks_package
from ministack.services import lambda_svc as _lambda
from ministack.services.cloudformation import (
    custom_resource as _custom_resource,
)
from ministack.services.cloudformation import provisioners as _provisioners
from ministack.services.cloudformation import stacks as _stacks

if TYPE_CHECKING:
    from collections.abc import MutableMapping

# CloudFormation's tables, by resource type: how to provision it, the properties whose change replaces it for
# certain or perhaps, and the property that takes the tags of the stack with its shape.
RESOURCE_HANDLERS: MutableMapping[str, dict[str, Any]] = _provisioners._RESOURCE_HANDLERS  # noqa: SLF001
REPLACING_PROPERTIES: MutableMapping[str, tuple[str, ...]] = _provisioners._REPLACING_PROPERTIES  # noqa: SLF001
CONDITIONALLY_REPLACING_PROPERTIES: MutableMapping[str, tuple[str, ...]] = (
    _provisioners._CONDITIONALLY_REPLACING_PROPERTIES  # noqa: SLF001
)
STACK_TAG_PROPERTY: MutableMapping[str, tuple[str, str]] = _provisioners._STACK_TAG_PROPERTY  # noqa: SLF001


def generated_name(stack_name: str, logical_id: str) -> str:
    """Return the physical name that CloudFormation generates; it changes when the resource is replaced."""
    return str(_provisioners._physical_name(stack_name, logical_id))  # noqa: SLF001


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


def provision_in_threads(*resource_types: str) -> None:
    """Let CloudFormation wait for resources of these types without keeping everything else waiting."""
    waits = _stacks._runs_on_worker_thread  # noqa: SLF001
    _stacks._runs_on_worker_thread = lambda name: name in resource_types or waits(name)  # noqa: SLF001


def keep_container_definitions_whole() -> None:
    """Let task definitions of stacks have what is nested in them, such as secrets, under ECS's names.

    MiniStack renames some of CloudFormation's fields to ECS's and leaves the others, which nothing reads then.
    """
    _provisioners._normalize_container_defs = lambda definitions: [  # noqa: SLF001
        _as_ecs_calls_it(definition) for definition in definitions
    ]


# Their keys are the user's.
_MAPS = ("dockerLabels", "options")


def _as_ecs_calls_it(value: object) -> object:
    if isinstance(value, list):
        return [_as_ecs_calls_it(one) for one in value]
    if not isinstance(value, dict):
        return value
    renamed = {name[:1].lower() + name[1:]: nested for name, nested in value.items()}
    return {name: nested if name in _MAPS else _as_ecs_calls_it(nested) for name, nested in renamed.items()}


class DeployedStack(NamedTuple):
    """A stack that exists, in whichever account and region."""

    account: str
    region: str
    tags: dict[str, str]
    outputs: dict[str, str]


def stacks() -> list[DeployedStack]:
    """Return the stacks of every account and region."""
    return [
        DeployedStack(
            account,
            region,
            {tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []},
            {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs") or []},
        )
        for (account, region, _), stack in _stacks_package._stacks.all_items()  # noqa: SLF001
    ]
