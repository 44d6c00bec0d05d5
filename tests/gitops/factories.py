"""Environments and stacks for tests of decisions."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import cast

from constructs_lib.config.environments import AccountRegion, Environment, Environments, parse_name
from constructs_lib.config.model import AdHocBaseConfig
from gitops.aws.cloudformation import DeployedResource, DeployedStack, StackEvent
from gitops.cdk.assembly import SynthesisedStack

HOME = AccountRegion("111111111111", "us-east-1")
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def environment(name: str, base: Environment | None = None, *, account_id: str = HOME.account) -> Environment:
    return Environment(
        name=parse_name(name),
        kind="ad-hoc-app" if base else "ad-hoc-base",
        config=cast("AdHocBaseConfig", SimpleNamespace(lock=None)),
        account_id=account_id,
        region=HOME.region,
        base=base,
        source=cast("object", None),  # type: ignore[arg-type] # no decision reads it
    )


def declaring(*environments: Environment) -> Environments:
    by_name = {environment.name: environment for environment in environments}
    return Environments(
        by_name=by_name,
        well_formed=by_name,
        wrong={},
        names=frozenset(by_name),
        sources={},
        accounts={},
        problems=(),
        folder="environments",
    )


def deployed(
    name: str,
    status: str = "CREATE_COMPLETE",
    *,
    where: AccountRegion = HOME,
    stack_id: str = "1",
    changed: datetime = NOON,
    kind: str = "ad-hoc-app",
    tagged: bool = True,
    protected: bool = False,
) -> DeployedStack:
    return DeployedStack(
        name=name.replace("/", "-"),
        stack_id=stack_id,
        where=where,
        status=status,
        status_reason="",
        changed=changed,
        tags={"gitops:environment": name, "gitops:kind": kind} if tagged else {},
        outputs={},
        protected=protected,
        resolved={},
    )


def synthesised(name: str, *, kind: str = "ad-hoc-app", protected: bool = False) -> SynthesisedStack:
    return SynthesisedStack(
        name=name.replace("/", "-"),
        selector=name.replace("/", "-"),
        where=HOME,
        template_file=Path("none.json"),
        tags={"gitops:environment": name, "gitops:kind": kind},
        protected=protected,
        bootstrap_parameter=None,
    )


def resource(
    resource_type: str, logical_id: str = "Thing", *, physical_id: str = "thing-1", status: str = "CREATE_COMPLETE"
) -> DeployedResource:
    return DeployedResource(type=resource_type, logical_id=logical_id, physical_id=physical_id, status=status)


def event(
    status: str,
    reason: str = "",
    *,
    logical_id: str = "Queue",
    resource_type: str = "AWS::SQS::Queue",
    of_stack: bool = False,
) -> StackEvent:
    return StackEvent(
        type="AWS::CloudFormation::Stack" if of_stack else resource_type,
        logical_id=logical_id,
        physical_id="queue-1",
        status=status,
        reason=reason,
        of_stack=of_stack,
    )
