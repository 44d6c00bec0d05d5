"""Stacks of several places: what cannot be listed, and what that stops."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.regions import Regions
from gitops.aws.session import AwsError
from tests.gitops.factories import deployed

if TYPE_CHECKING:
    from gitops.aws.cloudformation import DeployedStack
    from gitops.aws.session import Session

NOW, BEFORE = AccountRegion("111111111111", "us-east-1"), AccountRegion("111111111111", "eu-central-1")


def refuse_in(refused: AccountRegion, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let CloudFormation refuse in one place, and have one stack in every other."""
    places: dict[int, AccountRegion] = {}

    def init(client: CloudFormation, _session: Session, place: AccountRegion) -> None:
        places[id(client)] = place

    def stacks(client: CloudFormation) -> list[DeployedStack]:
        if places[id(client)] == refused:
            raise AwsError("the region is not enabled")
        return [deployed("dev/alpha")]

    monkeypatch.setattr(CloudFormation, "__init__", init)
    monkeypatch.setattr(CloudFormation, "stacks", stacks)


def test_a_former_place_that_cannot_be_listed_is_said_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    refuse_in(BEFORE, monkeypatch)
    regions = Regions(cast("Session", None), {NOW}, {NOW, BEFORE})

    assert [stack.environment for stack in regions.stacks().values()] == ["dev/alpha"]
    assert regions.unseen == {BEFORE: "the region is not enabled"}
    assert f"{BEFORE}, where something was declared before, could not be listed" in capsys.readouterr().err


def test_a_declared_place_that_cannot_be_listed_stops_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    refuse_in(NOW, monkeypatch)

    with pytest.raises(AwsError):
        Regions(cast("Session", None), {NOW}, {NOW, BEFORE}).stacks()
