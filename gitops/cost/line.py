"""One line of an estimate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from gitops.cost.prices import Price


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """What one resource costs a month, in US dollars: with the fewest and with the most tasks, or None unpriced."""

    resource: str
    what: str
    least_usd: float | None
    most_usd: float | None
    derived: bool


class Part(NamedTuple):
    """An amount of something that has a price, or should have; `most` is its upper end where there is a range."""

    price: Price | None
    amount: float
    most: float | None = None


def line(resource: str, what: str, *parts: Part) -> Line:
    """Return the line of a resource that is made of parts. Without a price for one of them it has none."""
    least = most = 0.0
    for part in parts:
        if part.price is None:
            return Line(resource=resource, what=what, least_usd=None, most_usd=None, derived=False)
        least += part.price.usd * part.amount
        most += part.price.usd * (part.amount if part.most is None else part.most)
    derived = any(part.price and part.price.derived for part in parts)
    return Line(resource=resource, what=what, least_usd=least, most_usd=most, derived=derived)
