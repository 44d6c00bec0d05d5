from typing import TYPE_CHECKING, cast

import pytest

from gitops.aws.session import AwsError
from gitops.destroy import deletion as destruction
from gitops.errors import UserError
from gitops.output.progress import LineReporter
from tests.gitops.factories import deployed, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.aws.cloudformation import CloudFormation, DeployedStack, StackEvent
    from gitops.aws.logs import CloudWatchLogs, LogGroup


class FakeCloudFormation:
    """Shows one stack in one status after the other, and notes what it is asked to do."""

    def __init__(self, *statuses: str | None, protected: bool = False) -> None:
        self.statuses = list(statuses)
        self.protected = protected
        self.asked: list[str] = []

    def stack(self, name_or_id: str) -> "DeployedStack | None":
        status = self.statuses.pop(0) if len(self.statuses) > 1 else self.statuses[0]
        return deployed("dev/alpha", status, stack_id=name_or_id, protected=self.protected) if status else None

    def unprotect(self, stack_id: str) -> None:
        self.asked.append(f"unprotect {stack_id}")

    def delete(self, stack_id: str) -> None:
        self.asked.append(f"delete {stack_id}")

    def events(self, stack_id: str) -> "Iterator[StackEvent]":
        del stack_id
        yield event("DELETE_FAILED", "the bucket is not empty", logical_id="Bucket")
        yield event("DELETE_SKIPPED", logical_id="Database")
        yield event("DELETE_SKIPPED", logical_id="WebLogs", resource_type="AWS::Logs::LogGroup")

    def stacks(self) -> "list[DeployedStack]":
        return []


class FakeLogs:
    """Has no log groups, or does not answer."""

    def __init__(self, *, silent: bool = False) -> None:
        self.silent = silent
        self.asked = 0

    def groups(self) -> "list[LogGroup]":
        self.asked += 1
        if self.silent:
            raise AwsError("AWS does not answer", code="EndpointConnectionError")
        return []


def delete(fake: FakeCloudFormation, stack: "DeployedStack", logs: FakeLogs | None = None) -> "list[StackEvent]":
    return destruction.delete(
        cast("CloudFormation", fake),
        cast("CloudWatchLogs", logs or FakeLogs()),
        stack,
        interval=0.0,
        report=LineReporter(),
    )


def test_a_deletion_is_waited_for_and_what_was_kept_is_returned() -> None:
    fake = FakeCloudFormation("CREATE_COMPLETE", "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS", "DELETE_COMPLETE")

    kept = delete(fake, deployed("dev/alpha", stack_id="7"))

    assert fake.asked == ["delete 7"]
    assert [item.logical_id for item in kept] == ["Database"]


def test_a_deletion_that_goes_on_already_is_not_asked_for_again() -> None:
    fake = FakeCloudFormation("DELETE_IN_PROGRESS", None)

    delete(fake, deployed("dev/alpha", "DELETE_IN_PROGRESS"))

    assert fake.asked == []


def test_another_operation_ends_first() -> None:
    fake = FakeCloudFormation("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_COMPLETE")

    delete(fake, deployed("dev/alpha", "UPDATE_IN_PROGRESS", stack_id="7"))

    assert fake.asked == ["delete 7"]


def test_termination_protection_is_switched_off_first() -> None:
    fake = FakeCloudFormation("CREATE_COMPLETE", "DELETE_COMPLETE", protected=True)

    delete(fake, deployed("prod/app", protected=True, stack_id="7"))

    assert fake.asked == ["unprotect 7", "delete 7"]


@pytest.mark.parametrize("protected", [True, False])
def test_how_the_stack_is_protected_at_that_moment_counts_and_not_how_it_was_listed(protected: bool) -> None:  # noqa: FBT001 # a case
    fake = FakeCloudFormation("UPDATE_IN_PROGRESS", "UPDATE_COMPLETE", "DELETE_COMPLETE", protected=protected)

    delete(fake, deployed("prod/app", "UPDATE_IN_PROGRESS", protected=not protected, stack_id="7"))

    assert fake.asked == [*(["unprotect 7"] if protected else []), "delete 7"]


def test_what_blocked_a_deletion_is_said() -> None:
    fake = FakeCloudFormation("CREATE_COMPLETE", "DELETE_FAILED")

    with pytest.raises(UserError, match=r"Bucket .*: the bucket is not empty"):
        delete(fake, deployed("dev/alpha"))


def test_patience_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(destruction, "PATIENCE_SECONDS", 0.0)

    with pytest.raises(UserError, match="still works on dev/alpha"):
        delete(FakeCloudFormation("DELETE_IN_PROGRESS"), deployed("dev/alpha", "DELETE_IN_PROGRESS"))


def test_logs_of_an_ad_hoc_app_end_in_a_day_and_are_not_called_kept() -> None:
    logs = FakeLogs()

    kept = delete(FakeCloudFormation("CREATE_COMPLETE", "DELETE_COMPLETE"), deployed("dev/alpha"), logs)

    assert logs.asked == 1
    assert "WebLogs" not in {item.logical_id for item in kept}


def test_logs_of_production_are_kept_and_told() -> None:
    logs = FakeLogs()

    kept = delete(FakeCloudFormation("CREATE_COMPLETE", "DELETE_COMPLETE"), deployed("prod/app", kind="prod-app"), logs)

    assert logs.asked == 0
    assert [item.logical_id for item in kept] == ["Database", "WebLogs"]


def test_that_logs_stay_is_said_and_the_environment_is_destroyed(capsys: pytest.CaptureFixture[str]) -> None:
    fake = FakeCloudFormation("CREATE_COMPLETE", "DELETE_COMPLETE")

    kept = delete(fake, deployed("dev/alpha"), FakeLogs(silent=True))

    assert [item.logical_id for item in kept] == ["Database"]
    assert "warning: logs of destroyed environments are kept longer than a day: AWS does not answer" in (
        capsys.readouterr().err
    )
