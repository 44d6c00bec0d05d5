"""What services do with the roles that they are handed is allowed, where the embedded AWS does not do it itself.

The sources are AWS's pages on the role that each service takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from local_aws.authorisation.engine import Policies, Question
from tests.local_aws.authorisation import golden

if TYPE_CHECKING:
    from collections.abc import Iterator

    from local_aws.authorisation.engine import Engine

WRITE_LOGS = ("logs:CreateLogStream", "logs:PutLogEvents")
"""https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html"""

FLOW_LOGS = (*WRITE_LOGS, "logs:DescribeLogStreams")
"""https://docs.aws.amazon.com/vpc/latest/userguide/flow-logs-iam-role.html, for a log group that exists."""

SESSIONS = ("CreateControlChannel", "CreateDataChannel", "OpenControlChannel", "OpenDataChannel")
"""Of `ssmmessages`: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-required-iam-permissions"""

SESSION_LOGS = FLOW_LOGS
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-logging"""


class Need(NamedTuple):
    """An action that a service performs with a role of a stack."""

    stack: str
    role: str
    action: str
    resource: str


def needs() -> Iterator[Need]:
    """Yield each action that a service performs."""
    found = {
        Need(stack, role, action, resource)
        for stack, resources in golden.stacks().items()
        for one in resources.values()
        for role, action, resource in _of_resource(stack, resources, one)
        # AWS's own policies, which are in no template, allow the rest.
        if not resources[role]["Properties"].get("ManagedPolicyArns")
    }
    yield from sorted(found)


def question(need: Need) -> Question:
    """Return whether a role may perform an action."""
    name = golden.role_arn(need.stack, need.role, {}).rpartition("/")[2]
    return Question(
        principal=f"arn:aws:sts::{golden.ACCOUNT}:assumed-role/{name}/service",
        action=need.action,
        resource=need.resource,
        account=golden.ACCOUNT,
        policies=Policies(golden.policies_of_role(need.stack, need.role)),
    )


def _of_resource(stack: str, resources: dict[str, Any], one: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    properties = one.get("Properties", {})
    match one["Type"]:
        case "AWS::Lambda::Function":
            group = properties["LoggingConfig"]["LogGroup"]["Ref"]
            yield from _on_group(stack, resources, _role(properties["Role"]), WRITE_LOGS, group)
        case "AWS::EC2::FlowLog":
            role, group = _role(properties["DeliverLogsPermissionArn"]), properties["LogGroupName"]["Ref"]
            yield from _on_group(stack, resources, role, FLOW_LOGS, group)
        case "AWS::StepFunctions::StateMachine":
            functions = [name for name, other in resources.items() if other["Type"] == "AWS::Lambda::Function"]
            for function in functions:
                if function in str(properties["Definition"]):
                    arn = golden.resolved({"Fn::GetAtt": [function, "Arn"]}, stack, resources)
                    yield _role(properties["RoleArn"]), "lambda:InvokeFunction", arn
        case "AWS::ECS::Service" if properties.get("EnableExecuteCommand"):
            definition = resources[properties["TaskDefinition"]["Ref"]]["Properties"]
            role = _role(definition["TaskRoleArn"])
            yield from ((role, f"ssmmessages:{action}", "*") for action in SESSIONS)
            yield from _logs_of_sessions(stack, resources, role)


def _logs_of_sessions(stack: str, resources: dict[str, Any], role: str) -> Iterator[tuple[str, str, str]]:
    for one in resources.values():
        if one["Type"] == "AWS::ECS::Cluster":
            configuration = one["Properties"].get("Configuration", {}).get("ExecuteCommandConfiguration", {})
            if group := configuration.get("LogConfiguration", {}).get("CloudWatchLogGroupName"):
                yield role, "logs:DescribeLogGroups", "*"
                yield from _on_group(stack, resources, role, SESSION_LOGS, group["Ref"])


def _on_group(
    stack: str, resources: dict[str, Any], role: str, actions: tuple[str, ...], group: str
) -> Iterator[tuple[str, str, str]]:
    arn = golden.resolved({"Fn::GetAtt": [group, "Arn"]}, stack, resources).removesuffix(":*")
    for action in actions:
        # Describing is on the group, writing on a stream of it.
        yield role, action, f"{arn}:log-stream:{'' if 'Describe' in action else 'it'}"


def _role(value: dict[str, Any]) -> str:
    return str(value["Fn::GetAtt"][0])


def test_every_service_may_do_its_work_with_the_role_that_it_is_handed(engine: Engine) -> None:
    found = list(needs())

    assert {need.action.partition(":")[0] for need in found} == {"lambda", "logs", "ssmmessages"}
    assert len(found) > 30
    assert [need for need in found if not engine.decide(question(need)).allowed] == []


def test_a_role_may_not_do_the_work_of_another(engine: Engine) -> None:
    writes = [need for need in needs() if need.action == "logs:PutLogEvents"]
    foreign = {need.resource for need in writes}

    for need in writes:
        other = next(arn for arn in sorted(foreign) if need.stack not in arn)
        assert not engine.decide(question(need._replace(resource=other))).allowed, need
