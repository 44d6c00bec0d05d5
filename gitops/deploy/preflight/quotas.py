"""Whether what is new fits into an account's quotas, beside what is there."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, cast

from constructs_lib.config.naming import BaseOutput
from gitops.aws.ec2 import Ec2
from gitops.aws.ecs import Ecs
from gitops.aws.load_balancing import RULES_LIMIT, TARGET_GROUPS_LIMIT, LoadBalancing
from gitops.aws.service_quotas import ServiceQuotas
from gitops.deploy.preflight.check import PreflightCheck
from gitops.templates import fargate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.regions import Existing, Regions
    from gitops.aws.session import Session
    from gitops.cdk.assembly import SynthesisedStack
    from gitops.deploy.preflight.check import DeploymentCandidate

LISTENER_RULE = "AWS::ElasticLoadBalancingV2::ListenerRule"
TARGET_GROUP = "AWS::ElasticLoadBalancingV2::TargetGroup"
VPC = "AWS::EC2::VPC"
ADDRESS = "AWS::EC2::EIP"

ON_DEMAND_QUOTA = ("fargate", "L-3032A538")
SPOT_QUOTA = ("fargate", "L-36FBB829")
"""https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html"""

VPC_QUOTA = ("vpc", "L-F678F1CE")
ADDRESS_QUOTA = ("ec2", "L-0263D0A3")
"""https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html"""


def quota_checks(
    session: Session, regions: Regions, candidates: Iterable[DeploymentCandidate], existing: Existing
) -> Iterator[PreflightCheck]:
    """Yield the checks of all quotas that `candidates` count against; `existing` are the stacks that are deployed."""
    candidates = list(candidates)
    yield from _of_regions(session, [candidate for candidate in candidates if candidate.deployed is None])
    yield from _of_fargate(session, regions, candidates)
    apps = defaultdict(list)
    for candidate in candidates:
        if _resources(candidate.stack, LISTENER_RULE):
            apps[candidate.stack.where, candidate.name.base].append(candidate)
    for (where, base), on_base in apps.items():
        balancer = _LoadBalancer(LoadBalancing(session, where), regions, existing.get((where, base.stack)), on_base)
        names = [candidate.name for candidate in on_base]
        yield PreflightCheck(f"quota of listener rules on {base}", names, balancer.rules_problem)
        yield PreflightCheck(f"quota of target groups on {base}", names, balancer.target_groups_problem)


def quota_problem(there: int, new: int, quota: Callable[[], int]) -> str:
    """Return what is wrong with `new` more of something; empty when they fit into the quota, or when there are none."""
    if new == 0 or there + new <= (most := quota()):
        return ""
    return f"{new} more are needed beside the {there} there are, and the quota is {most}"


def _of_regions(session: Session, new: Sequence[DeploymentCandidate]) -> Iterator[PreflightCheck]:
    for where in sorted({candidate.stack.where for candidate in new}):
        ec2, quotas = Ec2(session, where), ServiceQuotas(session, where)
        for noun, resource_type, count, codes in (
            ("VPCs", VPC, ec2.vpc_count, VPC_QUOTA),
            ("elastic IP addresses", ADDRESS, ec2.address_count, ADDRESS_QUOTA),
        ):
            needed = {
                candidate.name: len(_resources(candidate.stack, resource_type))
                for candidate in new
                if candidate.stack.where == where
            }
            names = [name for name, number in needed.items() if number]
            if names:
                quota = partial(quotas.value, *codes)
                yield PreflightCheck(
                    f"quota of {noun} in {where}", names, partial(_counted, count, sum(needed.values()), quota)
                )


def _of_fargate(
    session: Session, regions: Regions, candidates: Sequence[DeploymentCandidate]
) -> Iterator[PreflightCheck]:
    """Yield the checks of Fargate's vCPUs, of which a new account has few: those that run, and those that come."""
    for where in sorted({candidate.stack.where for candidate in candidates}):
        there = [
            candidate
            for candidate in candidates
            if candidate.stack.where == where and (_resources(candidate.stack, fargate.SERVICE))
        ]
        if not there:
            continue
        usage = _FargateUsage(Ecs(session, where), ServiceQuotas(session, where), regions, there)
        names = [candidate.name for candidate in there]
        yield PreflightCheck(f"quota of Fargate vCPUs on demand in {where}", names, usage.on_demand_problem)
        yield PreflightCheck(f"quota of Fargate vCPUs on Spot in {where}", names, usage.spot_problem)


