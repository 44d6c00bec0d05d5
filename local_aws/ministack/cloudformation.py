"""Changes of how MiniStack's CloudFormation provisions resources, and the stacks that exist."""

from __future__ import annotations

import functools
import hashlib
import re
from typing import TYPE_CHECKING, NamedTuple

from local_aws.ministack import seams

if TYPE_CHECKING:
    from local_aws.ministack.seams import Record, Response


def fail_custom_resources_early() -> None:
    """Let a custom resource fail as soon as the function behind it crashes.

    CloudFormation waits an hour (``ServiceTimeout``) for the answer of a function that has crashed, and so does
    MiniStack. Only the function that ``ServiceToken`` names counts: what others do with the event is its affair.
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


def name_log_groups_as_aws_does() -> None:
    """Give log groups without a name in the template one that begins with the stack's, as policies count on.

    MiniStack begins them with `/aws/cloudformation/`.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-logs-loggroup.html
    """
    handlers = seams.resource_handlers[_LOG_GROUP]
    make, change = handlers["create"], handlers["update"]

    def create(logical_id: str, properties: Record, stack_name: str) -> tuple[str, Record]:
        name = properties.get("LogGroupName") or seams.physical_name(stack_name, logical_id)
        made: tuple[str, Record] = make(logical_id, {**properties, "LogGroupName": name}, stack_name)
        return made

    def update(physical_id: str, old: Record, new: Record, *names: str) -> tuple[str, Record]:
        before = {"LogGroupName": physical_id, **old}
        changed: tuple[str, Record] = change(physical_id, before, {"LogGroupName": physical_id, **new}, *names)
        return changed

    seams.resource_handlers[_LOG_GROUP] = {**handlers, "create": create, "update": update}


_LOG_GROUP = "AWS::Logs::LogGroup"


def give_every_stack_names_of_its_own() -> None:
    """Let the names that CloudFormation chooses end differently in each stack, even in one that is made again.

    MiniStack derives them from the names of stack and resource: a stack that is made again would take over what an
    earlier one of its name has left.
    """
    choose = seams.physical_name.current

    @functools.wraps(choose)
    def choose_for_stack(stack_name: str, logical_id: str, **options: bool | int) -> str:
        name = choose(stack_name, logical_id, **options)
        stack = seams.stacks.get(stack_name, {})
        key = f"{stack.get('StackId', '')} {name}"
        suffix = hashlib.sha256(key.encode()).hexdigest()[:_SUFFIX_LENGTH]
        return name[:-_SUFFIX_LENGTH] + (suffix if options.get("lowercase") else suffix.upper())

    seams.physical_name.replace(choose_for_stack)


_SUFFIX_LENGTH = 13


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


def describe_ssm_parameters_as_aws_does() -> None:
    """Describe a stack's parameters of types `AWS::SSM::Parameter::Value<…>` by name and `ResolvedValue`.

    MiniStack has the resolved value in the place of the name.
    https://docs.aws.amazon.com/AWSCloudFormation/latest/APIReference/API_Parameter.html
    """
    describe = seams.cloudformation_actions["DescribeStacks"]

    @functools.wraps(describe)
    def describe_with_names(parameters: Record) -> Response:
        status, headers, body = describe(parameters)
        by_id = {stack["StackId"]: stack.get("_resolved_params", {}) for stack in seams.stacks.values()}
        resolved: Record = {}

        def rewrite(found: re.Match[str]) -> str:
            nonlocal resolved
            stack_id, key, value = found.groups()
            if stack_id is not None:
                resolved = by_id.get(stack_id, {})
                return found[0]
            name = resolved.get(key, {}).get("SsmName")
            return found[0] if name is None else _RESOLVED.format(key=key, name=name, value=value)

        return status, headers, _PARAMETER.sub(rewrite, body.decode()).encode()

    seams.cloudformation_actions["DescribeStacks"] = describe_with_names


_PARAMETER = re.compile(
    r"<StackId>([^<]*)</StackId>|<ParameterKey>([^<]*)</ParameterKey><ParameterValue>([^<]*)</ParameterValue>"
)
_RESOLVED = (
    "<ParameterKey>{key}</ParameterKey><ParameterValue>{name}</ParameterValue><ResolvedValue>{value}</ResolvedValue>"
)


def return_templates_in_ascii() -> None:
    """Let GetTemplate return `?` for each character that is not in ASCII, as it does on AWS.

    https://github.com/aws-cloudformation/cloudformation-coverage-roadmap/issues/1220
    """
    get = seams.cloudformation_actions["GetTemplate"]

    @functools.wraps(get)
    def get_in_ascii(parameters: Record) -> Response:
        status, headers, body = get(parameters)
        return status, headers, body.decode().encode("ascii", errors="replace")

    seams.cloudformation_actions["GetTemplate"] = get_in_ascii


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
