"""Refreshing the price file, with botocore's stub in place of the Price List API."""

import json
from collections.abc import Iterator
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.stub import Stubber

from gitops.aws.price_list import API_REGION, PriceList
from gitops.aws.session import Session
from gitops.aws.target import Target
from gitops.cost import refresh
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


class Api:
    """The Price List API of a test: it answers one question, if that is about the service and attributes."""

    def __init__(self, stub: Stubber) -> None:
        self._stub = stub
        self.price_list = PriceList(Session(Target(embedded=None)))

    def answer(self, *pages: list[str], refuses: bool = False) -> None:
        filters = [
            {"Type": "TERM_MATCH", "Field": field, "Value": value}
            for field, value in {"engine": "good", "regionCode": REGION}.items()
        ]
        for number, page in enumerate(pages):
            token = {"NextToken": f"page {number + 1}"} if number + 1 < len(pages) else {}
            expected = {"ServiceCode": "AmazonThing", "Filters": filters}
            if number:
                expected["NextToken"] = f"page {number}"
            self._stub.add_response("get_products", {"PriceList": page, **token}, expected)
        if refuses:
            self._stub.add_client_error("get_products", "AccessDeniedException", "no pricing:GetProducts")


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> Iterator[Api]:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    client = boto3.client("pricing", region_name=API_REGION)
    monkeypatch.setattr(Session, "client", lambda *_: client)
    with Stubber(client) as stub:
        yield Api(stub)
        stub.assert_no_pending_responses()


def refreshed(folder: Path, before: dict[str, Any], api: Api) -> tuple[dict[str, Any], list[str]]:
    file = folder / "prices.json"
    file.write_text(json.dumps(before))
    left = refresh.refresh(file, TODAY, api.price_list)
    after: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return after, left


def test_a_figure_gets_the_price_of_its_usage_type_with_or_without_a_region(api: Api, tmp_path: Path) -> None:
    api.answer(
        [
            product("USE1-Thing-Hours:perCPU", ("0", "hours", "0.5")),
            product("USE1-SpotUsage-Thing-Hours:perCPU", ("0", "hours", "0.1")),
        ]
    )

    after, left = refreshed(tmp_path, document("Thing-Hours:perCPU"), api)

    assert left == []
    group = after["groups"]["things"]
    assert group["figures"]["thing"] == {"usage": "Thing-Hours:perCPU", "usd": {REGION: 0.5}, "derived": []}
    assert group["read"] == "2027-01-02"
    assert "Price List API" in group["how"]


def test_all_pages_of_an_answer_count(api: Api, tmp_path: Path) -> None:
    api.answer([product("Other", ("0", "Hrs", "1"))], [product("Thing", ("0", "Hrs", "0.5"))])

    after, left = refreshed(tmp_path, document("Thing"), api)

    assert left == []
    assert after["groups"]["things"]["figures"]["thing"]["usd"][REGION] == 0.5


def test_of_several_steps_the_first_above_zero_counts(api: Api, tmp_path: Path) -> None:
    api.answer([product("Zone", ("25", "Zones", "0.1"), ("0", "Zones", "0"), ("1", "Zones", "0.5"))])

    after, left = refreshed(tmp_path, document("Zone", per="month"), api)

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
    api: Api, tmp_path: Path, products: tuple[str, ...], reason: str
) -> None:
    before = document("Thing")
    api.answer(list(products))

    after, left = refreshed(tmp_path, deepcopy(before), api)

    assert after == before
    assert len(left) == 1
    assert left[0].startswith(f"things, thing, {REGION}: ")
    assert reason in left[0]


def test_a_refusal_is_passed_on(api: Api, tmp_path: Path) -> None:
    before = document("Thing")
    api.answer(refuses=True)

    after, left = refreshed(tmp_path, deepcopy(before), api)

    assert after == before
    assert len(left) == 1
    assert left[0].startswith(f"things, {REGION}: these AWS credentials may not do this: no pricing:GetProducts")
