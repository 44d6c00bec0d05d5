"""Deployments on GitHub: at the end of an environment none of them is active, with few requests."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from gitops.github.deployments import MOST_DEACTIVATED, GitHubDeployments, deactivate

if TYPE_CHECKING:
    from collections.abc import Iterable

    from gitops.github.repository import Repository
    from gitops.output.outcome import Outcome
    from tests.fake_github.fake import FakeGitHub

NAME = "dev/alpha"
RUN = "https://github.com/example/environments/actions/runs/1"


def deploy(
    repository: Repository, github: FakeGitHub, outcomes: Iterable[Outcome], *, production: bool = False
) -> None:
    """Deploy once for each outcome, a minute apart, and forget the requests."""
    for outcome in outcomes:
        deployments = GitHubDeployments(repository, sha=github.head(), run_url=RUN)
        deployments.begin(NAME, production=production)
        deployments.end(NAME, outcome)
        github.let_pass(timedelta(minutes=1))
    github.let_pass(timedelta(hours=1))
    github.forget_calls()


def states(github: FakeGitHub) -> list[str]:
    return [deployment.state for deployment in github.deployments(NAME)]


def test_of_many_deployments_the_active_one_is_written_to(repository: Repository, fake_github: FakeGitHub) -> None:
    """GitHub refuses more than 80 writes a minute, and has made the earlier ones inactive itself."""
    deploy(repository, fake_github, ["updated"] * 90)

    deactivate(repository, NAME, run_url=RUN)

    newest = fake_github.deployments(NAME)[-1]
    assert states(fake_github) == ["inactive"] * 90
    assert newest.statuses[-1].description == "destroyed"
    assert fake_github.writes == [f"POST /deployments/{newest.id}/statuses"]
    assert len(fake_github.calls) == 3


def test_failures_after_the_active_one_are_not_left(repository: Repository, fake_github: FakeGitHub) -> None:
    deploy(repository, fake_github, ["failed", "updated", "updated", "failed", "locked", "failed"])
    assert states(fake_github) == ["failure", "inactive", "success", "failure", "inactive", "failure"]

    deactivate(repository, NAME, run_url=RUN)

    assert states(fake_github) == ["failure", *["inactive"] * 5]
    assert len(fake_github.writes) == 3


def test_the_same_again_writes_nothing(repository: Repository, fake_github: FakeGitHub) -> None:
    deploy(repository, fake_github, ["created", "updated"])
    deactivate(repository, NAME, run_url=RUN)
    fake_github.forget_calls()

    deactivate(repository, NAME, run_url=RUN)

    assert fake_github.writes == []
    assert states(fake_github) == ["inactive", "inactive"]


def test_the_newest_of_production_are_written_to(repository: Repository, fake_github: FakeGitHub) -> None:
    """GitHub makes none of production inactive by itself."""
    deploy(repository, fake_github, ["updated"] * 90, production=True)
    assert set(states(fake_github)) == {"success"}

    deactivate(repository, NAME, run_url=RUN)

    assert states(fake_github)[-MOST_DEACTIVATED:] == ["inactive"] * MOST_DEACTIVATED
    assert set(states(fake_github)[:-MOST_DEACTIVATED]) == {"success"}
    assert len(fake_github.writes) == MOST_DEACTIVATED


def test_an_environment_that_was_never_deployed_is_asked_for_once(
    repository: Repository, fake_github: FakeGitHub
) -> None:
    fake_github.forget_calls()

    deactivate(repository, NAME, run_url=RUN)

    assert [str(call) for call in fake_github.calls] == ["GET /deployments"]
