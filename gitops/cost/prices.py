"""The price file: list prices by group, figure and region, with where they come from."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping

FILE = Path(__file__).with_name("prices.json")
HOURS_PER_MONTH = 730
"""365 days of 24 hours by 12, as AWS's own calculator counts."""

Assumption = Literal[
    "alarms_of_a_target",
    "database_standby_factor",
    "default_volume_gib",
    "load_balancer_capacity_units",
    "spot_discount",
]


class Price(NamedTuple):
    """US dollars a month for one of something. A derived figure was computed from others, not read in a price list."""

    usd: float
    derived: bool


@dataclass(frozen=True, slots=True)
class Prices:
    """The content of a price file."""

    document: Mapping[str, Any]

    def find(self, group: str, figure: str, region: str) -> Price | None:
        """Return the price of a figure of a group, or None when the file does not have it for the region."""
        prices = self.document["groups"][group]
        entry = prices["figures"].get(figure)
        if entry is None or region not in entry["usd"]:
            return None
        hours = HOURS_PER_MONTH if prices["per"] == "hour" else 1
        return Price(entry["usd"][region] * hours, region in entry["derived"])

    def assumption(self, name: Assumption) -> float:
        """Return a number that no template tells."""
        value: float = self.document["assumptions"][name]["value"]
        return value

    @property
    def read(self) -> str:
        """The day of the oldest group, `YYYY-MM-DD`."""
        oldest: str = min(group["read"] for group in self.document["groups"].values())
        return oldest


@cache
def load() -> Prices:
    """Return the prices of the repository's own file."""
    return Prices(json.loads(FILE.read_text(encoding="utf-8")))
