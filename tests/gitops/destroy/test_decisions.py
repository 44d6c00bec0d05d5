import pytest

from constructs_lib.config.environments import AccountRegion, parse_name
from gitops.destroy.decisions import counted, dependents, find_stack, losses
from gitops.errors import UserError
from tests.gitops.factories import deployed, resource

ALPHA = parse_name("dev/alpha")
BASE = parse_name("dev")


def test_the_stack_is_found_by_name_and_tag() -> None:
    ours = deployed("dev/alpha")

    assert find_stack(ALPHA, [deployed("dev/beta"), ours]) is ours
    assert find_stack(ALPHA, [deployed("dev/beta")]) is None


def test_a_stack_that_only_has_the_name_is_refused() -> None:
    with pytest.raises(UserError, match="not tagged as dev/alpha"):
        find_stack(ALPHA, [deployed("dev/alpha", tagged=False)])


def test_the_same_environment_in_two_places_is_refused() -> None:
    elsewhere = AccountRegion("111111111111", "eu-central-1")

    with pytest.raises(UserError, match="deployed in 2 places"):
        find_stack(ALPHA, [deployed("dev/alpha"), deployed("dev/alpha", where=elsewhere)])


def test_on_a_base_stand_the_apps_of_its_folder_declared_and_deployed() -> None:
    declared = [parse_name(name) for name in ("dev", "dev/alpha", "dev/beta", "qa/gamma")]
    stacks = [deployed("dev/base"), deployed("dev/beta"), deployed("dev/delta"), deployed("dev-2/epsilon")]

    assert dependents(BASE, declared, stacks) == {
        "dev/alpha": "declared",
        "dev/beta": "declared and deployed",
        "dev/delta": "deployed",
    }


def test_on_a_base_alone_and_on_an_app_stands_nothing() -> None:
    stacks = [deployed("dev/base"), deployed("dev/alpha"), deployed("unrelated", tagged=False)]

    assert dependents(BASE, [BASE], stacks[::2]) == {}
    assert dependents(ALPHA, [BASE], stacks) == {}


def test_what_holds_data_is_named_with_its_fate() -> None:
    resources = [
        resource("AWS::S3::Bucket", "Assets", physical_id="assets-1"),
        resource("AWS::S3::Bucket", "Logs", physical_id="logs-1"),
        resource("AWS::RDS::DBInstance", "Database", physical_id="db-1"),
        resource("AWS::SNS::Topic", "Topic", physical_id="topic-1"),
        resource("AWS::S3::Bucket", "Gone", physical_id="gone-1", status="DELETE_COMPLETE"),
    ]
    template = {"Resources": {"Assets": {"DeletionPolicy": "Retain"}, "Logs": {}, "Database": {}}}

    assert losses(resources, template) == [
        "AWS::S3::Bucket assets-1: kept",
        "AWS::S3::Bucket logs-1: deleted",
        "AWS::RDS::DBInstance db-1: deleted after a snapshot",
    ]


def test_resources_that_exist_are_counted_by_type() -> None:
    resources = [
        resource("AWS::SNS::Topic"),
        resource("AWS::S3::Bucket"),
        resource("AWS::SNS::Topic"),
        resource("AWS::SQS::Queue", physical_id=""),
        resource("AWS::SQS::Queue", status="DELETE_COMPLETE"),
    ]

    assert counted(resources) == [("AWS::SNS::Topic", 2), ("AWS::S3::Bucket", 1)]
