"""Where an estimate looks things up: the resources of one template and the prices of its region."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gitops.cost.prices import Price, Prices

    Properties = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A template's resources by logical id, their region, the price file, and how much of the time services run."""

    resources: Mapping[str, Any]
    region: str
    prices: Prices
    awake_share: float

    def price(self, group: str, figure: str) -> Price | None:
        """Return a price in the template's region."""
        return self.prices.find(group, figure, self.region)

    def of_type(self, kind: str) -> Iterator[tuple[str, Properties]]:
        """Yield the resources of a type with their properties."""
        for logical_id, resource in self.resources.items():
            if resource["Type"] == kind:
                yield logical_id, resource.get("Properties", {})
