"""Which environments have a budget, and what is refused."""

import json
from pathlib import Path
from typing import cast

import pytest

from constructs_lib.config.environments import AccountRegion, Environment, parse_name
from constructs_lib.config.model import (
    AdHocAppConfig,
    AdHocBaseConfig,
    AdHocNetworkConfig,
    PolicyConfig,
    ProdAppConfig,
    ScheduleConfig,
)
from gitops.cdk.assembly import Assembly, SynthesisedStack
from gitops.cost.budget import budget_of, over_budget, require_within_budgets
from gitops.cost.estimate import Estimate
from gitops.cost.pricing import CostLine
from gitops.errors import UserError

HOME = AccountRegion("111111111111", "us-east-1")


def environment(
    name: str, config: AdHocBaseConfig | AdHocAppConfig | ProdAppConfig, base: Environment | None = None
) -> Environment:
    return Environment(
        name=parse_name(name),
        kind="",
        config=config,
        account_id=HOME.account,
        region=HOME.region,
        base=base,
        source=cast("object", None),  # type: ignore[arg-type] # no budget reads it
    )


def base(budget: int | None) -> Environment:
    config = AdHocBaseConfig(
        account="main",
        domain="dev.example.com",
        hosted_zone_id="Z1",
        network=AdHocNetworkConfig(cidr="10.0.0.0/16"),
        policy=PolicyConfig(max_monthly_usd=budget),
    )
    return environment("dev", config)


def app(budget: int | None, schedule: ScheduleConfig | None = None) -> Environment:
    config = AdHocAppConfig(
        owner="octocat", repository="microblog", image="v1", services={}, expires="2030-01-01", schedule=schedule
    )
    return environment("dev/alpha", config, base(budget))


def assembly(folder: Path, resources: dict[str, object]) -> Assembly:
    """Return an assembly with the stack of dev/alpha."""
    template = folder / "template.json"
    template.write_text(json.dumps({"Resources": resources}))
    stack = SynthesisedStack(
        name="dev-alpha",
        selector="dev-alpha",
        where=HOME,
        template_file=template,
        tags={},
        protected=False,
        bootstrap_parameter=None,
    )
    return Assembly(folder, {"dev-alpha": stack})


def estimate(least: float, most: float) -> Estimate:
    priced = CostLine(resource="A", what="a", least_usd=least, most_usd=most, derived=False)
    unpriced = CostLine(resource="B", what="b", least_usd=None, most_usd=None, derived=False)
    return Estimate(region="us-east-1", lines=(priced, unpriced), unknown={})


def test_apps_have_the_budget_of_their_base_and_others_have_none() -> None:
    prod = ProdAppConfig(owner="octocat", repository="microblog", image="v1", services={})
    assert budget_of(app(60)) == 60
    assert budget_of(app(None)) is None
    assert budget_of(base(60)) is None
    assert budget_of(environment("prod/app", prod, None)) is None


@pytest.mark.parametrize(("budget", "refused"), [(None, False), (50, False), (49, True), (1, True)])
def test_the_most_that_an_environment_may_cost_counts(*, budget: int | None, refused: bool) -> None:
    assert over_budget(estimate(10, 50), budget) is refused


def test_what_is_above_its_budget_is_refused_with_both_figures(tmp_path: Path) -> None:
    stacks = assembly(tmp_path, {"Nat": {"Type": "AWS::EC2::NatGateway"}})

    with pytest.raises(UserError) as refusal:
        require_within_budgets([app(32)], stacks)

    assert "dev/alpha would cost about 32.85 USD a month" in str(refusal.value)
    assert "dev/base allows 32 (policy.max_monthly_usd)" in str(refusal.value)
    assert "nothing was changed" in str(refusal.value)


def test_what_is_within_its_budget_or_has_none_passes(tmp_path: Path) -> None:
    stacks = assembly(tmp_path, {"Nat": {"Type": "AWS::EC2::NatGateway"}})

    require_within_budgets([app(33)], stacks)
    require_within_budgets([app(None)], stacks)


def test_a_schedule_brings_services_below_the_budget(tmp_path: Path) -> None:
    task = {"Cpu": "1024", "Memory": "2048", "RuntimePlatform": {"CpuArchitecture": "ARM64"}}
    stacks = assembly(
        tmp_path,
        {
            "Task": {"Type": "AWS::ECS::TaskDefinition", "Properties": task},
            "Web": {"Type": "AWS::ECS::Service", "Properties": {"TaskDefinition": {"Ref": "Task"}}},
        },
    )

    with pytest.raises(UserError, match=r"dev/alpha"):
        require_within_budgets([app(20)], stacks)
    require_within_budgets([app(20, ScheduleConfig(awake="Mon-Fri 08:00-20:00"))], stacks)
