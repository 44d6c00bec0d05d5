import pytest

from gitops.aws.cloudformation import first_failures, kept
from tests.gitops.factories import deployed, event

BEGINNING = event("UPDATE_IN_PROGRESS", "User Initiated", of_stack=True)


def test_the_first_failures_are_told_oldest_first() -> None:
    newest_first = [
        event("UPDATE_ROLLBACK_COMPLETE", of_stack=True),
        event("UPDATE_FAILED", "second", logical_id="B"),
        event("CREATE_FAILED", "first", logical_id="A"),
        BEGINNING,
    ]

    assert first_failures(newest_first) == ["A (AWS::SQS::Queue): first", "B (AWS::SQS::Queue): second"]


def test_stack_traces_of_node_are_left_out() -> None:
    trace = "\n    at invokeUserFunction (/var/task/framework.js:2:6)\n    at process.x (node:internal:95:5)"
    reason = f'exit code 1{trace}\n  File "<string>", line 1\nIt is at 12:30:05'

    (told,) = first_failures([event("CREATE_FAILED", reason, logical_id="A"), BEGINNING])

    assert told == 'A (AWS::SQS::Queue): exit code 1\n  File "<string>", line 1\nIt is at 12:30:05'


def test_failures_of_earlier_operations_and_cancelled_resources_are_left_out() -> None:
    newest_first = [
        event("UPDATE_FAILED", "Resource update cancelled", logical_id="B"),
        event("UPDATE_FAILED", "the cause", logical_id="A"),
        BEGINNING,
        event("CREATE_FAILED", "long ago", logical_id="C"),
    ]

    assert first_failures(newest_first) == ["A (AWS::SQS::Queue): the cause"]


def test_no_more_failures_are_told_than_asked_for() -> None:
    newest_first = [event("CREATE_FAILED", str(number), logical_id=f"Q{number}") for number in range(5, 0, -1)]

    assert first_failures(newest_first, limit=2) == ["Q1 (AWS::SQS::Queue): 1", "Q2 (AWS::SQS::Queue): 2"]


def test_without_a_failed_resource_the_stack_tells_why() -> None:
    newest_first = [
        event("ROLLBACK_COMPLETE", of_stack=True),
        event("ROLLBACK_IN_PROGRESS", "Validation failed", of_stack=True),
        event("CREATE_IN_PROGRESS", "User Initiated", of_stack=True),
    ]

    assert first_failures(newest_first) == ["Validation failed"]


def test_what_a_stack_let_go_of_is_kept() -> None:
    skipped = event("DELETE_SKIPPED")

    assert kept([event("DELETE_COMPLETE", of_stack=True), event("DELETE_COMPLETE"), skipped]) == [skipped]


@pytest.mark.parametrize("name", ["prod/app", "live/app", "products/app"])
def test_production_is_known_by_its_kind_and_not_by_its_folder(name: str) -> None:
    assert deployed(name, kind="prod-app").needs_confirmation == "is production"
    assert deployed(name, kind="ad-hoc-app").needs_confirmation is None


def test_what_is_protected_or_of_unknown_kind_needs_confirmation() -> None:
    assert deployed("dev/base", protected=True).needs_confirmation == "has termination protection"
    assert "may be production" in (deployed("dev/alpha", kind="").needs_confirmation or "")
