"""Brings the price file up to date: `python -m gitops.cost.refresh`.

Asks the AWS Price List API for every figure of the file, with credentials that allow pricing:GetProducts. A figure for
which AWS does not name exactly one price stays as it is, and is reported.
"""

from __future__ import annotations

import json
import re
import sys
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from gitops.aws.price_list import PriceList
from gitops.aws.session import AwsError, Session
from gitops.aws.target import resolve
from gitops.cost.prices import FILE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_REGION_IN_USAGE = "([A-Z0-9]+-|[a-z]+-[a-z]+-[0-9]-)?"
"""How usage types name their region, if they do: `EUC1-`, `eu-central-1-`."""

_HOURS = frozenset({"Hrs", "hours", "Hours", "LCU-Hrs", "vCPU-Hours", "GB-Hours"})


def refresh(file: Path, today: date, price_list: PriceList) -> list[str]:
    """Write the current prices into a price file, and return what could not be brought up to date, and why."""
    document = json.loads(file.read_text(encoding="utf-8"))
    left: list[str] = []
    for name, group in document["groups"].items():
        failed = list(_refresh_group(name, group, price_list))
        left += failed
        if not failed:
            group["read"] = today.isoformat()
            group["how"] = f"AWS Price List API, {today.isoformat()}."
    file.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return left


def _refresh_group(name: str, group: dict[str, Any], price_list: PriceList) -> Iterator[str]:
    """Change the figures of a group that have one price, and yield what is to be said about the others."""
    for region in sorted({region for figure in group["figures"].values() for region in figure["usd"]}):
        try:
            products = price_list.products(group["service_code"], {**group["filters"], "regionCode": region})
        except AwsError as error:
            yield f"{name}, {region}: {error}"
            continue
        for key, figure in group["figures"].items():
            if region in figure["usd"]:
                try:
                    figure["usd"][region] = _the_only_price(products, figure["usage"], group["per"])
                except ValueError as error:
                    yield f"{name}, {key}, {region}: {error}"
                else:
                    figure["derived"] = [other for other in figure["derived"] if other != region]


def _the_only_price(products: Sequence[Mapping[str, Any]], usage: str, per: str) -> float:
    """Return the price on demand of a usage type; of several steps the first that costs anything.

    Raises ValueError when there is none, or more than one.
    """
    wanted = re.compile(_REGION_IN_USAGE + re.escape(usage))
    found = set()
    for product in products:
        if wanted.fullmatch(product["product"]["attributes"].get("usagetype", "")):
            for term in product["terms"].get("OnDemand", {}).values():
                steps = sorted(term["priceDimensions"].values(), key=lambda step: float(step.get("beginRange", 0)))
                found |= set(_first_price(steps))
    if len(found) != 1:
        raise ValueError(f"the price list has {len(found)} prices for {usage}")
    usd, unit = found.pop()
    if (unit in _HOURS) != (per == "hour"):
        raise ValueError(f"the price list counts {usage} in {unit}, this file by the {per}")
    return usd


def _first_price(steps: Sequence[Mapping[str, Any]]) -> Iterator[tuple[float, str]]:
    """Yield the first price above zero and its unit; steps of zero are the free tier, or reservations at work."""
    for step in steps:
        usd = float(step["pricePerUnit"].get("USD", 0))
        if usd:
            yield usd, step["unit"]
            return


def main() -> int:
    """Bring the repository's price file up to date. Returns 1 when something in it stayed as it was."""
    left = refresh(FILE, datetime.now(UTC).date(), PriceList(Session(resolve("aws"))))
    for reason in left:
        print(f"not refreshed: {reason}", file=sys.stderr)
    print(f"{FILE}: written; `git diff` shows what changed")
    return 1 if left else 0


if __name__ == "__main__":
    sys.exit(main())
