import json
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from constructs_lib.config.environments import AccountRegion
from constructs_lib.config.naming import EnvironmentName
from gitops.aws.load_balancing import LoadBalancing
from gitops.aws.regions import Regions
from gitops.aws.service_quotas import ServiceQuotas
from gitops.aws.session import AwsError, Session
from gitops.cdk.assembly import SynthesisedStack
from gitops.deploy.preflight.check import DeploymentCandidate, PreflightFinding, run_checks
from gitops.deploy.preflight.quotas import quota_checks, quota_problem
from gitops.templates.fargate import Vcpus, vcpus_to_start

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


NETWORK = {"Vpc": {"Type": "AWS::EC2::VPC"}, "Address": {"Type": "AWS::EC2::EIP"}}


def test_quotas_that_cannot_be_asked_for_are_not_checked(
    session: Session, where: AccountRegion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> int:
        raise AwsError("the role may not ask")

    monkeypatch.setattr(ServiceQuotas, "value", refuse)
    regions = Regions(session, {where})
    base = candidate(tmp_path, "dev/base", where, NETWORK, regions)

    findings = look(session, regions, [base])

    assert {subject: (finding.state, finding.why) for subject, finding in findings.items()} == {
        f"quota of VPCs in {where}": ("not checked", "the role may not ask"),
        f"quota of elastic IP addresses in {where}": ("not checked", "the role may not ask"),
    }


def test_networks_that_fit_into_a_new_account_and_those_that_do_not(
    session: Session, where: AccountRegion, tmp_path: Path
) -> None:
    """The default VPC counts: there is room for four more."""
    regions = Regions(session, {where})
    bases = [candidate(tmp_path, f"base{number}/base", where, NETWORK, regions) for number in range(6)]

    fitting, too_many = look(session, regions, bases[:4]), look(session, regions, bases)

    assert {finding.state for finding in fitting.values()} == {"ok"}
    assert {subject: finding.why for subject, finding in too_many.items()} == {
        f"quota of VPCs in {where}": "6 more are needed beside the 1 there are, and the quota is 5",
        f"quota of elastic IP addresses in {where}": "6 more are needed beside the 0 there are, and the quota is 5",
    }


def services(cpu: int, *providers: str, **properties: object) -> dict[str, object]:
    """Return the resources of a service on each of `providers`, each with one task."""
    definition = {"Cpu": str(cpu), "Memory": str(2 * cpu), "ContainerDefinitions": [{"Name": "app", "Image": "none"}]}
    return {
        "Cluster": {"Type": "AWS::ECS::Cluster"},
        "Definition": {"Type": "AWS::ECS::TaskDefinition", "Properties": definition},
        **{
            f"Service{number}": {
                "Type": "AWS::ECS::Service",
                "Properties": {
                    "Cluster": {"Ref": "Cluster"},
                    "TaskDefinition": {"Ref": "Definition"},
                    "CapacityProviderStrategy": [{"CapacityProvider": provider, "Weight": 1}],
                    **properties,
                },
            }
            for number, provider in enumerate(providers)
        },
    }


SPOT, ON_DEMAND = "FARGATE_SPOT", "FARGATE"


def test_vcpus_on_spot_and_on_demand_have_a_quota_each(session: Session, where: AccountRegion, tmp_path: Path) -> None:
    regions = Regions(session, {where})
    apps = [
        candidate(tmp_path, f"dev/app-{number}", where, services(2048, SPOT, ON_DEMAND), regions) for number in range(4)
    ]

    fitting, too_many = look(session, regions, apps[:3]), look(session, regions, apps)

    assert {finding.state for finding in fitting.values()} == {"ok"}
    for subject, code in (("on demand", "L-3032A538"), ("on Spot", "L-36FBB829")):
        finding = too_many[f"quota of Fargate vCPUs {subject} in {where}"]
        assert finding.state == "missing"
        assert finding.why.startswith("8 vCPUs are started beside the 0 that run, and the quota is 6; to raise it:")
        assert f"--service-code fargate --quota-code {code} --desired-value NUMBER" in finding.why


def deploy(session: Session, where: AccountRegion, stack: str, resources: Mapping[str, object]) -> None:
    client = session.client("cloudformation", where)
    client.create_stack(StackName=stack, TemplateBody=json.dumps({"Resources": resources}))
    client.get_waiter("stack_create_complete").wait(StackName=stack, WaiterConfig={"Delay": 0.05, "MaxAttempts": 400})


@pytest.mark.parametrize(
    ("cpu", "properties", "started"),
    [
        (2048, {}, ""),
        (4096, {}, "4 vCPUs are started beside the 6 that run"),
        (4096, {"DeploymentConfiguration": {"MaximumPercent": 100, "MinimumHealthyPercent": 0}}, ""),
        (4096, {"DesiredCount": 0}, ""),
    ],
    ids=["unchanged", "new tasks beside the old ones", "new tasks after the old ones", "no tasks"],
)
def test_what_runs_counts_and_an_update_runs_new_tasks_beside_old_ones(  # noqa: PLR0917 # fixtures and a table
    session: Session,
    where: AccountRegion,
    tmp_path: Path,
    cpu: int,
    properties: Mapping[str, object],
    started: str,
) -> None:
    deploy(session, where, "dev-alpha", services(2048, SPOT))
    deploy(session, where, "by-hand", services(4096, SPOT))  # what is not ours counts, too
    regions = Regions(session, {where})
    alpha = candidate(tmp_path, "dev/alpha", where, services(cpu, SPOT, **properties), regions)

    finding = look(session, regions, [alpha])[f"quota of Fargate vCPUs on Spot in {where}"]

    assert (finding.state, finding.why.partition(",")[0]) == ("missing" if started else "ok", started)


def test_tasks_before_a_release_count_on_demand_one_at_a_time() -> None:
    one_off = {"Type": "Custom::OneOffTask", "Properties": {"TaskDefinition": {"Ref": "Definition"}}}
    resources = {**services(1024, SPOT), "Database": one_off, "Release": one_off}

    assert vcpus_to_start(resources, None) == Vcpus(on_demand=1, spot=1)
    assert vcpus_to_start(resources, resources) == Vcpus(on_demand=0, spot=0)


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
