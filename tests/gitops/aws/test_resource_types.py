import pytest

from gitops.aws.resource_types import ResourceType, UnitPrice, deletion_outcome, register, resource_type


def test_a_row_has_the_facts_of_its_type() -> None:
    database = resource_type("AWS::RDS::DBInstance")

    assert database.holds_data
    assert database.needs_consent
    assert database.snapshot_by_default
    assert "MasterUsername" in database.create_only
    assert database.is_priced
    assert not database.free


def test_of_a_type_without_a_row_nothing_is_known() -> None:
    unknown = resource_type("AWS::SQS::Queue")

    assert unknown == ResourceType(name="AWS::SQS::Queue")
    assert not unknown.has_known_cost
    assert not unknown.holds_data


def test_logs_hold_data_and_may_be_replaced_without_consent() -> None:
    logs = resource_type("AWS::Logs::LogGroup")

    assert logs.holds_data
    assert not logs.needs_consent


def test_a_cost_that_is_stated_twice_is_refused() -> None:
    unit = UnitPrice(what="thing", group="things", figure="thing")
    with pytest.raises(ValueError, match="AWS::Thing has more than one of free, usage, unit_price and pricing"):
        ResourceType(name="AWS::Thing", free=True, unit_price=unit)


@pytest.mark.parametrize(
    ("name", "policy", "outcome"),
    [
        ("AWS::RDS::DBInstance", None, "deleted after a snapshot"),
        ("AWS::RDS::DBInstance", "Delete", "deleted"),
        ("AWS::S3::Bucket", None, "deleted"),
        ("AWS::S3::Bucket", "RetainExceptOnCreate", "kept"),
    ],
)
def test_deletion_policy_decides_what_happens_to_a_dropped_resource(
    name: str, policy: str | None, outcome: str
) -> None:
    assert deletion_outcome(name, policy) == outcome


def test_rows_are_in_the_order_of_their_names() -> None:
    assert list(register()) == sorted(register())
