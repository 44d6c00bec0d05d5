"""An estimate: what each resource of a template costs a month."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gitops.cost import resources
from gitops.cost.coverage import FREE, USAGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from gitops.cost.line import Line
    from gitops.cost.prices import Prices


@dataclass(frozen=True, kw_only=True, slots=True)
class Estimate:
    """The lines of one environment in the order of its template, and the types of resources that nobody here knows.

    Sums are of what has a price; `unpriced` are the lines that have none.
    """

    region: str
    lines: tuple[Line, ...]
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
    found = template.get("Resources", {})
    lines = resources.lines(resources.Place(found, region, prices, awake_share))
    types = Counter(resource["Type"] for resource in found.values())
    known = FREE | USAGE.keys() | resources.PRICED
    unknown = {kind: count for kind, count in sorted(types.items()) if kind not in known}
    return Estimate(region=region, lines=tuple(lines), unknown=unknown)
