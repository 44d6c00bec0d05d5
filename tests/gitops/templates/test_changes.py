from typing import Any

from gitops.templates.changes import DETAILS, other_changes, resource_changes
from gitops.templates.differences import Detail


def template(**resources: Any) -> dict[str, Any]:
    return {"Resources": resources}


def topic(**properties: Any) -> dict[str, Any]:
    return {"Type": "AWS::SNS::Topic", "Properties": properties}


def details(old: dict[str, Any], new: dict[str, Any]) -> list[Detail]:
    (change,) = resource_changes(template(Thing=old), template(Thing=new))
    assert change.action == "update"
    return list(change.details)


def test_nothing_changes_between_the_same_templates() -> None:
    assert resource_changes(template(Topic=topic(Name="a")), template(Topic=topic(Name="a"))) == []


def test_what_goes_comes_first_then_what_is_replaced_updated_and_created() -> None:
    bucket = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "a"}}
    old = template(Gone=topic(), Same=topic(), Changed=topic(DisplayName="a"), Bucket=bucket)
    new = template(
        Added=topic(),
        Same=topic(),
        Changed=topic(DisplayName="b"),
        Bucket={**bucket, "Properties": {"BucketName": "b"}},
    )

    found = resource_changes(old, new)

    assert [(change.action, change.logical_id) for change in found] == [
        ("destroy", "Gone"),
        ("replace", "Bucket"),
        ("update", "Changed"),
        ("create", "Added"),
    ]
    assert found[1].cause == "BucketName would change, which replaces it"


def test_without_a_stack_before_or_after_all_of_it_is_created_or_destroyed() -> None:
    one = template(Topic=topic())
    assert [change.action for change in resource_changes(None, one)] == ["create"]
    assert [change.action for change in resource_changes(one, None)] == ["destroy"]


def test_what_becomes_of_a_destroyed_resource_is_told() -> None:
    kept = {**topic(), "DeletionPolicy": "Retain"}
    database = {"Type": "AWS::RDS::DBInstance"}

    found = resource_changes(template(Kept=kept, Database=database, Topic=topic()), None)

    assert {change.logical_id: change.cause for change in found} == {
        "Kept": "kept",
        "Database": "deleted after a snapshot",
        "Topic": "deleted",
    }


def test_a_new_revision_of_a_task_definition_replaces_nothing_that_anybody_misses() -> None:
    old, new = (
        {"Type": "AWS::ECS::TaskDefinition", "Properties": {"ContainerDefinitions": [{"Name": "app", "Image": image}]}}
        for image in ("app:v1", "app:v2")
    )

    (change,) = resource_changes(template(Task=old), template(Task=new))

    assert (change.action, change.cause) == ("update", "a new revision")
    assert change.details == (Detail(path="ContainerDefinitions.app.Image", before="app:v1", after="app:v2"),)


def test_values_are_named_by_their_path_and_lists_by_the_names_in_them() -> None:
    variables = [{"Name": "A", "Value": "1"}, {"Name": "B", "Value": "2"}]
    other = [{"Name": "B", "Value": "3"}, {"Name": "C", "Value": "4"}]

    assert details(topic(Environment=variables), topic(Environment=other)) == [
        Detail(path="Environment.A", before='{"Name":"A","Value":"1"}', after=None),
        Detail(path="Environment.B.Value", before="2", after="3"),
        Detail(path="Environment.C", before=None, after='{"Name":"C","Value":"4"}'),
    ]


def test_functions_are_one_value_and_read_like_references() -> None:
    old = topic(Arn={"Fn::GetAtt": ["Queue", "Arn"]}, Url={"Fn::Join": ["", ["https://", {"Ref": "Name"}]]})
    new = topic(Arn={"Fn::GetAtt": ["Other", "Arn"]}, Url={"Fn::Sub": "https://${Name}/"})

    assert details(old, new) == [
        Detail(path="Arn", before="${Queue.Arn}", after="${Other.Arn}"),
        Detail(path="Url", before="https://${Name}", after="https://${Name}/"),
    ]


def test_attributes_beside_the_properties_count_too() -> None:
    assert details(topic(), {**topic(), "DeletionPolicy": "Retain"}) == [
        Detail(path="DeletionPolicy", before=None, after="Retain")
    ]


def test_long_values_are_cut_and_many_are_not_all_told() -> None:
    assert details(topic(Name="a"), topic(Name="b" * 1_000))[0].after == "b" * 199 + "…"
    many = {f"P{number}": "x" for number in range(100)}
    assert len(details(topic(), topic(**many))) == DETAILS


def test_outputs_and_parameters_that_change_are_named() -> None:
    old = {"Resources": {}, "Outputs": {"Url": {"Value": "a"}, "Same": {"Value": "s"}}, "Description": "one"}
    new = {"Resources": {}, "Outputs": {"Url": {"Value": "b"}, "Same": {"Value": "s"}}, "Description": "two"}

    assert other_changes(old, new) == ["Outputs Url", "Description"]
    assert other_changes(old, old) == []
