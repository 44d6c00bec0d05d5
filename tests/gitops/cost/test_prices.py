"""The repository's own price file."""

from datetime import date

import pytest

from gitops.cost import prices

REGIONS = ("us-east-1", "eu-central-1")
GROUPS = prices.load().document["groups"]


@pytest.mark.parametrize("name", GROUPS)
def test_every_group_says_when_and_where_its_figures_are_from(name: str) -> None:
    group = GROUPS[name]
    assert group["source"].startswith("https://aws.amazon.com/")
    assert len(group["how"]) > 10
    assert date.fromisoformat(group["read"])
    assert group["per"] in {"hour", "month"}


@pytest.mark.parametrize("name", GROUPS)
def test_figures_are_for_known_regions_and_above_zero(name: str) -> None:
    for figure in GROUPS[name]["figures"].values():
        assert set(figure["usd"]) <= set(REGIONS)
        assert set(figure["derived"]) <= set(figure["usd"])
        assert all(usd > 0 for usd in figure["usd"].values())


@pytest.mark.parametrize("region", REGIONS)
def test_every_region_has_what_every_environment_needs(region: str) -> None:
    needed = {"fargate", "load_balancer", "nat_gateway", "public_ipv4", "ebs", "rds_storage", "secrets_manager"}
    for name in needed:
        for figure in GROUPS[name]["figures"]:
            assert prices.load().find(name, figure, region)


def test_hours_become_months() -> None:
    price = prices.load().find("nat_gateway", "gateway", "us-east-1")
    assert price is not None
    assert price.usd == pytest.approx(32.85)


def test_what_is_not_in_the_file_has_no_price() -> None:
    assert prices.load().find("ec2", "u-24tb1.metal", "us-east-1") is None
    assert prices.load().find("nat_gateway", "gateway", "mars-north-1") is None


def test_every_assumption_has_a_reason() -> None:
    assert all(len(entry["why"]) > 10 for entry in prices.load().document["assumptions"].values())
