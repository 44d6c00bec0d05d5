"""Plans for tests of what is said of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gitops.plan.document import Cost, Plan, PlannedEnvironment
from gitops.templates.differences import Detail, Grant, ResourceChange

if TYPE_CHECKING:
    from gitops.templates.differences import ChangeAction

HEAD = "0123456789abcdef0123456789abcdef01234567"
RUN_URL = "https://github.com/example/environments/actions/runs/1"
TOPIC = "AWS::SNS::Topic"


def change(action: ChangeAction, logical_id: str = "Topic", resource_type: str = TOPIC, **other: Any) -> ResourceChange:
    return ResourceChange(action=action, logical_id=logical_id, type=resource_type, **other)


def cost(least: float, most: float | None = None, unpriced: int = 0) -> Cost:
    return Cost(least_usd=least, most_usd=least if most is None else most, unpriced=unpriced)


def planned(name: str = "dev/alpha", **other: Any) -> PlannedEnvironment:
    """An app whose topic is updated, unless something else is said."""
    said: dict[str, Any] = {
        "environment": name,
        "kind": "ad-hoc-app",
        "action": "update",
        "wave": "apps",
        "reason": "its file changed",
        "account": "main",
        "account_id": "111111111111",
        "region": "us-east-1",
        "url": f"https://{name.replace('/', '.')}.example.com",
        "expires": "2026-12-05",
        "cost_before": cost(7.29),
        "cost_after": cost(7.29),
        "changes": (change("update", details=(Detail(path="DisplayName", before="v1", after="v2"),)),),
        "tags": {"gitops:environment": name},
    }
    return PlannedEnvironment(**{**said, **other})


def mixed() -> Plan:
    """A plan with one of everything."""
    base = planned(
        "dev/base",
        kind="ad-hoc-base",
        wave="bases",
        url="",
        expires="",
        cost_before=cost(93.5),
        cost_after=cost(101.25, 120, 2),
        changes=(
            change("destroy", "Queue", "AWS::SQS::Queue", cause="deleted"),
            change("replace", "Database", "AWS::RDS::DBInstance", cause="DBName would change, which replaces it"),
            change("update", "Topic", details=(Detail(path="DisplayName", before=None, after="v2"),)),
            change("create", "One"),
            change("create", "Two"),
        ),
        other=("Outputs Url", "tag owner"),
        grants=(
            Grant(kind="policy", who="TaskRole", what="s3:GetObject", on="${Bucket.Arn}/*", when=""),
            Grant(kind="policy", who="TaskRole", what="iam:*", on="*", when=""),
            Grant(kind="trust", who="lambda.amazonaws.com", what="sts:AssumeRole", on="TaskRole"),
            Grant(kind="managed_policy", who="TaskRole", what="arn:aws:iam::aws:policy/ReadOnlyAccess"),
            Grant(kind="boundary", who="TaskRole", what=""),
            Grant(kind="deny_removed", who="TaskRole", what="s3:DeleteObject", on="${Bucket.Arn}/*"),
            Grant(kind="identity", who="Visitor", what="AWS::IAM::User"),
            Grant(kind="ingress", who="LoadBalancer", what="tcp 443", on="anywhere"),
            Grant(kind="egress", who="LoadBalancer", what="all traffic", on="10.0.0.0/16"),
        ),
        refusals=("would replace a resource that holds data without consent: Database (AWS::RDS::DBInstance): DBName",),
    )
    gone = planned(
        "dev/gamma",
        action="destroy",
        reason="its file was renamed to dev/delta.yaml",
        renamed_to="dev/delta",
        url="",
        expires="",
        cost_after=None,
        changes=(change("destroy", "Password", "AWS::SecretsManager::Secret", cause="deleted"),),
    )
    new = planned(
        "dev/delta",
        action="create",
        reason="dev/gamma.yaml was renamed to its file",
        renamed_from="dev/gamma",
        cost_before=None,
        changes=(change("create"),),
    )
    unknown = planned(
        "dev/beta", incomparable="what was declared before is not valid", changes=(), cost_before=None, cost_after=None
    )
    locked = planned("dev/zeta", warnings=("is locked by octocat (a demo) and is not deployed until it is unlocked",))
    return Plan(environments=(base, new, unknown, locked, gone), unchanged=12)


def many(count: int, **other: Any) -> Plan:
    """A plan of as many apps."""
    return Plan(environments=tuple(planned(f"dev/app{number:03}", **other) for number in range(count)), unchanged=1)
