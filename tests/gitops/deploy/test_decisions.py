from datetime import timedelta

import pytest

from gitops.deploy.decisions import judge, may_be_unchanged, missing_bases, next_groups, waves
from tests.gitops.factories import NOON, deployed, environment, synthesised

DEV = environment("dev")
ALPHA = environment("dev/alpha", DEV)
BETA = environment("dev/beta", DEV)
QA = environment("qa")
LATER = NOON + timedelta(minutes=1)


def test_accounts_go_before_bases_and_bases_before_apps() -> None:
    account = environment("accounts/main")

    assert waves([ALPHA, DEV, BETA, account, QA]) == [[account], [DEV, QA], [ALPHA, BETA]]


def test_without_bases_or_apps_there_is_one_wave_less() -> None:
    assert waves([ALPHA]) == [[ALPHA]]
    assert waves([]) == []


def test_a_base_that_is_neither_selected_nor_deployed_is_missing() -> None:
    assert missing_bases([ALPHA, BETA], {}) == {DEV.name: [ALPHA.name, BETA.name]}


def test_a_base_that_is_selected_or_deployed_is_not_missing() -> None:
    assert missing_bases([DEV, ALPHA], {}) == {}
    assert missing_bases([ALPHA], {DEV.name: deployed("dev/base", "UPDATE_ROLLBACK_COMPLETE")}) == {}


@pytest.mark.parametrize("status", ["ROLLBACK_COMPLETE", "DELETE_FAILED", "CREATE_FAILED"])
def test_a_base_that_does_not_run_is_missing(status: str) -> None:
    assert missing_bases([ALPHA], {DEV.name: deployed("dev/base", status)}) == {DEV.name: [ALPHA.name]}


def test_only_a_good_stack_with_the_same_tags_and_protection_may_be_unchanged() -> None:
    wanted = synthesised("dev/alpha")

    assert may_be_unchanged(wanted, deployed("dev/alpha"))
    assert may_be_unchanged(wanted, deployed("dev/alpha", "UPDATE_COMPLETE"))
    assert not may_be_unchanged(wanted, None)
    assert not may_be_unchanged(wanted, deployed("dev/alpha", "UPDATE_ROLLBACK_COMPLETE"))
    assert not may_be_unchanged(wanted, deployed("dev/alpha", "UPDATE_IN_PROGRESS"))
    assert not may_be_unchanged(wanted, deployed("dev/alpha", kind="prod-app"))
    assert not may_be_unchanged(wanted, deployed("dev/alpha", protected=True))


def test_a_new_good_stack_was_created() -> None:
    assert judge(None, deployed("dev/alpha"), cli_succeeded=True) == "created"
    failed = deployed("dev/alpha", "ROLLBACK_COMPLETE", stack_id="1")
    assert judge(failed, deployed("dev/alpha", stack_id="2"), cli_succeeded=True) == "created"


def test_a_good_stack_that_changed_was_updated_even_when_another_failed() -> None:
    after = deployed("dev/alpha", "UPDATE_COMPLETE", changed=LATER)

    assert judge(deployed("dev/alpha"), after, cli_succeeded=False) == "updated"


def test_a_good_stack_at_which_the_cli_failed_was_changed_by_another_deployment() -> None:
    after = deployed("dev/alpha", "UPDATE_COMPLETE", changed=LATER)

    assert judge(deployed("dev/alpha"), after, cli_succeeded=False, cli_failed_here=True) == "failed"


def test_a_stack_that_changed_and_is_not_good_failed() -> None:
    after = deployed("dev/alpha", "UPDATE_ROLLBACK_COMPLETE", changed=LATER)

    assert judge(deployed("dev/alpha"), after, cli_succeeded=False) == "failed"
    assert judge(None, deployed("dev/alpha", "ROLLBACK_COMPLETE"), cli_succeeded=False) == "failed"


def test_a_stack_left_as_it_was_is_unchanged_only_when_the_cli_succeeded() -> None:
    assert judge(deployed("dev/alpha"), deployed("dev/alpha"), cli_succeeded=True) == "unchanged"
    assert judge(deployed("dev/alpha"), deployed("dev/alpha"), cli_succeeded=False) is None


def test_a_stack_that_does_not_exist_had_no_turn() -> None:
    assert judge(None, None, cli_succeeded=False) is None
    assert judge(deployed("dev/alpha", "ROLLBACK_COMPLETE"), None, cli_succeeded=False) is None


def test_what_a_run_left_goes_together_into_the_next_after_progress() -> None:
    one, two, three = (synthesised(name) for name in ("dev/one", "dev/two", "dev/three"))

    assert next_groups([one, two, three], [two, three]) == [[two, three]]
    assert next_groups([one, two, three], []) == []


def test_what_a_run_left_goes_one_by_one_without_progress_and_a_single_one_not_again() -> None:
    one, two = synthesised("dev/one"), synthesised("dev/two")

    assert next_groups([one, two], [one, two]) == [[one], [two]]
    assert next_groups([one], [one]) == []
