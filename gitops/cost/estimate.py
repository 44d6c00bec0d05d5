"""An estimate: what an environment costs a month by its template, and what that leaves out."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops.aws.resource_types import resource_type
from gitops.cost.pricing import PricingContext, cost_lines

if TYPE_CHECKING:
    from collections.abc import Mapping

    from constructs_lib.config.environments import Environment
    from gitops.cdk.assembly import Assembly
    from gitops.cost.prices import Prices
    from gitops.cost.pricing import CostLine

NOT_COUNTED = (
    "traffic: to the internet, between zones, through NAT, load balancers and endpoints above the assumption",
    "logs, Container Insights and metrics that applications publish",
    "S3 and ECR: storage and requests",
    "SES: 0.10 USD for 1,000 mails, and the data of attachments",
    "backups and snapshots beyond the size of a database, and storage that has grown",
    "one-off tasks and the functions that run them, which take minutes",
    "requests to Secrets Manager, KMS, WAF, Route 53 and SNS; CPU credits",
    "a base's share in the cost of its apps: a base is an estimate of its own",
    "taxes, support, free tier, Savings Plans and reservations",
)
"""What no estimate has: said under each, so that silence never means zero."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """The lines of one environment in the order of its template, and the types that the register does not price.

    Sums are of what has a price; `unpriced` are the lines that have none.
    """

    region: str
    lines: tuple[CostLine, ...]
    unknown: Mapping[str, int]

    @property
    def least_usd(self) -> float:
        """A month with the fewest tasks that scaling allows."""
        return sum(line.least_usd or 0 for line in self.lines)

    @property
    def most_usd(self) -> float:
        """A month with the most tasks that scaling allows, all of the time."""
        return sum(line.most_usd or 0 for line in self.lines)

    @property
    def unpriced(self) -> list[str]:
        """What the price file has no figure for."""
        return list(dict.fromkeys(line.what for line in self.lines if line.least_usd is None))

    @property
    def derived(self) -> list[str]:
        """What is counted with a figure that was not read in a price list."""
        return list(dict.fromkeys(line.what for line in self.lines if line.derived))


def estimate(template: Mapping[str, Any], region: str, prices: Prices, *, awake_share: float = 1) -> Estimate:
    """Estimate a template. Its services run for `awake_share` of the time, from 0 to 1."""
    resources = template.get("Resources", {})
    lines = cost_lines(PricingContext(resources, region, prices, awake_share))
    types = Counter(resource["Type"] for resource in resources.values())
    unknown = {name: count for name, count in sorted(types.items()) if not resource_type(name).has_known_cost}
    return Estimate(region=region, lines=tuple(lines), unknown=unknown)


def estimate_environment(environment: Environment, assembly: Assembly, prices: Prices) -> Estimate:
    """Estimate an environment whose stack is in `assembly`; what its schedule lets sleep costs nothing meanwhile."""
    stack = assembly.stacks[environment.name.stack]
    return estimate(stack.template, stack.where.region, prices, awake_share=environment.awake_share)
