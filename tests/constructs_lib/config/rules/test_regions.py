"""Regions that AWS does not have, and what one of them lacks."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from constructs_lib.config import offers
from constructs_lib.config.environments import load
from constructs_lib.config.errors import DeclarationError

Write = Callable[..., Path]


@pytest.fixture
def intel_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave us-east-1 without ARM."""
    known = offers.load()
    regions = {**known.regions, "us-east-1": replace(known.regions["us-east-1"], processors=frozenset({"x86_64"}))}
    monkeypatch.setattr(offers, "load", lambda: replace(known, regions=regions))


def test_a_region_that_does_not_exist_is_refused_once(write: Write) -> None:
    account = (write() / "accounts/main.yaml").read_text().replace("us-east-1", "us-east-9")

    with pytest.raises(DeclarationError) as error:
        load(write({"accounts/main.yaml": account}))

    (message,) = str(error.value).splitlines()
    assert message == (
        "environments/accounts/main.yaml:3:9: region: AWS has no region us-east-9 with all services that environments "
        "use; did you mean us-east-2?"
    )


def test_the_region_of_a_base_is_checked_on_its_own_line(write: Write) -> None:
    base = (write() / "dev/base.yaml").read_text() + "region: eu-nowhere-1\n"

    with pytest.raises(DeclarationError, match=r"base\.yaml:\d+:9: region: AWS has no region eu-nowhere-1"):
        load(write({"dev/base.yaml": base}))


@pytest.mark.usefixtures("intel_only")
def test_processors_that_fargate_lacks_in_a_region_are_refused(write: Write) -> None:
    with pytest.raises(
        DeclarationError, match="architecture: Fargate has no arm64 in us-east-1; set `architecture: x86_64`"
    ):
        load(write())

    app = (write() / "dev/alpha.yaml").read_text() + "architecture: x86_64\n"
    assert load(write({"dev/alpha.yaml": app}))


def test_nothing_is_said_of_a_region_of_which_nothing_is_known(write: Write) -> None:
    assert offers.load().regions["sa-east-1"].processors == frozenset()
    account = (write() / "accounts/main.yaml").read_text().replace("us-east-1", "sa-east-1")

    assert load(write({"accounts/main.yaml": account}))
