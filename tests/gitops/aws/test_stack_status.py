import pytest

from constructs_lib.config.environments import parse_name
from gitops.aws.stack_status import advice, in_words, is_good, is_moving, is_operational, remedy
from tests.gitops.factories import HOME

ALPHA = parse_name("dev/alpha")


@pytest.mark.parametrize(
    ("status", "good", "operational", "moving", "words"),
    [
        ("CREATE_COMPLETE", True, True, False, "deployed"),
        ("UPDATE_COMPLETE", True, True, False, "deployed"),
        ("UPDATE_ROLLBACK_COMPLETE", False, True, False, "deployed (last update failed)"),
        ("UPDATE_IN_PROGRESS", False, False, True, "update in progress"),
        ("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS", False, False, True, "update complete cleanup in progress"),
        ("REVIEW_IN_PROGRESS", False, False, False, "not deployed"),
        ("ROLLBACK_COMPLETE", False, False, False, "failed: ROLLBACK_COMPLETE"),
        ("DELETE_FAILED", False, False, False, "failed: DELETE_FAILED"),
    ],
)
def test_what_a_status_means(status: str, words: str, *, good: bool, operational: bool, moving: bool) -> None:
    assert (is_good(status), is_operational(status), is_moving(status)) == (good, operational, moving)
    assert in_words(status) == words


@pytest.mark.parametrize(
    ("status", "command"),
    [
        ("ROLLBACK_FAILED", "gitops destroy dev/alpha`"),
        ("CREATE_FAILED", "gitops destroy dev/alpha`"),
        ("DELETE_FAILED", "gitops destroy dev/alpha`"),
        ("UPDATE_FAILED", "aws cloudformation rollback-stack --stack-name dev-alpha --region us-east-1"),
        (
            "UPDATE_ROLLBACK_FAILED",
            "aws cloudformation continue-update-rollback --stack-name dev-alpha --region us-east-1",
        ),
    ],
)
def test_a_stack_that_blocks_a_deployment_has_a_remedy(status: str, command: str) -> None:
    assert command in (remedy(status, ALPHA, HOME, guarded=False) or "")
    assert command in advice(status, ALPHA, HOME, guarded=False)


@pytest.mark.parametrize("status", ["CREATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "ROLLBACK_COMPLETE"])
def test_a_stack_that_can_be_deployed_needs_none(status: str) -> None:
    assert remedy(status, ALPHA, HOME, guarded=False) is None


def test_what_is_guarded_and_was_never_created_is_removed_by_a_person() -> None:
    wanted = remedy("ROLLBACK_COMPLETE", ALPHA, HOME, guarded=True)

    assert "gitops destroy dev/alpha --confirm dev/alpha`" in (wanted or "")


def test_a_rollback_is_told_apart_by_what_runs_after_it() -> None:
    assert "runs as before" in advice("UPDATE_ROLLBACK_COMPLETE", ALPHA, HOME, guarded=False)
    assert "nothing of it runs" in advice("ROLLBACK_COMPLETE", ALPHA, HOME, guarded=False)
