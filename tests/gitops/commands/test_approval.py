"""`gitops approval`, as the job `Approval` runs it, with a GitHub of the test's own."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from gitops.github import proposals
from gitops.github.repository import Repository
from gitops.github.transport import Transport
from tests.fake_github.faults import Outcome
from tests.workflows.harness.permissions import proposing_job, token_of

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping

    from tests.fake_github.fake import FakeGitHub
    from tests.gitops.checkouts import CommandLine

ASKER, OTHER = "octocat", "monalisa"


@pytest.fixture
def number(fake_github: FakeGitHub) -> int:
    """A pull request that a job has opened."""
    fake_github.state.jobs_may_propose = True
    token = token_of(fake_github, proposing_job())
    proposed = proposals.put(
        Repository(Transport(fake_github.url, token), fake_github.repository),
        {"environments/dev/alpha.yaml": "kind: ad-hoc-app\n"},
        branch="gitops/promote-dev-alpha",
        base="main",
        base_commit=fake_github.head(),
        title="Deploy v2 to dev/alpha",
        body="",
        message=f"Deploy v2 to dev/alpha\n\n{proposals.requested_by([ASKER])}",
    )
    fake_github.forget_calls()
    return proposed.pull_request.number


def judge(
    checkout: CommandLine, github: FakeGitHub, event: Mapping[str, Any]
) -> tuple[subprocess.CompletedProcess[str], str]:
    """Run the command for an event; return it, and the summary that it has written."""
    file, summary = checkout.root / "event.json", checkout.root / "summary.md"
    file.write_text(json.dumps(event))
    summary.write_text("")
    done = checkout.gitops(
        "approval",
        GITHUB_API_URL=github.url,
        GITHUB_EVENT_PATH=str(file),
        GITHUB_REPOSITORY=github.repository,
        GITHUB_RUN_ID="1",
        GITHUB_SERVER_URL="https://github.com",
        GITHUB_SHA=github.head(),
        GITHUB_STEP_SUMMARY=str(summary),
        GITHUB_TOKEN=token_of(github, "approval/approval"),
    )
    return done, summary.read_text()


def test_the_summary_says_why_a_pull_request_of_a_job_waits_until_somebody_else_approves(
    bare_checkout: CommandLine, fake_github: FakeGitHub, number: int
) -> None:
    waits, why = judge(bare_checkout, fake_github, fake_github.review(number, ASKER))
    goes_on, nothing = judge(bare_checkout, fake_github, fake_github.review(number, OTHER))

    assert waits.returncode == 1
    assert "octocat asked for it, so someone else with write permission" in waits.stderr
    assert "The pull request waits: octocat asked for it" in why
    assert (goes_on.returncode, nothing) == (0, "")
    assert fake_github.writes == []


def test_other_events_ask_github_nothing(bare_checkout: CommandLine, fake_github: FakeGitHub, number: int) -> None:
    fake_github.commit({"notes.md": "Text\n"}, branch="notes")
    of_person = fake_github.open_pull_request(branch="notes")
    events = {
        "a job has opened pull request": fake_github.pull_request_event(number, "opened"),
        "no pull request of a job": fake_github.review(of_person, ASKER),
        "no pull request of a job: ": {"action": "checks_requested", "merge_group": {}},
    }
    fake_github.forget_calls()

    for said, event in events.items():
        done, _ = judge(bare_checkout, fake_github, event)
        assert (done.returncode, said in done.stderr) == (0, True), said
    assert fake_github.calls == []


@pytest.mark.parametrize("path", ["/pulls/*/reviews", "/git/commits/*", "/collaborators/*/permission"])
def test_an_answer_that_is_missing_is_no_approval(
    bare_checkout: CommandLine, fake_github: FakeGitHub, number: int, path: str
) -> None:
    event = fake_github.review(number, OTHER)
    fake_github.fault("GET", path, Outcome.SERVER_ERROR)

    done, _ = judge(bare_checkout, fake_github, event)
    fake_github.heal()

    assert done.returncode == 1
    assert "500" in done.stderr
