"""`gitops cost`: what environments cost a month, by their templates and the price file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Literal

from gitops.cdk import synthesis
from gitops.commands.selection import select
from gitops.cost import prices
from gitops.cost.budget import budget_of, over_budget
from gitops.cost.estimate import NOT_COUNTED, estimate_environment
from gitops.output.progress import say
from gitops.output.report import Table, text_table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from constructs_lib.config.environments import Environment
    from gitops.cost.estimate import Estimate
    from gitops.cost.pricing import CostLine

OutputFormat = Literal["text", "json"]
Estimates = dict[str, tuple["Environment", "Estimate"]]

HEADINGS = ("environment", "count", "resource", "USD/month", "up to")
NOT_PRICED = "not priced"


def cost(*, folder: Path, names: Sequence[str], output_format: OutputFormat, today: date) -> int:
    """Print the estimates of the environments `names`, or of all that are right. Asks no AWS.

    Returns 1 when declarations are wrong and were left out.
    """
    selected = select(folder, names, today)
    environments = selected.environments
    if not environments:
        say(f"no environment is declared in {folder}: nothing costs anything")
        return selected.exit_code
    assembly = synthesis.synthesise(folder, selected.names)
    estimates: Estimates = {
        str(environment.name): (environment, estimate_environment(environment, assembly, prices.load()))
        for environment in environments
    }
    print(_as_json(estimates) if output_format == "json" else _as_text(estimates))
    return selected.exit_code


def _as_text(estimates: Estimates) -> str:
    rows = [row for name, (_, estimate) in estimates.items() for row in _rows(name, estimate)]
    return "\n".join([text_table(Table(headings=HEADINGS, rows=rows)), "", *_notes(estimates)])


def _rows(name: str, estimate: Estimate) -> Iterator[tuple[str, ...]]:
    """Yield a row for each kind of thing, those that have many resources counted, and one for the sum."""
    same: dict[tuple[str, float | None, float | None], int] = {}
    for line in estimate.lines:
        key = (line.what, line.least_usd, line.most_usd)
        same[key] = same.get(key, 0) + 1
    for (what, least, most), count in same.items():
        yield name, str(count), what, _dollars(least, count), _up_to(least, most, count)
    least, most = estimate.least_usd, estimate.most_usd
    yield name, "", "total", _dollars(least, 1), _up_to(least, most, 1)


def _dollars(usd: float | None, count: int) -> str:
    return NOT_PRICED if usd is None else f"{usd * count:{len(NOT_PRICED)}.2f}"


def _up_to(least: float | None, most: float | None, count: int) -> str:
    """Return the upper end of a range, or nothing where there is no range."""
    return "" if least == most else _dollars(most, count)


def _notes(estimates: Estimates) -> Iterator[str]:
    yield f"Estimates in US dollars for {prices.HOURS_PER_MONTH} hours, by list prices looked up {prices.load().read}."
    for name, (environment, estimate) in estimates.items():
        budget = budget_of(environment)
        if budget is not None:
            verdict = "ABOVE its budget" if over_budget(estimate, budget) else "within its budget"
            yield f"{name} is {verdict} of {budget} (policy.max_monthly_usd of {environment.name.base})."
        if estimate.unpriced:
            yield f"{name}, not priced in {estimate.region} and not in the total: {'; '.join(estimate.unpriced)}."
        if estimate.unknown:
            listed = ", ".join(f"{kind} ({count})" for kind, count in estimate.unknown.items())
            yield f"{name}, of types that are not known here and not in the total: {listed}."
        if estimate.derived:
            yield f"{name}, by figures that were derived, not read: {'; '.join(estimate.derived)}."
    yield "Not counted:"
    yield from (f"  {part}" for part in NOT_COUNTED)


def _as_json(estimates: Estimates) -> str:
    document = {
        "hours_per_month": prices.HOURS_PER_MONTH,
        "prices_read": prices.load().read,
        "environments": [
            {
                "environment": name,
                "region": estimate.region,
                "least_usd": round(estimate.least_usd, 2),
                "most_usd": round(estimate.most_usd, 2),
                "budget_usd": budget_of(environment),
                "over_budget": over_budget(estimate, budget_of(environment)),
                "unpriced": estimate.unpriced,
                "unknown_types": dict(estimate.unknown),
                "resources": [_line_as_json(line) for line in estimate.lines],
            }
            for name, (environment, estimate) in estimates.items()
        ],
        "not_counted": list(NOT_COUNTED),
    }
    return json.dumps(document, indent=2)


def _line_as_json(line: CostLine) -> Mapping[str, object]:
    return {
        "resource": line.resource,
        "what": line.what,
        "least_usd": None if line.least_usd is None else round(line.least_usd, 2),
        "most_usd": None if line.most_usd is None else round(line.most_usd, 2),
        "derived": line.derived,
    }