class _FargateUsage:
    """The vCPUs that run in a region, and those that the deployment of candidates starts beside them."""

    def __init__(
        self, ecs: Ecs, quotas: ServiceQuotas, regions: Regions, candidates: Sequence[DeploymentCandidate]
    ) -> None:
        self._ecs = ecs
        self._quotas = quotas
        self._regions = regions
        self._candidates = candidates

    def on_demand_problem(self) -> str:
        """Return whether there are enough vCPUs on demand."""
        return self._problem(fargate.ON_DEMAND, ON_DEMAND_QUOTA, sum(new.on_demand for new in self._new()))

    def spot_problem(self) -> str:
        """Return whether there are enough vCPUs on Spot."""
        return self._problem(fargate.SPOT, SPOT_QUOTA, sum(new.spot for new in self._new()))

    def _problem(self, provider: str, quota: tuple[str, str], new: float) -> str:
        if new == 0:
            return ""
        running, most = self._ecs.fargate_vcpus().get(provider, 0.0), self._quotas.value(*quota)
        if running + new <= most:
            return ""
        return (
            f"{new:g} vCPUs are started beside the {running:g} that run, and the quota is {most}; to raise it:"
            f" aws service-quotas request-service-quota-increase --service-code {quota[0]} --quota-code {quota[1]}"
            " --desired-value NUMBER"
        )

    def _new(self) -> Iterator[fargate.Vcpus]:
        for candidate in self._candidates:
            resources = candidate.stack.template.get("Resources", {})
            yield fargate.vcpus_to_start(cast("Any", resources), self._deployed(candidate))

    def _deployed(self, candidate: DeploymentCandidate) -> Mapping[str, Any] | None:
        if candidate.deployed is None:
            return None
        template = self._regions[candidate.deployed.where].template(candidate.deployed.stack_id)
        return cast("dict[str, Any]", template).get("Resources", {}) if isinstance(template, dict) else None


def _counted(count: Callable[[], int], new: int, quota: Callable[[], int]) -> str:
    return quota_problem(count(), new, quota)


class _LoadBalancer:
    """The load balancer of a base, which is `deployed` or only about to be, and the apps that come to it."""

    def __init__(
        self,
        balancing: LoadBalancing,
        regions: Regions,
        deployed: DeployedStack | None,
        apps: Sequence[DeploymentCandidate],
    ) -> None:
        self._balancing = balancing
        self._regions = regions
        self._listener = deployed.outputs.get(BaseOutput.LISTENER_ARN) if deployed else None
        self._apps = apps

    def rules_problem(self) -> str:
        """Return whether its listener can take the rules that it does not have yet: those of new priorities."""
        there = self._rules()
        wanted = {int(rule["Priority"]) for app in self._apps for rule in _resources(app.stack, LISTENER_RULE)}
        return quota_problem(len(there), len(wanted - there.keys()), partial(self._limit, RULES_LIMIT))

    def target_groups_problem(self) -> str:
        """Return whether it can take the target groups that the apps' stacks do not have yet."""
        there: set[str] = set().union(*self._rules().values())
        new = sum(max(0, self._change(app)) for app in self._apps)
        return quota_problem(len(there), new, partial(self._limit, TARGET_GROUPS_LIMIT))

    def _rules(self) -> Mapping[int, set[str]]:
        return self._balancing.rules(self._listener) if self._listener else {}

    def _change(self, app: DeploymentCandidate) -> int:
        wanted = len(_resources(app.stack, TARGET_GROUP))
        if app.deployed is None:
            return wanted
        resources = self._regions[app.deployed.where].resources(app.deployed.stack_id)
        return wanted - sum(1 for resource in resources if resource.type == TARGET_GROUP)

    def _limit(self, name: str) -> int:
        return self._balancing.limits()[name]


def _resources(stack: SynthesisedStack, resource_type: str) -> list[dict[str, Any]]:
    return resources_of(stack.template, resource_type)


def resources_of(template: object, resource_type: str) -> list[dict[str, Any]]:
    """Return the properties of a template's resources of one type."""
    resources = template.get("Resources", {}) if isinstance(template, Mapping) else {}
    return [resource.get("Properties", {}) for resource in resources.values() if resource["Type"] == resource_type]
