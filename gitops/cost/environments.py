"""Estimates of declared environments, from their synthesised stacks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from constructs_lib.config import awake_hours
from constructs_lib.config.model import AdHocAppConfig
from gitops.cost.estimate import Estimate, estimate

if TYPE_CHECKING:
    from constructs_lib.config.environments import Environment
    from gitops.cdk.assembly import Assembly
    from gitops.cost.prices import Prices


def estimate_environment(environment: Environment, assembly: Assembly, prices: Prices) -> Estimate:
    """Estimate an environment whose stack is in `assembly`; what its schedule lets sleep costs nothing meanwhile."""
    stack = assembly.stacks[environment.name.stack]
    return estimate(stack.template, stack.where.region, prices, awake_share=environment.awake_share)


def awake_share(environment: Environment) -> float:
    """Return for which share of the time, from 0 to 1, the schedule of an environment lets its services run."""
    config = environment.config
    schedule = config.schedule if isinstance(config, AdHocAppConfig) else None
    return awake_hours.parse(schedule.awake).share if schedule else 1
