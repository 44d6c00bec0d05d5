from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from msgspec.structs import replace

from gitops.errors import UserError
from gitops.github.actions import Run
from gitops.github.sticky_comment import COMMENT_LENGTH, ENVIRONMENTS_TOPIC, marker
from gitops.github.transport import GitHubError
from gitops.plan.document import PLAN_FILE, ChangeSetResult, ChangeSets, Plan, write_change_sets, write_plan
from gitops.plan.publication import report_plan
from tests.fake_github.faults import Outcome
from tests.gitops.plan.plans import RUN_URL, change, many, planned
from tests.workflows.harness.permissions import token_of

if TYPE_CHECKING:
    from pathlib import Path

    from tests.fake_github.fake import FakeGitHub


class Reported:
    """A pull request, and reports of plans by the runs that it starts."""

    def __init__(self, github: FakeGitHub, folder: Path) -> None:
        self.github, self.folder = github, folder
        self.push("v1")
        self.number = github.open_pull_request(branch="alpha")

    def push(self, text: str) -> None:
        self.github.commit({"environments/dev/alpha.yaml": text}, branch="alpha")

    def write(self, plan: Plan, *change_sets: ChangeSets) -> None:
        write_plan(self.folder, plan)
        for found in change_sets:
            write_change_sets(self.folder, found)

    def run(self, payload: Any = None) -> Run:
        """A run that the pull request starts as it is now."""
        head = self.github.head("alpha")
        event = self.folder / "event.json"
        event.parent.mkdir(exist_ok=True)
        event.write_text(json.dumps(payload or {"pull_request": {"number": self.number, "head": {"sha": head}}}))
        return Run(
            id=1,
            repository=self.github.repository,
            sha="0" * 40,
            event=event,
            url=RUN_URL,
            api_url=self.github.url,
            token=token_of(self.github, "plan/comment"),
        )

    @property
    def bodies(self) -> list[str]:
        return [comment.body for comment in self.github.comments(self.number)]


@pytest.fixture
def reported(fake_github: FakeGitHub, tmp_path: Path) -> Reported:
    return Reported(fake_github, tmp_path / "plan")


def test_the_plan_is_posted_once_and_then_updated_in_place(reported: Reported) -> None:
    reported.write(many(1))
    assert report_plan(reported.folder, reported.run()) == 0
    reported.push("v2")
    reported.write(many(2))
    assert report_plan(reported.folder, reported.run()) == 0

    (body,) = reported.bodies
    assert body.startswith(f"{marker(ENVIRONMENTS_TOPIC)}\n## Plan for {reported.github.head('alpha')[:12]}")
    assert "`dev/app001`" in body
    assert "Previous plan" in body
    assert [call.split("/")[0] for call in reported.github.writes] == ["POST ", "PATCH "]


def test_the_same_plan_again_writes_nothing(reported: Reported) -> None:
    reported.write(many(1))
    report_plan(reported.folder, reported.run())
    report_plan(reported.folder, reported.run())

    assert len(reported.github.writes) == 1


def test_somebody_else_s_comment_with_the_marker_is_left_alone(reported: Reported) -> None:
    reported.github.comment(reported.number, "octocat", f"{marker(ENVIRONMENTS_TOPIC)}\nmine")
    reported.write(many(1))

    report_plan(reported.folder, reported.run())

    assert len(reported.bodies) == 2
    assert reported.bodies[0].endswith("mine")


def test_a_plan_that_is_out_of_date_is_not_posted(reported: Reported, capsys: pytest.CaptureFixture[str]) -> None:
    run = reported.run()
    reported.push("v2")
    reported.write(many(1))

    assert report_plan(reported.folder, run) == 0

    assert reported.bodies == []
    assert "is out of date and is not posted" in capsys.readouterr().err


def test_the_plan_of_a_closed_pull_request_is_not_posted(reported: Reported) -> None:
    reported.write(many(1))
    reported.github.close(reported.number)

    report_plan(reported.folder, reported.run())

    assert reported.bodies == []


def test_what_is_refused_is_posted_and_fails(reported: Reported) -> None:
    reported.write(many(1, refusals=("because",)))

    assert report_plan(reported.folder, reported.run()) == 1
    assert "because" in reported.bodies[0]


def test_what_only_a_change_set_refuses_fails_too(reported: Reported) -> None:
    asked = ChangeSetResult(environment="dev/alpha", changes=(change("replace"),), refusals=("would replace it",))
    reported.write(Plan(environments=(planned(),), unchanged=0), ChangeSets(account="main", results=(asked,)))

    assert report_plan(reported.folder, reported.run()) == 1
    assert "would replace it" in reported.bodies[0]
    assert "| change set |" in reported.bodies[0]


def test_a_plan_too_long_for_a_comment_is_whole_in_the_summary(
    reported: Reported, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "summary.md"))
    reported.write(many(60, changes=tuple(change("update", f"Topic{number}") for number in range(40))))

    report_plan(reported.folder, reported.run())

    (body,) = reported.bodies
    assert len(body) <= COMMENT_LENGTH
    assert f"[the summary of the run]({RUN_URL}) has all of it" in body
    summary = (tmp_path / "summary.md").read_text()
    assert summary.count("`Topic39`") == 60


@pytest.mark.parametrize("payload", [{"comment": {}}, {"pull_request": {"number": "x"}}, {"pull_request": None}, [1]])
def test_a_run_of_something_else_has_no_pull_request(reported: Reported, payload: Any) -> None:
    reported.write(many(1))

    with pytest.raises(UserError, match="not started by a pull request"):
        report_plan(reported.folder, reported.run(payload))


@pytest.mark.parametrize("outcome", [Outcome.SERVER_ERROR, Outcome.NOT_JSON, Outcome.RATE_LIMIT])
def test_a_github_that_cannot_list_comments_gets_no_second_one(
    reported: Reported, outcome: Outcome, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gitops.github.transport.time.sleep", lambda _: None)
    reported.write(many(1))
    report_plan(reported.folder, reported.run())
    reported.write(many(2))
    reported.github.fault("GET", "/issues/*/comments", outcome)

    with pytest.raises(GitHubError):
        report_plan(reported.folder, reported.run())

    assert len(reported.bodies) == 1


def test_nothing_is_posted_of_a_plan_of_the_wrong_shape(reported: Reported) -> None:
    reported.write(many(1))
    file = reported.folder / PLAN_FILE
    file.write_text(file.read_text().replace('"dev/app000"', '"dev/app000\\n# Heading"', 1))

    with pytest.raises(UserError, match="is not a valid Plan"):
        report_plan(reported.folder, reported.run())

    assert reported.github.calls == []


def test_the_head_of_the_run_decides_not_that_of_the_document(reported: Reported) -> None:
    reported.write(replace(many(1), unchanged=3))
    report_plan(reported.folder, reported.run())

    assert reported.github.head("alpha")[:12] in reported.bodies[0]
