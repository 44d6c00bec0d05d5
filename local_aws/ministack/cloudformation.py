"""Changes of how MiniStack's CloudFormation provisions resources, and the stacks that exist."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from local_aws.ministack import seams

if TYPE_CHECKING:
    from local_aws.ministack.seams import Record


def fail_custom_resources_early() -> None:
    """Let a custom resource fail as soon as the function behind it crashes.

    CloudFormation waits an hour (``ServiceTimeout``) for the answer of a function that has crashed, and so does
    MiniStack. Only the function that ``ServiceToken`` names counts: where that one calls another, as CDK's provider
    framework does, it answers for it.
    """
    execute = seams.execute_function.current

    @functools.wraps(execute)
    def execute_and_answer(function: Record, event: Record) -> Record:
        result = execute(function, event)
        service_token = event.get("ResourceProperties", {}).get("ServiceToken")
        if result.get("error") and service_token == function["config"]["FunctionArn"]:
            error = result["body"]
            reason = f"{service_token}: {error.get('errorType')}: {error.get('errorMessage')}"
            request_token = event["ResponseURL"].rpartition("/")[2]
            seams.deliver_response(request_token, {"Status": "FAILED", "Reason": reason})
        return result

    seams.execute_function.replace(execute_and_answer)


def provision_in_threads(*resource_types: str) -> None:
    """Provision resources of these types in threads, so that other requests are served while CloudFormation waits."""
    runs_in_thread = seams.runs_on_worker_thread.current
    seams.runs_on_worker_thread.replace(lambda name: name in resource_types or runs_in_thread(name))


def keep_container_definitions_whole() -> None:
    """Rename every nested field of a stack's task definitions from CloudFormation's spelling to ECS's.

    MiniStack renames some of them and keeps the others, such as secrets, in a spelling that nothing reads.
    """
    seams.normalize_container_definitions.replace(
        lambda definitions: [_with_ecs_names(definition) for definition in definitions]
    )


_MAPS = ("dockerLabels", "options")
"""Fields whose keys are chosen by the template's author."""


def _with_ecs_names(value: object) -> object:
    if isinstance(value, list):
        return [_with_ecs_names(one) for one in value]
    if not isinstance(value, dict):
        return value
    renamed = {name[:1].lower() + name[1:]: nested for name, nested in value.items()}
    return {name: nested if name in _MAPS else _with_ecs_names(nested) for name, nested in renamed.items()}


class StackRecord(NamedTuple):
    """A stack that exists, with its account and region."""

    account: str
    region: str
    tags: dict[str, str]
    outputs: dict[str, str]


def stacks() -> list[StackRecord]:
    """Return the stacks of every account and region."""
    return [
        StackRecord(
            account,
            region,
            {tag["Key"]: tag["Value"] for tag in stack.get("Tags") or []},
            {output["OutputKey"]: output["OutputValue"] for output in stack.get("Outputs") or []},
        )
        for (account, region, _), stack in seams.stacks.all_items()
    ]
