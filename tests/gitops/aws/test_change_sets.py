import json
from collections.abc import Iterator

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws.change_sets import ChangeSets, ChangeSetState
from gitops.aws.session import AwsError, Session
from tests.gitops.checkouts import REGION, Checkout, target_of

TAGS = {"gitops:environment": "dev/alpha", "gitops:kind": "ad-hoc-app"}
TOPIC = {"Type": "AWS::SNS::Topic", "Properties": {"DisplayName": "v1"}}


def template(**resources: object) -> str:
    return json.dumps({"Resources": resources or {"Topic": TOPIC}})


@pytest.fixture
def change_sets(checkout: Checkout) -> Iterator[ChangeSets]:
    """Change sets beside the stack dev-alpha, of which none may be left."""
    checkout.create_stack("dev/alpha", {"Topic": TOPIC})
    yield ChangeSets(Session(target_of(checkout.aws)), AccountRegion(checkout.account_id, REGION))
    left = checkout.cloudformation().list_change_sets(StackName="dev-alpha")["Summaries"]
    assert left == []


def test_what_differs_is_told_for_as_long_as_the_change_set_is_there(change_sets: ChangeSets) -> None:
    changed = {**TOPIC, "Properties": {"DisplayName": "v2"}}

    with change_sets.made("dev-alpha", template(Topic=changed, Second=TOPIC), TAGS) as name:
        assert name.startswith("cdk-diff-change-set-")
        assert change_sets.state("dev-alpha", name).status == "CREATE_COMPLETE"
        found = {difference.logical_id: difference for difference in change_sets.differences("dev-alpha", name)}

    assert (found["Topic"].action, found["Topic"].properties) == ("Modify", ("DisplayName",))
    assert found["Second"].action == "Add"


def test_nothing_to_change_is_an_empty_change_set(change_sets: ChangeSets) -> None:
    with change_sets.made("dev-alpha", template(), TAGS) as name:
        assert change_sets.state("dev-alpha", name).is_empty


def test_a_change_set_that_failed_for_another_reason_is_not_empty() -> None:
    assert not ChangeSetState(status="FAILED", reason="Template error").is_empty
    assert not ChangeSetState(status="CREATE_PENDING", reason="").has_ended


def test_an_interrupt_leaves_no_change_set(change_sets: ChangeSets) -> None:
    with pytest.raises(KeyboardInterrupt), change_sets.made("dev-alpha", template(Second=TOPIC), TAGS):
        raise KeyboardInterrupt


def test_what_cloudformation_refuses_is_an_error_and_leaves_nothing(change_sets: ChangeSets) -> None:
    refused = template(Unknown={"Type": "AWS::Nothing::Known"})

    with pytest.raises(AwsError, match="AWS::Nothing::Known"), change_sets.made("dev-alpha", refused, TAGS):
        pass
