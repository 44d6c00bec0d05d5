import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion
from constructs_lib.config.naming import EnvironmentName
from gitops.aws.load_balancing import LoadBalancing
from gitops.aws.regions import Regions
from gitops.aws.session import Session
from gitops.cdk.assembly import SynthesisedStack
from gitops.deploy.preflight.check import DeploymentCandidate, PreflightFinding, run_checks
from gitops.deploy.preflight.quotas import quota_checks, quota_problem

RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"


@pytest.mark.parametrize(("there", "new", "quota", "fits"), [(98, 2, 100, True), (99, 2, 100, False), (0, 1, 0, False)])
def test_what_is_new_has_to_fit_beside_what_is_there(there: int, new: int, quota: int, fits: bool) -> None:  # noqa: FBT001 # a table
    assert (quota_problem(there, new, lambda: quota) == "") == fits


def test_without_anything_new_no_quota_is_asked_for() -> None:
    def refuse() -> int:
        raise AssertionError

    assert quota_problem(200, 0, refuse) == ""


@pytest.fixture
def limits(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """The load balancer's quotas, which the embedded AWS does not know."""
    quotas = {
        "rules-per-application-load-balancer": 100,
        "target-groups-per-application-load-balancer": 100,
    }
    monkeypatch.setattr(LoadBalancing, "limits", lambda _self: quotas)
    return quotas


def candidate(
    folder: Path, name: str, where: AccountRegion, resources: Mapping[str, object], regions: Regions
) -> DeploymentCandidate:
    environment = EnvironmentName(*name.split("/"))
    template = folder / f"{environment.stack}.json"
    template.write_text(json.dumps({"Resources": resources}))
    stack = SynthesisedStack(
        name=environment.stack,
        selector=environment.stack,
        where=where,
        template_file=template,
        tags={},
        protected=False,
        bootstrap_parameter=None,
    )
    return DeploymentCandidate(environment, stack, regions[where].stack(environment.stack))


def look(session: Session, regions: Regions, candidates: Sequence[DeploymentCandidate]) -> dict[str, PreflightFinding]:
    return {
        finding.subject: finding for finding in run_checks(quota_checks(session, regions, candidates, regions.stacks()))
    }


def rules(*priorities: int) -> dict[str, object]:
    return {
        f"Rule{priority}": {"Type": RULE, "Properties": {"Priority": priority, "Actions": [], "Conditions": []}}
        for priority in priorities
    }


def test_rules_and_target_groups_are_counted_beside_those_that_are_there(
    session: Session, where: AccountRegion, tmp_path: Path, limits: dict[str, int]
) -> None:
    regions = Regions(session, {where})
    deploy_base(session, where, priorities=[5, 6])
    app = candidate(tmp_path, "dev/alpha", where, {**rules(6, 7), "Group": {"Type": TARGET_GROUP}}, regions)
    limits["rules-per-application-load-balancer"] = 3
    limits["target-groups-per-application-load-balancer"] = 3

    fitting = look(session, regions, [app])
    limits["rules-per-application-load-balancer"] = 2
    limits["target-groups-per-application-load-balancer"] = 2
    too_many = look(session, regions, [app])

    assert {finding.state for finding in fitting.values()} == {"ok"}
    rule = too_many["quota of listener rules on dev/base"]
    assert (rule.state, rule.why) == ("missing", "1 more are needed beside the 2 there are, and the quota is 2")
    group = too_many["quota of target groups on dev/base"]
    assert (group.state, group.why) == ("missing", "1 more are needed beside the 2 there are, and the quota is 2")
    assert list(rule.environments) == [EnvironmentName("dev", "alpha")]


def test_a_base_that_is_only_about_to_be_has_nothing_yet(
    session: Session, where: AccountRegion, tmp_path: Path, limits: dict[str, int]
) -> None:
    regions = Regions(session, {where})
    apps = [candidate(tmp_path, f"dev/app-{n}", where, rules(n), regions) for n in range(1, 4)]
    limits["rules-per-application-load-balancer"] = 2

    findings = look(session, regions, apps)

    assert findings["quota of listener rules on dev/base"].why.startswith("3 more are needed beside the 0")


def test_quotas_that_cannot_be_asked_for_are_not_checked(
    session: Session, where: AccountRegion, tmp_path: Path
) -> None:
    regions = Regions(session, {where})
    network = {"Vpc": {"Type": "AWS::EC2::VPC"}, "Address": {"Type": "AWS::EC2::EIP"}}
    base = candidate(tmp_path, "dev/base", where, network, regions)

    findings = look(session, regions, [base])

    assert {subject: finding.state for subject, finding in findings.items()} == {
        f"quota of VPCs in {where}": "not checked",
        f"quota of elastic IP addresses in {where}": "not checked",
    }
    assert all(finding.why for finding in findings.values())


def test_a_base_that_is_deployed_needs_no_new_network(session: Session, where: AccountRegion, tmp_path: Path) -> None:
    regions = Regions(session, {where})
    deploy_base(session, where, priorities=[])
    base = candidate(tmp_path, "dev/base", where, {"Vpc": {"Type": "AWS::EC2::VPC"}}, regions)

    assert look(session, regions, [base]) == {}


def deploy_base(session: Session, where: AccountRegion, *, priorities: Sequence[int]) -> None:
    """Deploy a load balancer whose listener has a rule and a target group for each of `priorities`."""
    resources: dict[str, object] = {
        "Balancer": {
            "Type": "AWS::ElasticLoadBalancingV2::LoadBalancer",
            "Properties": {"Subnets": ["subnet-1", "subnet-2"]},
        },
        "Listener": {
            "Type": "AWS::ElasticLoadBalancingV2::Listener",
            "Properties": {
                "LoadBalancerArn": {"Ref": "Balancer"},
                "Port": 80,
                "Protocol": "HTTP",
                "DefaultActions": [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}],
            },
        },
    }
    for priority in priorities:
        resources[f"Group{priority}"] = {
            "Type": TARGET_GROUP,
            "Properties": {"Port": 80, "Protocol": "HTTP", "VpcId": "vpc-1", "TargetType": "ip"},
        }
        resources[f"Rule{priority}"] = {
            "Type": RULE,
            "Properties": {
                "ListenerArn": {"Ref": "Listener"},
                "Priority": priority,
                "Conditions": [{"Field": "path-pattern", "Values": [f"/{priority}"]}],
                "Actions": [{"Type": "forward", "TargetGroupArn": {"Ref": f"Group{priority}"}}],
            },
        }
    outputs = {"ListenerArn": {"Value": {"Ref": "Listener"}}}
    client = session.client("cloudformation", where)
    body = json.dumps({"Resources": resources, "Outputs": outputs})
    client.create_stack(StackName="dev-base", TemplateBody=body)
    client.get_waiter("stack_create_complete").wait(
        StackName="dev-base", WaiterConfig={"Delay": 0.05, "MaxAttempts": 400}
    )
