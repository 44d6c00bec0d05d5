"""Refreshing the price file, with a stand-in for the AWS CLI that answers as the Price List API does."""

import json
import os
import sys
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from gitops.cost import prices, refresh
from tests.gitops.cost.small_prices import REGION

TODAY = date(2027, 1, 2)


def product(usagetype: str, *steps: tuple[str, str, str]) -> str:
    """Return a product of the price list with a price in steps: where each begins, its unit and its price."""
    dimensions = {
        f"step{number}": {"beginRange": begin, "unit": unit, "pricePerUnit": {"USD": usd}}
        for number, (begin, unit, usd) in enumerate(steps)
    }
    return json.dumps(
        {
            "product": {"attributes": {"usagetype": usagetype}},
            "terms": {"OnDemand": {"term": {"priceDimensions": dimensions}}},
        }
    )


def document(usage: str, *, per: str = "hour") -> dict[str, Any]:
    figure = {"usage": usage, "usd": {REGION: 9}, "derived": [REGION]}
    group = {
        "per": per,
        "service_code": "AmazonThing",
        "filters": {"engine": "good"},
        "read": "2026-01-01",
        "how": "by hand",
        "figures": {"thing": figure},
    }
    return {"about": "ü", "assumptions": {}, "groups": {"things": group}}


class Cli:
    """The stand-in: answers with `answer.json`, and keeps its arguments in `arguments.json`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        program = folder / "aws"
        program.write_text(
            f"#!{sys.executable}\n"
            "import json, pathlib, sys\n"
            "here = pathlib.Path(__file__).parent\n"
            "(here / 'arguments.json').write_text(json.dumps(sys.argv[1:]))\n"
            "answer = here / 'answer.json'\n"
            "sys.exit('no credentials') if not answer.exists() else print(answer.read_text())\n"
        )
        program.chmod(0o755)

    def answer(self, *products: str) -> None:
        (self.folder / "answer.json").write_text(json.dumps({"PriceList": products}))

    @property
    def arguments(self) -> list[str]:
        found: list[str] = json.loads((self.folder / "arguments.json").read_text())
        return found


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return Cli(tmp_path)


def refreshed(folder: Path, before: dict[str, Any]) -> tuple[dict[str, Any], list[str]]:
    file = folder / "prices.json"
    file.write_text(json.dumps(before))
    left = refresh.refresh(file, TODAY)
    after: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return after, left


def test_a_figure_gets_the_price_of_its_usage_type_with_or_without_a_region(cli: Cli, tmp_path: Path) -> None:
    cli.answer(
        product("USE1-Thing-Hours:perCPU", ("0", "hours", "0.5")),
        product("USE1-SpotUsage-Thing-Hours:perCPU", ("0", "hours", "0.1")),
    )

    after, left = refreshed(tmp_path, document("Thing-Hours:perCPU"))

    assert left == []
    group = after["groups"]["things"]
    assert group["figures"]["thing"] == {"usage": "Thing-Hours:perCPU", "usd": {REGION: 0.5}, "derived": []}
    assert group["read"] == "2027-01-02"
    assert "Price List API" in group["how"]


def test_the_question_names_service_filters_and_region(cli: Cli, tmp_path: Path) -> None:
    cli.answer(product("Thing", ("0", "Hrs", "0.5")))

    refreshed(tmp_path, document("Thing"))

    assert cli.arguments[:2] == ["pricing", "get-products"]
    assert cli.arguments[cli.arguments.index("--service-code") + 1] == "AmazonThing"
    assert "Type=TERM_MATCH,Field=engine,Value=good" in cli.arguments
    assert f"Type=TERM_MATCH,Field=regionCode,Value={REGION}" in cli.arguments


def test_of_several_steps_the_first_above_zero_counts(cli: Cli, tmp_path: Path) -> None:
    cli.answer(product("Zone", ("25", "Zones", "0.1"), ("0", "Zones", "0"), ("1", "Zones", "0.5")))

    after, left = refreshed(tmp_path, document("Zone", per="month"))

    assert left == []
    assert after["groups"]["things"]["figures"]["thing"]["usd"][REGION] == 0.5


@pytest.mark.parametrize(
    ("products", "reason"),
    [
        ((), "0 prices"),
        ((product("Other", ("0", "Hrs", "1")),), "0 prices"),
        ((product("Thing", ("0", "Hrs", "1")), product("EUC1-Thing", ("0", "Hrs", "2"))), "2 prices"),
        ((product("Thing", ("0", "GB-Mo", "1")),), "counts Thing in GB-Mo, this file by the hour"),
    ],
)
def test_without_exactly_one_price_the_figure_stays_and_is_said(
    cli: Cli, tmp_path: Path, products: tuple[str, ...], reason: str
) -> None:
    before = document("Thing")
    cli.answer(*products)

    after, left = refreshed(tmp_path, deepcopy(before))

    assert after == before
    assert len(left) == 1
    assert left[0].startswith(f"things, thing, {REGION}: ")
    assert reason in left[0]


def test_what_the_cli_says_when_it_fails_is_passed_on(cli: Cli, tmp_path: Path) -> None:
    before = document("Thing")

    after, left = refreshed(tmp_path, deepcopy(before))

    assert cli.arguments
    assert after == before
    assert left == [f"things, {REGION}: no credentials"]


def test_without_the_cli_it_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    before = prices.FILE.read_bytes()
    monkeypatch.setenv("PATH", str(tmp_path))

    assert refresh.main() == 1
    assert "AWS CLI" in capsys.readouterr().err
    assert prices.FILE.read_bytes() == before
