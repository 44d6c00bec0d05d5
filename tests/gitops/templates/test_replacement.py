from datetime import date
from typing import Any

import pytest

from constructs_lib.config.model import ReplacementConsent
from gitops.templates import replacement

TODAY = date(2026, 11, 23)
DATABASE = {
    "Type": "AWS::RDS::DBInstance",
    "Properties": {"MasterUsername": "postgres", "DBSubnetGroupName": {"Ref": "Subnets"}, "AllocatedStorage": "20"},
}
SUBNETS = {
    "Type": "AWS::RDS::DBSubnetGroup",
    "Properties": {"DBSubnetGroupName": {"Fn::Join": ["-", [{"Ref": "Vpc"}, "db"]]}},
}
VPC = {"Type": "AWS::EC2::VPC", "Properties": {"CidrBlock": "10.0.0.0/16"}}
STACK = {"Database": DATABASE, "Subnets": SUBNETS, "Vpc": VPC}


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": {name: resource for name, resource in (STACK | resources).items() if resource}}


def changed(resource: dict[str, Any], **properties: Any) -> dict[str, Any]:
    return {**resource, "Properties": {**resource.get("Properties", {}), **properties}}


def causes(old: Any, new: Any) -> dict[str, str]:
    return {found.logical_id: found.cause for found in replacement.find(old, new)}


def test_a_create_only_property_that_changes_replaces() -> None:
    assert causes(template(), template(Database=changed(DATABASE, MasterUsername="admin"))) == {
        "Database": "MasterUsername would change, which replaces it"
    }


def test_what_holds_data_is_left_in_the_old_place_and_nothing_else_counts() -> None:
    left = replacement.find_left(template(), "aws://1/here", "aws://1/there")

    assert left == [
        replacement.Replacement(
            "Database", "AWS::RDS::DBInstance", "stays in aws://1/here; aws://1/there gets a new, empty one"
        )
    ]


def test_any_other_property_may_change() -> None:
    assert causes(template(), template(Database=changed(DATABASE, AllocatedStorage="40"))) == {}


def test_what_is_gone_is_found_whatever_its_removal_policy_says() -> None:
    kept = {**DATABASE, "DeletionPolicy": "Retain"}
    assert causes(template(Database=kept), template(Database=None)) == {"Database": "is no longer in the template"}


def test_a_logical_id_that_becomes_another_type_is_found() -> None:
    assert causes(template(), template(Database=VPC)) == {"Database": "would become AWS::EC2::VPC"}


def test_a_replacement_spreads_through_create_only_references() -> None:
    other_network = template(Vpc=changed(VPC, CidrBlock="10.1.0.0/16"))
    assert causes(template(), other_network) == {
        "Database": "DBSubnetGroupName refers to Subnets, which would be replaced"
    }


def test_it_does_not_spread_through_other_properties() -> None:
    mutable = changed(DATABASE, DBSubnetGroupName="fixed", VPCSecurityGroups=[{"Fn::GetAtt": ["Vpc", "DefaultGroup"]}])
    old, new = template(Database=mutable), template(Database=mutable, Vpc=changed(VPC, CidrBlock="10.1.0.0/16"))
    assert causes(old, new) == {}


def test_a_nested_create_only_property_counts() -> None:
    old = {"Type": "AWS::ECR::Repository", "Properties": {"EncryptionConfiguration": {"EncryptionType": "AES256"}}}
    new = {"Type": "AWS::ECR::Repository", "Properties": {"EncryptionConfiguration": {"EncryptionType": "KMS"}}}
    assert set(causes(template(Images=old), template(Images=new))) == {"Images"}


@pytest.mark.parametrize("resource_type", ["AWS::Logs::LogGroup", "AWS::ECS::Service", "Custom::OneOffTask"])
def test_what_holds_no_data_or_only_logs_may_go(resource_type: str) -> None:
    assert causes(template(It={"Type": resource_type}), template()) == {}


@pytest.mark.parametrize(
    "resource_type", ["AWS::SecretsManager::Secret", "AWS::S3::Bucket", "AWS::Route53::HostedZone"]
)
def test_secrets_buckets_and_zones_are_guarded(resource_type: str) -> None:
    assert set(causes(template(It={"Type": resource_type}), template())) == {"It"}


@pytest.mark.parametrize("unreadable", ["!Ref tags are not parsed", None, {}])
def test_a_template_without_resources_guards_nothing(unreadable: object) -> None:
    assert causes(unreadable, template()) == {}


def refusals(*consents: tuple[str, str]) -> list[str]:
    found = replacement.find(template(), template(Database=None))
    given = [
        ReplacementConsent(resource=resource, until=until, reason="restored elsewhere") for resource, until in consents
    ]
    return replacement.refusals(found, given, TODAY)


def test_a_replacement_without_consent_is_refused() -> None:
    assert refusals() == ["Database (AWS::RDS::DBInstance): is no longer in the template"]
    assert refusals(("Other", "2026-12-31")) == refusals()


def test_a_consent_holds_on_its_last_day_and_not_after() -> None:
    assert refusals(("Database", "2026-11-23")) == []
    (message,) = refusals(("Database", "2026-11-22"))
    assert message.endswith("; the consent to it ended on 2026-11-22")


def test_the_explanation_says_what_to_do() -> None:
    text = replacement.explain(refusals())
    assert text.startswith("Database (AWS::RDS::DBInstance): is no longer in the template\n")
    assert "allow_replacement: [{resource:" in text
