"""A removal whose AWS does not answer in the middle: what is done stays done, and the same command does the rest."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, cast

import pytest

from constructs_lib.config import loader
from constructs_lib.config.naming import EnvironmentName
from gitops.aws.session import AwsError
from gitops.destroy.destroy_target import DestroyTarget
from gitops.destroy.removal import remove_environment
from gitops.errors import UserError
from gitops.github.repository import repository_of
from gitops.output.progress import LineReporter
from tests.gitops.factories import deployed
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gitops.aws.cloudformation import CloudFormation, DeployedStack, StackEvent
    from gitops.aws.logs import CloudWatchLogs, LogGroup
    from gitops.destroy.removal import Removal
    from tests.fake_github.fake import FakeGitHub

ALPHA = EnvironmentName("dev", "alpha")
PATH = "environments/dev/alpha.yaml"
DAY = date(2026, 11, 24)
DECLARED = "kind: ad-hoc-app\nexpires: 2026-11-23\n"
"""The file in the checkout."""


class Stacks:
    """CloudFormation with one stack, which does not answer the first `silent` deletions."""

    def __init__(self, silent: int) -> None:
        self.status = "CREATE_COMPLETE"
        self.silent = silent

    def stack(self, _stack_id: str) -> DeployedStack:
        return deployed("dev/alpha", self.status)

    def delete(self, _stack_id: str) -> None:
        if self.silent:
            self.silent -= 1
            raise AwsError("cannot reach AWS: the read timed out")
        self.status = "DELETE_COMPLETE"

    def events(self, _stack_id: str) -> Iterator[StackEvent]:
        return iter(())

    def stacks(self) -> list[DeployedStack]:
        return []


class NoLogs:
    """CloudWatch Logs without log groups."""

    def groups(self) -> list[LogGroup]:
        return []


def removal(github: FakeGitHub, stacks: Stacks, expired_on: date | None = None) -> Removal:
    target = DestroyTarget(
        name=ALPHA,
        source=loader.parse(DECLARED.encode(), PATH),
        stack=deployed("dev/alpha"),
        cloudformation=cast("CloudFormation", stacks),
        logs=cast("CloudWatchLogs", NoLogs()),
        places=(),
        interval=0,
    )
    return remove_environment(
        target,
        repository_of(github.repository, github.url, token_of(github, "command/destroy"), github.issue_app_token()),
        path=PATH,
        message="chore: remove dev/alpha",
        run_url="https://github.com/example/environments/actions/runs/1",
        report=LineReporter(),
        expired_on=expired_on,
    )


def test_what_times_out_after_the_commit_is_finished_by_the_same_again(fake_github: FakeGitHub) -> None:
    fake_github.commit({PATH: DECLARED})
    stacks = Stacks(silent=1)

    with pytest.raises(UserError, match=r"timed out\n.*removed from the default branch but its stack still exists"):
        removal(fake_github, stacks)
    between = (fake_github.read(PATH), stacks.status)
    finished = removal(fake_github, stacks)

    assert between == (None, "CREATE_COMPLETE")
    assert (finished.outcome, finished.commit, stacks.status) == ("destroyed", None, "DELETE_COMPLETE")


@pytest.mark.parametrize(("expires", "goes"), [("2026-11-23", True), ("2026-11-24", False), ("2026-12-24", False)])
def test_the_last_day_is_over_before_an_environment_has_expired(
    fake_github: FakeGitHub, expires: str, *, goes: bool
) -> None:
    fake_github.commit({PATH: f"kind: ad-hoc-app\nexpires: {expires}\n"})
    stacks = Stacks(silent=0)

    if goes:
        assert removal(fake_github, stacks, DAY).outcome == "destroyed"
    else:
        with pytest.raises(UserError, match="has not expired"):
            removal(fake_github, stacks, DAY)

    assert (fake_github.read(PATH) is None, stacks.status == "DELETE_COMPLETE") == (goes, goes)


@pytest.mark.parametrize("text", ["lock: true\n", "lock: {by: x, reason: y}\n", "a: b: c\n", "kind: prod-app\n"])
def test_a_file_that_forbids_it_or_cannot_be_read_stops(fake_github: FakeGitHub, text: str) -> None:
    fake_github.commit({PATH: text})
    stacks = Stacks(silent=0)

    with pytest.raises(UserError, match=r"[Nn]othing was destroyed"):
        removal(fake_github, stacks)

    assert fake_github.read(PATH) == text
    assert stacks.status == "CREATE_COMPLETE"
    assert fake_github.writes == []
