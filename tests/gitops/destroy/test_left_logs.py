"""What ad hoc environments have logged is there for a day after their destruction, and not longer."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, cast

import pytest

from constructs_lib.config.environments import AccountRegion
from gitops.aws.cloudformation import CloudFormation
from gitops.aws.logs import CloudWatchLogs, LogGroup
from gitops.destroy.left_logs import tidy
from tests.gitops.checkouts import REGION, session_of, wait_until

if TYPE_CHECKING:
    from gitops.aws.cloudformation import DeployedStack
    from tests.gitops.checkouts import Checkout

RETAINED = {"Type": "AWS::Logs::LogGroup", "DeletionPolicy": "Retain", "Properties": {"RetentionInDays": 14}}


@pytest.fixture
def doors(checkout: Checkout) -> tuple[CloudWatchLogs, CloudFormation]:
    session = session_of(checkout.aws)
    where = AccountRegion(checkout.account_id, REGION)
    return CloudWatchLogs(session, where), CloudFormation(session, where)


def left(checkout: Checkout, name: str, *, kind: str = "ad-hoc-app") -> None:
    """Create a stack and delete it, as CloudFormation does, with a log group that stays."""
    checkout.create_stack(name, {"WebLogs": RETAINED}, kind=kind)
    checkout.cloudformation().delete_stack(StackName=name.replace("/", "-"))
    wait_until(lambda: name.replace("/", "-") not in checkout.statuses())


def test_logs_end_in_a_day_and_are_deleted_after_it(
    checkout: Checkout, doors: tuple[CloudWatchLogs, CloudFormation]
) -> None:
    logs, cloudformation = doors
    left(checkout, "dev/alpha")
    now = datetime.now(UTC)
    before = [group.retention_days for group in logs.groups("dev-alpha-")]

    tidy(logs, cloudformation, now)
    at_once = [group.retention_days for group in logs.groups("dev-alpha-")]
    tidy(logs, cloudformation, now + timedelta(hours=23))
    within_the_day = [group.retention_days for group in logs.groups("dev-alpha-")]
    tidy(logs, cloudformation, now + timedelta(hours=25))

    assert (before, at_once, within_the_day) == ([14], [1], [1])
    assert logs.groups("dev-alpha-") == []


def test_logs_of_what_exists_or_is_not_ad_hoc_are_left_alone(
    checkout: Checkout, doors: tuple[CloudWatchLogs, CloudFormation]
) -> None:
    logs, cloudformation = doors
    left(checkout, "prod/app", kind="prod-app")
    left(checkout, "dev/alpha")
    checkout.create_stack("dev/alpha", {"WebLogs": RETAINED})
    checkout.create_stack("dev/alpha-2", {"WebLogs": RETAINED})
    checkout.client("logs").create_log_group(logGroupName="of-somebody-else")
    before = logs.groups()

    tidy(logs, cloudformation, datetime.now(UTC) + timedelta(days=400))

    assert logs.groups() == before
    assert len(before) >= 5


def test_log_groups_that_cloudformation_did_not_name_are_not_asked_for_their_tags() -> None:
    asked = []

    class Logs:
        def groups(self) -> list[LogGroup]:
            names = ("/aws/lambda/dev-alpha-Web-ABC", "/ecs/dev", "shop", "dev-Logs", "dev-alpha-WebLogs50C1-AbC9")
            return [LogGroup(name, 0, None) for name in names]

        def tags(self, group: str) -> dict[str, str]:
            asked.append(group)
            return {}

    class Stacks:
        def stacks(self) -> list[DeployedStack]:
            return []

    tidy(cast("CloudWatchLogs", Logs()), cast("CloudFormation", Stacks()), datetime.now(UTC))

    assert asked == ["dev-alpha-WebLogs50C1-AbC9"]
