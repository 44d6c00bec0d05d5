"""The budget of an ad hoc environment: the most that its base lets it cost a month by its estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config.model import AdHocAppConfig, AdHocBaseConfig
from gitops.cost import prices
from gitops.cost.estimate import estimate_environment
from gitops.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from constructs_lib.config.environments import Environment
    from gitops.cdk.assembly import Assembly
    from gitops.cost.estimate import Estimate


def budget_of(environment: Environment) -> int | None:
    """Return what an environment may cost a month in US dollars, or None where no policy says."""
    base = environment.base.config if environment.base else None
    if isinstance(environment.config, AdHocAppConfig) and isinstance(base, AdHocBaseConfig):
        return base.policy.max_monthly_usd
    return None


def over_budget(estimate: Estimate, budget_usd: int | None) -> bool:
    """Return whether what is priced of an estimate, with the most tasks, is above a budget."""
    return budget_usd is not None and estimate.most_usd > budget_usd


def require_within_budgets(environments: Iterable[Environment], assembly: Assembly) -> None:
    """Raise UserError when the estimate of an environment is above the budget of its base."""
    refused = []
    for environment in environments:
        budget = budget_of(environment)
        if budget is not None:
            estimate = estimate_environment(environment, assembly, prices.load())
            if over_budget(estimate, budget):
                refused.append(
                    f"  {environment.name} would cost about {estimate.most_usd:.2f} USD a month; its base"
                    f" {environment.name.base} allows {budget} (policy.max_monthly_usd)"
                )
    if refused:
        listed = "\n".join(refused)
        raise UserError(
            f"above the budget; nothing was changed:\n{listed}\n"
            "`gitops cost NAME` shows what it is made of. Make it smaller, give it a `schedule`, or raise the budget."
        )
