"""What RDS refuses of a database that exists."""

from datetime import date
from typing import Any

import pytest

from constructs_lib.config.model import ReplacementConsent
from gitops.templates.database_changes import refusals

TODAY = date(2026, 11, 23)
CONSENT = ReplacementConsent(resource="Database", until="2026-11-23", reason="a snapshot was taken")


def template(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Database": {"Type": "AWS::RDS::DBInstance", "Properties": properties}}}


def versions(old: str, new: str, *consents: ReplacementConsent) -> list[str]:
    return refusals(template(EngineVersion=old), template(EngineVersion=new), consents, TODAY)


def test_storage_cannot_shrink_whoever_consents() -> None:
    (message,) = refusals(template(AllocatedStorage="600"), template(AllocatedStorage="100"), [CONSENT], TODAY)

    assert message.startswith("Database (AWS::RDS::DBInstance): storage would shrink from 600 to 100 GiB")
    assert message.endswith("declare storage_gib: 600 or more")


@pytest.mark.parametrize("size", ["600", "601", {"Ref": "Size"}])
def test_it_may_grow(size: object) -> None:
    assert refusals(template(AllocatedStorage="600"), template(AllocatedStorage=size), [], TODAY) == []


@pytest.mark.parametrize(("old", "new"), [("18", "17"), ("17.10", "17.9"), ("17.5", "16"), ("17", "16.9")])
def test_versions_do_not_go_back_whoever_consents(old: str, new: str) -> None:
    (message,) = versions(old, new, CONSENT)

    assert f"PostgreSQL would go back from {old} to {new}, which RDS cannot do" in message


@pytest.mark.parametrize(("old", "new"), [("17", "17"), ("17.5", "17"), ("17", "17.5"), ("17.9", "17.10")])
def test_minor_versions_go_on(old: str, new: str) -> None:
    assert versions(old, new) == []


@pytest.mark.parametrize(("old", "new"), [("16", "17"), ("16.9", "18"), ("14.20", "18.1")])
def test_a_new_major_version_takes_a_consent_that_holds(old: str, new: str) -> None:
    ended = ReplacementConsent(resource="Database", until="2026-11-22", reason="a snapshot was taken")

    for consents in ([], [ended]):
        (message,) = versions(old, new, *consents)
        assert f"PostgreSQL would go from {old} to {new}, which cannot be undone" in message
        assert "allow_replacement" in message
    assert versions(old, new, CONSENT) == []


def test_a_database_that_is_new_or_goes_away_is_not_judged_here() -> None:
    database = template(AllocatedStorage="20", EngineVersion="17")

    assert refusals(None, database, [], TODAY) == []
    assert refusals(database, {"Resources": {}}, [], TODAY) == []
    assert refusals(database, {"Resources": {"Database": {"Type": "AWS::SNS::Topic"}}}, [], TODAY) == []
